/**
 * Requests one at a time, by a session that is open while the stream runs. What waits when it is stopped stays in the
 * queue: its callers hear of it when the stream has been started again, or when their own time is over.
 */
import { randomBytes } from 'node:crypto';
import type { PlaceSession } from '../app/program-place';
import { askItems, type ReadyItem, readyItem } from './ask-items';
import { NotRunningError, TimeoutError } from './errors';
import type { Membership } from './membership';
import type { ProgramSession } from './program';
import type {
  BrushfleetOptions,
  ItemResult,
  ProcessOptions,
  PromptItem,
  StopOptions,
  Stream,
  StreamStatus,
} from './types';

export interface StreamParts {
  join(): Promise<Membership>;
  readonly options: BrushfleetOptions;
  /** Of its session. */
  readonly name: string;
}

export interface OwnedStream extends Stream {
  /** For good: what waits is never sent, and its callers hear so. */
  end(): Promise<void>;
}

const TIMEOUT_MS = 300_000;
const STOP_WITHIN_MS = 30_000;
/** Longer ones overflow. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createStream({ join, options, name }: StreamParts): OwnedStream {
  let isRunning = false;
  let hasEnded = false;
  /** The present session takes requests. */
  let isOpen = false;
  /** Of starts and stops: an opening that was stopped meanwhile opens nothing. */
  let turn = 0;
  /** The present one, or that of before it was stopped. */
  let session: ProgramSession | null = null;
  let opening: Promise<unknown> | null = null;
  let leaving: Promise<unknown> = Promise.resolve();
  let membership: Membership | null = null;
  /** Accepted while it ran, and stopped before they were submitted. */
  const held = new Set<() => void>();
  /** What has no result yet. */
  const asked = new Map<AbortController, Promise<unknown>>();

  async function open(): Promise<void> {
    turn += 1;
    const mine = turn;
    await leaving;
    membership = await join();
    session = await membership.program.open(sessionOptions(membership));
    if (mine === turn) {
      isOpen = true;
      letGo();
    }
  }

  function letGo(): void {
    held.forEach((goOn) => goOn());
    held.clear();
  }

  function sessionOptions(of: Membership): PlaceSession {
    const own = options.concurrency ?? options.maxWorkers;
    const concurrency = own === undefined ? {} : { concurrency: own };
    return { ...of.session, ...concurrency, name };
  }

  async function start(): Promise<void> {
    if (!isRunning) {
      isRunning = true;
      const mine = open();
      opening = mine;
      mine.catch(() => {
        if (opening === mine) {
          isRunning = false;
          opening = null;
        }
      });
    }
    await opening;
  }

  async function stop({ timeout = STOP_WITHIN_MS }: StopOptions = {}): Promise<void> {
    if (isRunning) {
      isRunning = false;
      isOpen = false;
      turn += 1;
      // What could not be opened has nothing to close.
      leaving = Promise.resolve(opening).then(
        () => session?.close('keep'),
        () => undefined,
      );
      opening = null;
    }
    await within(leaving, timeout);
  }

  async function process(item: PromptItem, how: ProcessOptions = {}): Promise<ItemResult> {
    if (!isRunning || opening === null) {
      throw new NotRunningError();
    }
    await opening;
    const { timeout = TIMEOUT_MS, onDelta } = how;
    const cut = new AbortController();
    const result = ask(withTaskId(item), {
      signal: cut.signal,
      ...(onDelta === undefined ? {} : { onDelta }),
    });
    asked.set(cut, result);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          reject(new TimeoutError(timeout));
          // What was not sent by then never is; what was sent is finished, and kept in the library.
          cut.abort();
        },
        Math.min(timeout, LONGEST_TIMER_MS),
      );
      result.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        asked.delete(cut);
      });
    });
  }

  async function ask(item: PromptItem, how: Parameters<typeof askItems>[2] & object): Promise<ItemResult> {
    const of = membership;
    if (of === null) {
      throw new NotRunningError();
    }
    const ready = await readyItem(item, of, options);
    while (!isOpen && !hasEnded && how.signal?.aborted !== true) {
      await started(how.signal);
    }
    return submit(ready, how);
  }

  function submit(ready: ReadyItem, how: Parameters<typeof askItems>[2]): Promise<ItemResult> {
    const [result] = session === null ? [] : askItems(session, [ready], how);
    return result ?? Promise.reject(new NotRunningError());
  }

  function started(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      held.add(resolve);
      const goOn = (): void => {
        held.delete(resolve);
        resolve();
      };
      signal?.addEventListener('abort', goOn, { once: true });
    });
  }

  return {
    start,
    process,
    stop,
    isRunning: () => isRunning,
    status(): StreamStatus {
      const { inFlight = 0, waiting = 0 } = session?.standing() ?? {};
      return {
        workers_running: isRunning,
        queue_size: waiting + held.size,
        max_workers: options.concurrency ?? options.maxWorkers ?? membership?.session.concurrency ?? 0,
        active_workers: inFlight,
        key_status: membership?.program.keyStatus() ?? {},
      };
    },
    async end() {
      hasEnded = true;
      const wasRunning = isRunning;
      isRunning = false;
      isOpen = false;
      letGo();
      if (wasRunning) {
        await Promise.resolve(opening).catch(() => undefined);
        await session?.close('drop');
      }
      await leaving.catch(() => undefined);
      // What an earlier stop left waiting would else be sent by the next session of that name.
      const left = [...asked.values()];
      for (const cut of asked.keys()) {
        cut.abort();
      }
      await Promise.allSettled(left);
    },
  };
}

function withTaskId(item: PromptItem): PromptItem {
  const { metadata = {} } = item;
  // A line of JSON may say anything there: it comes back as it is.
  const isNamed = typeof metadata !== 'object' || metadata === null || Array.isArray(metadata);
  return isNamed || 'task_id' in metadata
    ? item
    : { ...item, metadata: { ...metadata, task_id: `stream_${randomBytes(4).toString('hex')}` } };
}

/** Resolves when it has settled, and at the latest after so long. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_TIMER_MS));
  });
  await Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}
