/**
 * A done job is believed only with its file: of the size that was journalled, and not changed since its hash was
 * last right. A file that is younger than that (copied, restored, edited) is hashed again, once. A whole picture that is
 * not the one that came (retouched, say) is somebody's work: it gets a name of its own before its job is sent again. An
 * answer of a text job is in the library itself, and none of `doneResults`.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSha256 } from '../../images/file-sha256';
import { keepPicture } from '../../images/keep-picture';
import type { DoneResult, Store, StoredJob, StoredRun } from '../../store/store';
import { inFiles } from './file-turns';
import { isRefusedBySystem, nullIfGone, Unreadable } from './unreadable';

const PAGE = 256;
/** The threads that look at files also write results. */
const AT_ONCE = 8;

export type BrokenResult = Pick<DoneResult, 'jobId' | 'resultId'>;

export interface Verified {
  /** Done jobs looked at so far. */
  readonly checked: number;
  /** Those of the last page whose file is gone or is another. */
  readonly broken: readonly BrokenResult[];
  /** Pictures that stood in the place of those, whole: somebody has worked on them. By the names they have now. */
  readonly kept: readonly string[];
}

type Whole = { readonly kind: 'whole' } | { readonly kind: 'confirmed'; readonly wholeAt: number };
type Look = Whole | { readonly kind: 'gone' } | { readonly kind: 'changed'; readonly fileName: string };

type Verdict =
  | Whole
  | { readonly kind: 'broken'; readonly keptAs: string | null }
  /** It is there, and may well be whole. */
  | { readonly kind: 'unreadable'; readonly error: Unreadable };

/** Compares the results of a run with the disk, a page at a time. Throws an Unreadable at the first page with one. */
export async function* verifyResults(
  store: Pick<Store, 'doneResults' | 'confirmResults' | 'jobsById'>,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
  signal: AbortSignal,
): AsyncGenerator<Verified> {
  let checked = 0;
  for (let after = -1; !signal.aborted; ) {
    // By position: jobs that are found broken leave the list, and must not move the page.
    const page = await store.doneResults(run.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.position;
    const verdicts = await lookAt({ store, outputDir: run.outputDir, signal }, page);
    if (signal.aborted) {
      return;
    }
    const seen = page.flatMap(({ resultId }, at) => {
      const verdict = verdicts[at];
      return verdict?.kind === 'confirmed' && resultId !== null ? { resultId, wholeAt: verdict.wholeAt } : [];
    });
    if (seen.length > 0) {
      await store.confirmResults(seen);
    }
    const unreadable = verdicts.find((verdict) => verdict?.kind === 'unreadable');
    if (unreadable?.kind === 'unreadable') {
      throw unreadable.error;
    }
    checked += page.length;
    yield {
      checked,
      broken: page
        .filter((_, at) => verdicts[at]?.kind === 'broken')
        .map(({ jobId, resultId }) => ({ jobId, resultId })),
      kept: verdicts.flatMap((verdict) => (verdict?.kind === 'broken' ? (verdict.keptAs ?? []) : [])),
    };
  }
}

interface Checking {
  readonly store: Pick<Store, 'jobsById'>;
  readonly outputDir: string;
  readonly signal: AbortSignal;
}

async function lookAt(
  checking: Checking,
  page: readonly DoneResult[],
): Promise<readonly (Verdict | undefined)[]> {
  const verdicts: (Verdict | undefined)[] = [];
  let next = 0;
  const look = async (): Promise<void> => {
    for (let at = next++; at < page.length && !checking.signal.aborted; at = next++) {
      const result = page[at];
      verdicts[at] = result && (await verdictOf(checking, result).catch(unreadable));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return verdicts;
}

function unreadable(error: unknown): Verdict {
  if (error instanceof Unreadable) {
    return { kind: 'unreadable', error };
  }
  throw error;
}

async function verdictOf({ store, outputDir, signal }: Checking, result: DoneResult): Promise<Verdict> {
  const found = await lookAtFile(outputDir, result.file);
  if (found.kind === 'whole' || found.kind === 'confirmed') {
    return found;
  }
  // A version may have been taken back since the page was read, or just then: another result has that name by now.
  return inFiles(store, async (): Promise<Verdict> => {
    const [job] = await store.jobsById([result.jobId]);
    if (signal.aborted || !isStill(job, result)) {
      return { kind: 'whole' };
    }
    const again = await lookAtFile(outputDir, result.file);
    switch (again.kind) {
      case 'whole':
      case 'confirmed':
        return again;
      case 'gone':
        return { kind: 'broken', keptAs: null };
      case 'changed':
        return { kind: 'broken', keptAs: await keepChanged(outputDir, again.fileName) };
    }
  });
}

function isStill(job: StoredJob | undefined, { resultId, file }: DoneResult): boolean {
  return (job?.resultId ?? null) === resultId && (file === null || job?.result?.fileName === file.fileName);
}

async function lookAtFile(outputDir: string, file: DoneResult['file']): Promise<Look> {
  if (file === null) {
    return { kind: 'gone' };
  }
  const { fileName } = file;
  const path = join(outputDir, fileName);
  const found = await stat(path).catch((error: unknown) => nullIfGone(error, path));
  if (found?.isFile() !== true) {
    return { kind: 'gone' };
  }
  if (found.size !== file.sizeBytes) {
    return { kind: 'changed', fileName };
  }
  if (file.wholeAt !== null && found.mtimeMs <= file.wholeAt) {
    return { kind: 'whole' };
  }
  const sha256 = await fileSha256(path).catch((error: unknown) => nullIfGone(error, path));
  // A file changed within the millisecond of its mtime would be hashed once more, never believed.
  return sha256 === file.sha256
    ? { kind: 'confirmed', wholeAt: Math.ceil(found.mtimeMs) }
    : { kind: 'changed', fileName };
}

/** `000002.changed.png`: the result that is sent anew takes the name. Null: it is gone, or no whole picture. */
async function keepChanged(outputDir: string, fileName: string): Promise<string | null> {
  return keepPicture(outputDir, fileName, 'changed').catch((error: unknown) =>
    isRefusedBySystem(error) ? nullIfGone(error, join(outputDir, fileName)) : null,
  );
}
