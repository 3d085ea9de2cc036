/**
 * Removes what attempts of a process that died left on their way to a final name. Only files of attempts of
 * this library that the journal knows as over, by their whole name; never one that is under way, nor anything else that ends in `.part`.
 */
import { lstat, opendir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readWholeImage } from '../../images/whole-image';
import type { Store } from '../../store/store';
import type { UnfinishedFile } from '../../store/journal/unfinished-files';
import { spareName, sparesIn } from './found-whole';
import { formerWhoseName, type NamedTemporary, readTemporaryName, whoseName } from '../../temporary-name';

export interface UnfinishedFilesOptions {
  readonly store: Pick<Store, 'unfinishedFiles' | 'noUnfinishedFiles'>;
  /** Of the library: other libraries may write into the same folders. */
  readonly mark: string;
  /** Where what folders refused is kept (found-whole.ts). */
  readonly spareDir: string;
  onError(error: unknown): void;
}

/** For each folder is read once for each page. */
const PAGE = 10_000;
/** Names of a folder that are read at once. */
const ENTRIES_AT_ONCE = 1000;

export function createUnfinishedFiles({ store, mark, spareDir, onError }: UnfinishedFilesOptions) {
  const stop = new AbortController();
  let last: Promise<void> = Promise.resolve();

  async function look(runId: number | null): Promise<void> {
    for (let after = 0; !stop.signal.aborted; ) {
      const page = await store.unfinishedFiles(runId, after, PAGE);
      const end = page.at(-1);
      if (end === undefined) {
        return;
      }
      after = end.attemptId;
      const left = new Set<number>();
      for (const [folder, files] of byFolder(page)) {
        if (stop.signal.aborted) {
          return;
        }
        (await leftIn(folder, files, mark)).forEach((attemptId) => left.add(attemptId));
      }
      const cleared = page.filter(({ attemptId }) => !left.has(attemptId));
      await store.noUnfinishedFiles(await withoutSpares(cleared, spareDir));
    }
  }

  return {
    /** Of one run, or of all. Never rejects; what cannot be looked at now is looked for the next time. */
    sweep(runId: number | null): Promise<void> {
      last = last.then(() => look(runId)).catch(onError);
      return last;
    },
    /** Resolves when nothing is removed any more. */
    async close(): Promise<void> {
      stop.abort();
      await last;
    },
  };
}

function byFolder(files: readonly UnfinishedFile[]): ReadonlyMap<string, readonly UnfinishedFile[]> {
  const folders = new Map<string, UnfinishedFile[]>();
  for (const file of files) {
    for (const folder of new Set(file.stems.map((stem) => dirname(join(file.outputDir, stem))))) {
      folders.set(folder, [...(folders.get(folder) ?? []), file]);
    }
  }
  return folders;
}

/** Removes what is not wanted; answers the attempts of which something is left, or may come back. */
async function leftIn(
  folder: string,
  files: readonly UnfinishedFile[],
  mark: string,
): Promise<readonly number[]> {
  const wanted = new Map(files.flatMap((file) => namesOf(file, mark).map((whose) => [whose, file] as const)));
  const kept = new Set<number>();
  try {
    for await (const { name } of await opendir(folder, { bufferSize: ENTRIES_AT_ONCE })) {
      const named = readTemporaryName(name);
      const file = named === null ? undefined : wanted.get(named.whose);
      if (named !== null && file !== undefined && !(await remove(join(folder, name), file, named.kind))) {
        kept.add(file.attemptId);
      }
    }
  } catch (error) {
    if (!(await isNowhere(error, files))) {
      return files.map(({ attemptId }) => attemptId);
    }
  }
  return files.flatMap((file) => (kept.has(file.attemptId) || mayComeBack(file) ? file.attemptId : []));
}

/** By its hash it is known wherever it turns up: as on a disk that was not connected while another folder had the name. */
function mayComeBack({ receipt, jobState }: UnfinishedFile): boolean {
  return receipt !== null && jobState === 'unknown';
}

/** Attempts of which the library keeps nothing either: an answer that it keeps goes once its job has another to the same. */
async function withoutSpares(
  cleared: readonly UnfinishedFile[],
  spareDir: string,
): Promise<readonly number[]> {
  const spares = cleared.length === 0 ? new Set<string>() : await sparesIn(spareDir);
  const gone: number[] = [];
  for (const { attemptId, isAnswered } of cleared) {
    const name = spareName(attemptId);
    if (!spares.has(name) || (isAnswered && (await removed(join(spareDir, name))))) {
      gone.push(attemptId);
    }
  }
  return gone;
}

const removed = (path: string): Promise<boolean> =>
  rm(path, { force: true }).then(
    () => true,
    () => false,
  );

function namesOf({ stems, attemptId, isFormer }: UnfinishedFile, mark: string): readonly string[] {
  return stems.flatMap((stem) => {
    const of = { stem: basename(stem), mark, attemptId };
    return isFormer ? [whoseName(of), formerWhoseName(of)] : [whoseName(of)];
  });
}

/**
 * Whether it is gone. One that is whole may be the very answer that was lost, and one that is known as the answer is: it
 * stays until its job is done, and then too where that was asked for something else by then.
 */
async function remove(
  path: string,
  { jobState, receipt, isAnswered }: UnfinishedFile,
  kind: NamedTemporary['kind'],
): Promise<boolean> {
  try {
    if (!(await lstat(path)).isFile()) {
      return true;
    }
    const isAnswer = kind === 'whole' || (kind === 'result' && receipt !== null);
    if (isAnswer && !isAnswered) {
      return false;
    }
    if (kind === 'result' && jobState === 'unknown' && (await readWholeImage(path)) !== null) {
      return false;
    }
    await rm(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** A folder that was never made holds nothing; one on a disk that is not connected may. */
async function isNowhere(error: unknown, [first]: readonly UnfinishedFile[]): Promise<boolean> {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return (
    isMissing &&
    first !== undefined &&
    (await stat(first.outputDir).then(
      () => true,
      () => false,
    ))
  );
}
