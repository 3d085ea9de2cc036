/**
 * Pictures that are still being made, as a provider streams them: each is written beside the result while the attempt
 * is under way, told of, and gone when it is over. They are looked at and never kept, so nothing here is durable, and
 * what goes wrong costs only the look.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolEntry } from '../providers/answer-scan';
import type { SpooledPicture } from '../providers/adapter';
import { partialName } from '../temporary-name';
import type { AttemptSpool } from './picture-spool';
import type { ResultTarget } from './result-file';

export interface PartialPictures {
  readonly spool: AttemptSpool;
  /** Removes what was written. */
  close(): Promise<void>;
}

/** `tell` hears of each whole file by its path. */
export function withPartials(
  spool: AttemptSpool,
  target: ResultTarget,
  tell: (path: string) => void,
): PartialPictures {
  const paths: string[] = [];
  const writing = new Set<Promise<void>>();
  let isOver = false;

  async function write(pieces: readonly Buffer[]): Promise<void> {
    const path = join(target.outputDir, partialName(target, paths.length));
    paths.push(path);
    try {
      await writeFile(path, pieces);
      if (!isOver) {
        tell(path);
      }
    } catch {
      // The result itself will say what is wrong with the disk.
    }
  }

  function tapped(entry: SpoolEntry<SpooledPicture>): SpoolEntry<SpooledPicture> {
    const pieces: Buffer[] = [];
    return {
      lend: () => entry.lend(),
      take(chunk, length) {
        pieces.push(Buffer.from(chunk.subarray(0, length)));
        entry.take(chunk, length);
      },
      end() {
        const written = write(pieces).finally(() => writing.delete(written));
        writing.add(written);
        return entry.end();
      },
      discard: () => entry.discard(),
    };
  }

  return {
    spool: {
      begin: () => tapped(spool.begin()),
      pressure: () => spool.pressure(),
      take: (picture) => spool.take(picture),
      close: () => spool.close(),
    },
    async close() {
      isOver = true;
      await Promise.all(writing);
      await Promise.all(paths.map((path) => rm(path, { force: true }).catch(() => undefined)));
    },
  };
}
