/**
 * Files that providers hold for a key, because they are too large for a request: given to it once, used by all requests
 * of a run that name the same file with the same key, deleted when the last such run is over.
 */
import { createHash } from 'node:crypto';
import type { Failure } from '@shared/model/failure';
import type { CallContext, FileCalls, HeldFile, InputImage } from '../providers/adapter';
import type { OpenedMedia } from './open-media';

export interface HoldRequest {
  readonly files: FileCalls;
  /** Whose file it will be; null: the endpoint's. */
  readonly keyId: string | null;
  readonly runId: number;
  /** Its signal is the attempt's: one that gives up does not end an upload that others wait for. */
  readonly context: CallContext;
}

export type Held =
  | {
      readonly kind: 'held';
      readonly file: HeldFile;
      /** The request that named it is over. */
      release(): void;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      /** Resolves when its bytes are read by nobody any more: others may go on with the upload. */
      readonly over: Promise<unknown>;
    };

export interface HeldFiles {
  /** Never rejects. */
  hold(media: OpenedMedia, request: HoldRequest): Promise<Held>;
  /** Deletes what no other run uses. */
  runOver(runId: number): void;
  /** Deletes all; resolves when the providers have been told, whatever they say. */
  close(): Promise<void>;
}

/** A provider may let go of a file between two requests: one that ends within this is given anew. */
const END_MARGIN_MS = 10 * 60_000;
/** A session stays open for days: what it has not named for so long is deleted before. */
const IDLE_MS = 3_600_000;

type Uploaded = Awaited<ReturnType<FileCalls['upload']>>;

interface Entry {
  readonly uploaded: Promise<Uploaded>;
  readonly runs: Set<number>;
  readonly files: FileCalls;
  readonly context: CallContext;
  /** Wall clock. */
  expiresAt: number;
  inUse: number;
  usedAt: number;
}

/** `wallNow`: milliseconds since 1970. */
export function createHeldFiles(wallNow: () => number): HeldFiles {
  const entries = new Map<string, Entry>();
  const removals = new Set<Promise<void>>();
  const closing = new AbortController();

  async function hold(media: OpenedMedia, request: HoldRequest): Promise<Held> {
    // What one gives that is not to leave would fail for all who share it.
    if ((await request.context.mayLeave) === false) {
      return { kind: 'failed', failure: CUT, over: Promise.resolve() };
    }
    sweep();
    const name = nameOf(media, request);
    const entry = freshEntry(name) ?? begin(name, media.input, request);
    entry.runs.add(request.runId);
    entry.inUse += 1;
    entry.usedAt = wallNow();
    const release = (): void => void (entry.inUse -= 1);
    const uploaded = await unlessCut(entry.uploaded, request.context.signal);
    if (uploaded.kind === 'failed') {
      release();
      return {
        kind: 'failed',
        failure: { ...uploaded.failure, bodySent: false },
        over: entry.uploaded,
      };
    }
    return { kind: 'held', file: uploaded.file, release };
  }

  /** Undefined: there is none, or the provider will soon have let go of it. */
  function freshEntry(name: string): Entry | undefined {
    const known = entries.get(name);
    return known !== undefined && known.expiresAt < wallNow() + END_MARGIN_MS ? undefined : known;
  }

  function begin(name: string, input: InputImage, { files, context, runId }: HoldRequest): Entry {
    const own = { ...context, signal: closing.signal, onBodySent: () => undefined };
    const uploaded = files.upload(input, own);
    const entry: Entry = {
      uploaded,
      runs: new Set([runId]),
      files,
      context: own,
      expiresAt: Number.POSITIVE_INFINITY,
      inUse: 0,
      usedAt: wallNow(),
    };
    entries.set(name, entry);
    void uploaded.then((answer) => {
      // A failure is not kept: the next request tries again.
      if (answer.kind === 'failed' && entries.get(name) === entry) {
        entries.delete(name);
      }
      entry.expiresAt = (answer.kind === 'held' ? answer.file.expiresAt : undefined) ?? entry.expiresAt;
    });
    return entry;
  }

  function sweep(): void {
    const now = wallNow();
    for (const [name, entry] of entries) {
      if (entry.inUse === 0 && entry.usedAt < now - IDLE_MS) {
        remove(name, entry);
      }
    }
  }

  function remove(name: string, { uploaded, files, context }: Entry): void {
    entries.delete(name);
    const removal = uploaded
      .then((answer) =>
        answer.kind === 'held'
          ? files.remove(answer.file.name, { ...context, signal: new AbortController().signal })
          : undefined,
      )
      .catch(() => undefined)
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  return {
    hold,
    runOver(runId) {
      for (const [name, entry] of entries) {
        entry.runs.delete(runId);
        if (entry.runs.size === 0) {
          remove(name, entry);
        }
      }
    },
    async close() {
      closing.abort();
      for (const [name, entry] of entries) {
        remove(name, entry);
      }
      await Promise.all(removals);
    },
  };
}

/** Files belong to the key's account; the same file is the same path in the same state, or the same bytes. */
function nameOf({ file, input }: OpenedMedia, { keyId, context }: HoldRequest): string {
  const identity = file ?? sha256Of(input);
  return JSON.stringify([context.endpoint.id, keyId, input.mimeType, identity]);
}

function sha256Of({ bytes }: InputImage): string {
  if (!(bytes instanceof Uint8Array)) {
    throw new Error('What is not in memory is a file.');
  }
  return createHash('sha256').update(bytes).digest('hex');
}

const CUT: Failure = {
  kind: 'network',
  message: 'The request was stopped before it was sent.',
  bodySent: false,
};

function unlessCut(uploaded: Promise<Uploaded>, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve) => {
    const cut = (): void => resolve({ kind: 'failed', failure: CUT });
    if (signal.aborted) {
      cut();
      return;
    }
    signal.addEventListener('abort', cut, { once: true });
    void uploaded.then((answer) => {
      signal.removeEventListener('abort', cut);
      resolve(answer);
    });
  });
}
