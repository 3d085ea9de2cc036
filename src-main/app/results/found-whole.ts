/**
 * Answers of attempts that a dead process or worker could not end: they lie whole beside their place, or in the library
 * where their folder would not take them. They were paid for, so they become results before anything is sent again.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptEnd, Clock, ReceivedFile } from '../../engine/ports';
import { NotKept } from '../../engine/runs/not-kept';
import { isThere } from '../../file-facts';
import { hasHash } from '../../images/file-sha256';
import { measureImage } from '../../images/measure';
import { ArrivingPicture } from '../../images/arriving-picture';
import { sniffImage } from '../../images/sniff';
import type { Store } from '../../store/store';
import type { UnfinishedFile } from '../../store/journal/unfinished-files';
import { formerWhoseName, resultName, wholeName } from '../../temporary-name';
import { nullIfGone, Unreadable } from './unreadable';
import { presentName } from './version-files';
import { writeEnd } from './write-end';

export interface FoundWholeOptions {
  readonly store: Pick<Store, 'unfinishedFiles' | 'noUnfinishedFiles' | 'foundWhole' | 'received' | 'ended'>;
  /** Of the library, in the names of its files on their way. */
  readonly mark: string;
  /** Where what folders refused is kept. */
  readonly spareDir: string;
  readonly clock: Pick<Clock, 'wallNow'>;
  onError(error: unknown): void;
}

/** In the library, of an attempt's answer that its folder refused. */
export function spareName(attemptId: number): string {
  return `${attemptId}.whole.part`;
}

/** Their names; of a folder that was never made none. Throws an Unreadable for one that may hold anything. */
export async function sparesIn(spareDir: string): Promise<ReadonlySet<string>> {
  return new Set((await readdir(spareDir).catch((error: unknown) => nullIfGone(error, spareDir))) ?? []);
}

const PAGE = 1000;

/** Where answers of this run lie that have no place in its folder as things stand: their jobs are unknown. */
export async function lyingWhole(
  {
    store,
    mark,
    spareDir,
  }: Pick<FoundWholeOptions, 'mark' | 'spareDir'> & {
    readonly store: Pick<Store, 'unfinishedFiles'>;
  },
  runId: number,
): Promise<readonly string[]> {
  const spares = await sparesIn(spareDir);
  const paths: string[] = [];
  for (let after = 0; ; ) {
    const page = await store.unfinishedFiles(runId, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) {
      return paths;
    }
    after = last.attemptId;
    for (const file of page.filter(isWanted)) {
      const beside = (await notedPath(file, mark)) ?? (await setAsidePath(file, mark));
      const spare = spareName(file.attemptId);
      paths.push(...(beside !== null ? [beside] : spares.has(spare) ? [join(spareDir, spare)] : []));
    }
  }
}

/** In its folder, of an answer that the journal noted as whole: under any of its names, by its hash alone. */
async function notedPath(
  { outputDir, stems, attemptId, isFormer, receipt }: UnfinishedFile,
  mark: string,
): Promise<string | null> {
  if (receipt === null) {
    return null;
  }
  const names = stems.flatMap((stem) => {
    const of = { stem, mark, attemptId };
    return [resultName(of), wholeName(of), ...(isFormer ? [`${formerWhoseName(of)}.part`] : [])];
  });
  for (const name of [...names, receipt.fileName]) {
    const path = join(outputDir, name);
    if (await hasHash(path, receipt.sha256)) {
      return path;
    }
  }
  return null;
}

async function setAsidePath(file: UnfinishedFile, mark: string): Promise<string | null> {
  for (const path of asidePaths(file, mark)) {
    if (await isThere(path)) {
      return path;
    }
  }
  return null;
}

const asidePaths = ({ outputDir, stems, attemptId }: UnfinishedFile, mark: string): readonly string[] =>
  stems.map((stem) => join(outputDir, wholeName({ stem, mark, attemptId })));

const isWanted = ({ jobState, isAsked }: UnfinishedFile): boolean => jobState === 'unknown' && isAsked;

/**
 * Of one run, or of all (null). Answers what ended; what cannot be placed now is looked for again. Throws an Unreadable
 * where an answer of this one run may lie in the library that cannot be read: it must not be paid for again.
 */
export async function adoptWhole(
  options: FoundWholeOptions,
  runId: number | null,
): Promise<readonly AttemptEnd[]> {
  const ends: AttemptEnd[] = [];
  let spares: ReadonlySet<string> | null = null;
  try {
    for (let after = 0; ; ) {
      const page = await options.store.unfinishedFiles(runId, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) {
        break;
      }
      after = last.attemptId;
      for (const file of page.filter(isWanted)) {
        spares ??= await sparesIn(options.spareDir);
        const end = await adopt(options, file, spares).catch((error: unknown) => {
          options.onError(error);
          return null;
        });
        ends.push(...(end === null ? [] : [end]));
      }
    }
  } catch (error) {
    options.onError(error);
    if (runId !== null && error instanceof Unreadable) {
      throw error;
    }
  }
  return ends;
}

async function adopt(
  { store, mark, spareDir, clock }: FoundWholeOptions,
  unfinished: UnfinishedFile,
  spares: ReadonlySet<string>,
): Promise<AttemptEnd | null> {
  const { attemptId, jobId, runId, outputDir, jobStem } = unfinished;
  const [anyAside = ''] = asidePaths(unfinished, mark);
  const aside = (await setAsidePath(unfinished, mark)) ?? anyAside;
  const spare = spares.has(spareName(attemptId)) ? join(spareDir, spareName(attemptId)) : undefined;
  const noted = await notedPath(unfinished, mark);
  const file =
    noted === null
      ? ((await whole(aside, jobStem)) ?? (spare === undefined ? null : await whole(spare, jobStem)))
      : inPlace(unfinished, noted);
  if (file === null || !(await store.foundWhole(attemptId, file))) {
    return null;
  }
  // Once it has its final name, what lies under the other is removed.
  const path = noted === null || noted === join(outputDir, file.fileName) ? aside : noted;
  const unplaced = { path, outputDir, ...(spare === undefined ? {} : { spare }) };
  const end: AttemptEnd = {
    attemptId,
    jobId,
    runId,
    endedAt: clock.wallNow(),
    bodySentAt: null,
    tookMs: 0,
    // What it cost went with the process that knew it.
    outcome: { kind: 'done', file, usage: {}, costUsd: null, unplaced },
    next: { kind: 'done' },
  };
  const written = await writeEnd(store, end).catch((error: unknown) => {
    throw error instanceof NotKept ? error.lyingAt(spare ?? path) : error;
  });
  await store.noUnfinishedFiles([attemptId]);
  return written;
}

/** One that has its final name keeps it; any other gets the one of its job, whose row may have moved. */
function inPlace({ outputDir, jobStem, receipt }: UnfinishedFile, noted: string): ReceivedFile | null {
  return receipt === null || noted === join(outputDir, receipt.fileName)
    ? receipt
    : { ...receipt, fileName: presentName({ stem: jobStem, fileName: receipt.fileName }) };
}

/** As result-file.ts judged it when it came: stricter would have what was paid for asked once more. */
async function whole(path: string, stem: string): Promise<ReceivedFile | null> {
  const bytes = (await readFile(path).catch((error: unknown) => nullIfGone(error, path))) ?? new Uint8Array();
  const type = sniffImage(bytes);
  const picture = new ArrivingPicture();
  picture.take(bytes);
  if (type === null || !picture.isWhole()) {
    return null;
  }
  const { width = 0, height = 0 } = measureImage(bytes) ?? {};
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { extension, mimeType } = type;
  // In the order of result-file.ts: the journal compares it as a text.
  return { fileName: `${stem}.${extension}`, sha256, mimeType, width, height, sizeBytes: bytes.byteLength };
}
