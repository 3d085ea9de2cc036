/**
 * Reviewed results as a folder that the `datasets` library of Hugging Face reads as it is (ImageFolder with
 * metadata.jsonl, https://huggingface.co/docs/datasets/image_dataset): `train/edited`, `train/source`, and one line of
 * metadata for each result. Provider bytes and inputs are copied as they are.
 */
import { copyFile, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { FolderExportReport } from '@shared/contract';
import { imageReferences } from '@shared/columns';
import type { ReviewFilter } from '@shared/model/review';
import { parseTemplate, renderTemplate } from '@shared/template';
import { decodeDataUrl } from '../images/data-url';
import { embeddedFile, isEmbeddedReference } from '../images/embedded';
import { MAX_IMAGE_BYTES } from '../images/safe-fetch';
import { resolveInputPath } from '../images/safe-path';
import { sniffImage } from '../images/sniff';
import type { InspectRules } from '../images/inspect-input';
import type { Store, StoredJob, StoredRow, StoredRun } from '../store/store';
import { withRows } from './results-log';

const PAGE = 50;
const REPORT_EVERY = 10;
const METADATA = 'metadata.jsonl';

export interface FolderExport {
  readonly run: StoredRun;
  readonly filter: ReviewFilter;
  /** Absolute, empty or not there. */
  readonly folder: string;
  /** Where inputs may lie. */
  readonly rules: InspectRules;
}

/** Yields how far it is; metadata.jsonl has its name once everything before it is there. Ends early when `signal` says so. */
export async function* exportFolder(
  store: Pick<Store, 'reviewQueue' | 'jobsById' | 'rowsAt'>,
  target: FolderExport,
  signal?: AbortSignal,
): AsyncGenerator<FolderExportReport> {
  const { run, folder, filter } = target;
  const ids = await store.reviewQueue(run.id, filter);
  const split = join(folder, 'train');
  await mkdir(split, { recursive: true });
  const unfinished = join(split, `${METADATA}.part`);
  const metadata = await open(unfinished, 'w');
  let written = 0;
  let skipped = 0;
  try {
    for (let from = 0; from < ids.length; from += PAGE) {
      const jobs = await store.jobsById(ids.slice(from, from + PAGE));
      for (const { job, row } of await withRows({ store, datasetId: run.datasetId }, jobs)) {
        if (signal?.aborted === true) {
          return;
        }
        const line = await exportOne(target, split, { job, row });
        if (line === null) {
          skipped += 1;
        } else {
          await metadata.appendFile(`${JSON.stringify(line)}\n`);
          written += 1;
        }
        if ((written + skipped) % REPORT_EVERY === 0) {
          yield { written, skipped, total: ids.length, done: false };
        }
      }
    }
    await metadata.sync();
  } finally {
    await metadata.close();
  }
  await rename(unfinished, join(split, METADATA));
  yield { written, skipped, total: ids.length, done: true };
}

/** Its line of metadata; null: the result is no longer there. */
async function exportOne(
  { run, rules }: FolderExport,
  split: string,
  { job, row }: { readonly job: StoredJob; readonly row: StoredRow },
): Promise<Record<string, unknown> | null> {
  if (job.result === null) {
    return null;
  }
  const edited = join('edited', job.result.fileName);
  if (!(await copied(join(run.outputDir, job.result.fileName), join(split, edited)))) {
    return null;
  }
  const source = run.recipe.task === 'edit' ? await exportSource(split, { run, row, rules, job }) : {};
  const { verdict = null, rating = null, reasons = [], note = '' } = job.review ?? {};
  return {
    edited_file_name: slashed(edited),
    ...source,
    instruction: renderTemplate(parseTemplate(run.recipe.instruction), row.fields).text,
    model: job.model,
    index: job.index,
    variant: job.variant,
    verdict,
    rating,
    reasons,
    note,
  };
}

interface SourceOf {
  readonly run: StoredRun;
  readonly row: StoredRow;
  readonly rules: InspectRules;
  readonly job: StoredJob;
}

/** The first input beside its result; one that lies on the web is named, not fetched. */
async function exportSource(
  split: string,
  { run, row, rules, job }: SourceOf,
): Promise<Record<string, string>> {
  const reference = imageReferences(row.fields, run.recipe.imageColumns)[0]?.trim();
  if (reference === undefined) {
    return {};
  }
  if (/^https?:/i.test(reference)) {
    return { source_url: reference };
  }
  const name = (extension: string): string => join('source', `${job.stem}${extension}`);
  if (/^data:/i.test(reference)) {
    const decoded = decodeDataUrl(reference, MAX_IMAGE_BYTES);
    if (decoded.kind !== 'ok') {
      return {};
    }
    const file = name(`.${sniffImage(decoded.bytes)?.extension ?? 'png'}`);
    await mkdir(dirname(join(split, file)), { recursive: true });
    await writeFile(join(split, file), decoded.bytes);
    return { source_file_name: slashed(file) };
  }
  const path = await localPath(reference, rules);
  const file = path === null ? null : name(extname(path).toLowerCase() || '.png');
  return path !== null && file !== null && (await copied(path, join(split, file)))
    ? { source_file_name: slashed(file) }
    : {};
}

async function localPath(reference: string, rules: InspectRules): Promise<string | null> {
  if (isEmbeddedReference(reference)) {
    return embeddedFile(reference, rules.embeddedDir)?.path ?? null;
  }
  const resolved = await resolveInputPath(reference, rules);
  return resolved.kind === 'ok' ? resolved.path : null;
}

/** False: it is not there, or cannot be read. Throws what the target folder refuses. */
async function copied(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if ((code === 'ENOENT' || code === 'EACCES') && path === from) {
      return false;
    }
    throw error;
  }
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
