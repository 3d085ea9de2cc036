/** The pictures of one attempt, each in a temporary file from its first bytes on. One of them becomes the result. */
import { join } from 'node:path';
import type { SpooledPicture } from '../providers/adapter';
import type { PictureSpool } from '../providers/answer-scan';
import { draftName } from '../temporary-name';
import type { Disk } from './disk';
import { ResultFile, type ResultTarget, temporaryPath } from './result-file';

export interface AttemptSpool extends PictureSpool<SpooledPicture> {
  /** The file of a picture of this spool; it is the caller's from now on, and the others are thrown away. */
  take(picture: SpooledPicture): Promise<ResultFile>;
  /** Throws away what was not taken: drafts, and what came before a failure. */
  close(): Promise<void>;
}

export function createAttemptSpool(disk: Disk, target: ResultTarget): AttemptSpool {
  const files = new Map<SpooledPicture, ResultFile>();
  let begun = 0;

  async function close(): Promise<void> {
    const rest = [...files.values()];
    files.clear();
    await Promise.all(rest.map((file) => file.discard()));
  }

  return {
    begin() {
      const path = begun === 0 ? temporaryPath(target) : join(target.outputDir, draftName(target, begun));
      const file = new ResultFile(disk, target, path);
      begun += 1;
      files.set(file, file);
      return file;
    },
    pressure: () => disk.pressure(),
    async take(picture) {
      const file = files.get(picture);
      if (file === undefined) {
        throw new Error('This picture is of another spool.');
      }
      files.delete(picture);
      await close();
      file.takeName(temporaryPath(target));
      return file;
    },
    close,
  };
}
