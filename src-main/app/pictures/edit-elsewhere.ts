/**
 * Pictures opened in other programs: each as a copy in a folder of its own, which is watched while the program runs. Every
 * picture that is saved there and is whole is handed over, once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/ports';
import { readWholeImage } from '../../images/whole-image';

/** Programs write in several steps: this long nothing happens any more. */
const SETTLED_MS = 400;
/** Not all of them end their files where their format says, and not each one can be taken in at once: so often it is looked at again. */
const LOOKS = 10;
/** More pictures than a person edits at once; the oldest are no longer watched. */
const MOST_OPEN = 50;
const KEPT_MS = 30 * 86_400_000;

export interface EditElsewhereOptions {
  /** Below the library; made when it is needed. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'setTimer'> & { wallNow(): number };
  /** A picture was saved over the copy of `nodeId`, or beside it. If it rejects, the picture is handed over again. */
  onSaved(nodeId: number, path: string): Promise<unknown>;
  /** Also of a picture that was not taken in however often it was handed over. */
  onError(error: unknown): void;
}

export interface EditElsewhere {
  /** Absolute path of the copy to open. */
  open(nodeId: number, picture: { readonly path: string; readonly fileName: string }): Promise<string>;
  /** Stops watching; what was copied or saved stays where it is. */
  close(): void;
}

export function createEditElsewhere(options: EditElsewhereOptions): EditElsewhere {
  const open = new Map<string, () => void>();
  return {
    async open(nodeId, { path, fileName }) {
      await forgetOld(options);
      const folder = join(options.folder, `${nodeId}-${randomUUID()}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const copy = join(folder, fileName);
      await copyFile(path, copy);
      open.set(folder, await watchFolder(options, { nodeId, folder, known: await digest(copy) }));
      const [oldest] = open.keys();
      if (open.size > MOST_OPEN && oldest !== undefined) {
        open.get(oldest)?.();
        open.delete(oldest);
      }
      return copy;
    },
    close() {
      for (const stop of open.values()) {
        stop();
      }
      open.clear();
    },
  };
}

interface Watched {
  readonly nodeId: number;
  readonly folder: string;
  /** Of the copy as it was given out. */
  readonly known: string;
}

async function watchFolder(
  { clock, onSaved, onError }: EditElsewhereOptions,
  { nodeId, folder, known }: Watched,
): Promise<() => void> {
  const seen = new Set([known]);
  let cancelTimer: (() => void) | null = null;
  let looksLeft = 0;
  let isLooking = false;
  let isStopped = false;

  function later(): void {
    cancelTimer?.();
    cancelTimer = isStopped ? null : clock.setTimer(SETTLED_MS, () => void look());
  }

  async function look(): Promise<void> {
    if (isLooking) {
      return later();
    }
    isLooking = true;
    try {
      const { isAllTaken, refused } = await takeNew();
      looksLeft -= 1;
      if (!isAllTaken && looksLeft > 0) {
        later();
      } else {
        refused.forEach(onError);
      }
    } catch (error) {
      onError(error);
    } finally {
      isLooking = false;
    }
  }

  /** `isAllTaken` false: something there is not whole, or not yet, or was not taken in. */
  async function takeNew(): Promise<{ readonly isAllTaken: boolean; readonly refused: readonly Error[] }> {
    let isAllWhole = true;
    const refused: Error[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const whole = await readWholeImage(path).catch(() => null);
      if (whole === null) {
        isAllWhole = false;
        continue;
      }
      const hash = await digest(path);
      if (!seen.has(hash) && !isStopped) {
        try {
          await onSaved(nodeId, path);
          seen.add(hash);
        } catch (error) {
          refused.push(notTaken(path, error));
        }
      }
    }
    return { isAllTaken: isAllWhole && refused.length === 0, refused };
  }

  const watcher: FSWatcher = watch(folder, () => {
    looksLeft = LOOKS;
    later();
  });
  watcher.on('error', () => stop());
  function stop(): void {
    isStopped = true;
    cancelTimer?.();
    watcher.close();
  }
  return stop;
}

function notTaken(path: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${path} was not taken in and stays there; save it once more to try again: ${reason}`, {
    cause,
  });
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Copies of earlier sessions: nobody saves into them any more. */
async function forgetOld({ folder, clock }: EditElsewhereOptions): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && clock.wallNow() - found.mtimeMs > KEPT_MS) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
