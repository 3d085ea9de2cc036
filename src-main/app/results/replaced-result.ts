/**
 * A run that is sent anew replaces what the run before it made, file by file as its own results come. What lay in a
 * result's place is kept first, for nobody knows it there and then: here it turns out to be that earlier result.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptEnd } from '../../engine/ports';
import { fileSha256 } from '../../images/file-sha256';
import type { Store } from '../../store/store';

/** Answers the end without it. Never rejects: what cannot be looked at stays kept, and is told of. */
export async function withoutReplaced(
  store: Pick<Store, 'replacedResults'>,
  end: AttemptEnd,
): Promise<AttemptEnd> {
  if (end.outcome.kind !== 'done' || end.outcome.keptAs === undefined) {
    return end;
  }
  const { keptAs, ...outcome } = end.outcome;
  try {
    const { outputDir, hashes } = await store.replacedResults(end.jobId, outcome.file.fileName);
    const path = join(outputDir, keptAs);
    if (hashes.length === 0 || !hashes.includes(await fileSha256(path))) {
      return end;
    }
    await rm(path);
    return { ...end, outcome };
  } catch {
    return end;
  }
}
