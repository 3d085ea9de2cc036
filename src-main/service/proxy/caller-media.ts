/**
 * Pictures, sounds and films that came inside one request: written to a folder of their own while they arrive, named by
 * path, and deleted when the request is over. A caller can name nothing else of this machine.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { PictureSpool, SpoolEntry } from '../../providers/answer-scan';
import { CHUNK_BYTES } from '../../providers/base64-stream';
import { badParam, ProxyError } from './proxy-error';

/** More than so much waiting for the disk stops the reading. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** Of one request: as many as any provider takes. */
const MOST_FILES = 500;
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/;
const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** One file of the request: whole when the media are settled. */
export interface MediaFile {
  readonly path: string;
}

export interface CallerMedia extends PictureSpool<MediaFile> {
  /** What marks in the body stand for. */
  known(files: ReadonlyMap<string, MediaFile | null>): void;
  /** A `data:` URL or an address on the web, as a reference of an ask. Throws a ProxyError for anything else. */
  fromUrl(url: string, param: string): Referred;
  /** Base64 letters, or the mark that stands for them. */
  fromBase64(letters: string, param: string): string;
  /** A part of a form, as it arrives. Answers how many bytes it had. */
  fromStream(stream: AsyncIterable<Buffer>, onBytes: (count: number) => void): Promise<string>;
  /** A sentence without the folder that they lie in: a caller learns nothing of this machine. */
  hide(text: string): string;
  /** Resolves when all is on disk; rejects when it could not be written. */
  settled(): Promise<void>;
  /** Deletes all of it, and what is still being written when that ends. Never rejects. */
  close(): Promise<void>;
}

export interface Referred {
  readonly reference: string;
  /** As a data URL declares it. */
  readonly mimeType?: string;
}

export function createCallerMedia(callersDir: string): CallerMedia {
  const folder = join(callersDir, randomUUID());
  let marks: ReadonlyMap<string, MediaFile | null> = new Map();
  let made: Promise<unknown> | null = null;
  let count = 0;
  let waitingBytes = 0;
  /** The last write that was asked for. */
  let latest: Promise<unknown> = Promise.resolve();
  /** Small files one after the other: a request may have hundreds. */
  let small: Promise<unknown> = Promise.resolve();
  /** Writing, in order within one file; its end is looked at by `settled`. */
  const writing: Promise<unknown>[] = [];
  let isClosed = false;

  async function remove(): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }

  async function closeFile(handle: FileHandle): Promise<void> {
    await handle.close();
    if (isClosed) {
      // Not every system lets go of a folder while a file in it is open.
      await remove();
    }
  }

  function freshPath(): { readonly path: string; readonly folderMade: Promise<unknown> } {
    if (isClosed) {
      throw new ProxyError(400, 'The request was broken off.');
    }
    if (count >= MOST_FILES) {
      throw badParam(
        'body',
        `The request has more than ${MOST_FILES} files in it: send them in several requests.`,
      );
    }
    made ??= mkdir(folder, { recursive: true, mode: 0o700 });
    count += 1;
    return { path: join(folder, `input-${count}`), folderMade: made };
  }

  function fresh(): { readonly path: string; readonly handle: Promise<FileHandle> } {
    const { path, folderMade } = freshPath();
    const handle = folderMade.then(() => open(path, 'wx', 0o600));
    handle.catch(() => undefined);
    writing.push(handle);
    return { path, handle };
  }

  function begin(): SpoolEntry<MediaFile> {
    const { path, handle } = fresh();
    let tail: Promise<unknown> = handle;
    const finish = (): void => {
      const closed = tail.finally(async () => closeFile(await handle));
      closed.catch(() => undefined);
      writing.push(closed);
    };
    tail.catch(() => undefined);
    return {
      lend: () => Buffer.allocUnsafeSlow(CHUNK_BYTES),
      take(chunk, length) {
        waitingBytes += length;
        tail = tail
          .then(async () => (await handle).write(chunk, 0, length))
          .finally(() => (waitingBytes -= length));
        latest = tail.catch(() => undefined);
      },
      end() {
        finish();
        return { path };
      },
      discard: finish,
    };
  }

  function fromBase64(letters: string, param: string): string {
    const file = marks.get(letters);
    if (file !== undefined && file !== null) {
      return file.path;
    }
    if (file === null || letters.trim() === '' || !BASE64.test(letters)) {
      throw badParam(param, `${param} is not valid base64.`);
    }
    const { path, folderMade } = freshPath();
    const written = Promise.all([folderMade, small]).then(() =>
      writeFile(path, Buffer.from(letters, 'base64'), { flag: 'wx', mode: 0o600 }),
    );
    small = written.catch(() => undefined);
    writing.push(written);
    return path;
  }

  return {
    begin,
    pressure: () => (waitingBytes > MOST_WAITING_BYTES ? latest.then(() => undefined) : undefined),
    known: (files) => void (marks = files),
    fromUrl(url, param) {
      if (/^https?:\/\//i.test(url)) {
        return { reference: url };
      }
      const head = DATA_URL.exec(url);
      if (head === null || !/;base64$/i.test(head[2] ?? '')) {
        throw badParam(param, `${param} must be an https address, or a data: URL in base64.`);
      }
      const mimeType = head[1]?.toLowerCase() ?? '';
      return {
        reference: fromBase64(url.slice(head[0].length), param),
        ...(mimeType === '' ? {} : { mimeType }),
      };
    },
    fromBase64,
    async fromStream(stream, onBytes) {
      const { path, handle } = fresh();
      const opened = await handle;
      try {
        for await (const piece of stream) {
          onBytes(piece.byteLength);
          await opened.write(piece);
        }
      } finally {
        await closeFile(opened);
      }
      return path;
    },
    hide: (text) =>
      [`${folder}${sep}`, folder]
        .flatMap((path) => [JSON.stringify(path).slice(1, -1), path])
        .reduce((hidden, path) => hidden.replaceAll(path, ''), text),
    async settled() {
      await Promise.all(writing);
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(writing);
      if (made !== null) {
        await remove();
      }
    },
  };
}
