/** One export from the results that are meant to a file or folder that is whole, or not there. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Progress } from '@shared/contract/base';
import {
  type ExportFormat,
  type ExportOptions,
  type ExportSource,
  exportTarget,
  TABLES,
} from '@shared/model/export';
import type { RecipeNote } from '@shared/model/recipe-note';
import { writeAtomically } from '../../datasets/atomic-file';
import { writeResultsTables } from '../../datasets/results-table';
import type { InspectRules } from '../../images/inspect-input';
import { Refusal } from '../../refusal';
import type { StoredDataset } from '../../store/store';
import { exportFailure } from './export-failure';
import { type ExportItem, type ExportItems, itemsOf } from './export-items';
import { eachItem, type ExportGround, splitsOf, type Tally, writeImageFolder } from './image-folder';
import { intoFolder, intoZip, wholeFolder } from './layout-sink';
import { hasPairs, type PairStore, writePairs } from './pairs';
import { parquetFile, parquetRow } from './parquet';
import { progressOf, type Tell } from './progress-stream';
import { SPLITS } from './split';

export interface ExportParts {
  readonly store: PairStore;
  rulesOf(dataset: StoredDataset): InspectRules;
  noteOf(item: ExportItem): Promise<RecipeNote>;
}

export interface ExportOrder {
  readonly source: ExportSource;
  readonly format: ExportFormat;
  readonly options: ExportOptions;
  /** Absolute: the file, or the folder in which a new one is made. */
  readonly target: string;
  /** Of a new folder; absent: after what is exported. */
  readonly folderName?: string;
}

/** What a file or folder of this export would be called, its ending included. Refuses what would leave nothing, before anybody chooses a place for it. */
export async function exportName(
  { store }: Pick<ExportParts, 'store'>,
  order: Omit<ExportOrder, 'target'>,
): Promise<string> {
  const { source, format, options } = order;
  const items = await itemsOf(store, source);
  refuseEmpty(order, items);
  if (format === 'pairs' && !(await hasPairs(store, items, options.pairs))) {
    throw new Refusal('BAD_INPUT', NO_PAIRS);
  }
  const { name } = items;
  const kind = exportTarget(format, options);
  const stem = fileStem(format === 'spreadsheet' ? `${name}-for-spreadsheets` : name);
  return kind.kind === 'file' ? `${stem}.${kind.extension}` : stem;
}

export interface FinishedExport {
  /** Absolute. */
  readonly path: string;
  readonly tally: Tally;
  /** What became of it. */
  readonly sentence: string;
}

/** Rejects with a Refusal for what the disk refuses, and with the reason of `signal` once it is aborted; nothing is left then. */
export async function writeExport(
  parts: ExportParts,
  order: ExportOrder,
  { tell, signal }: { readonly tell: Tell; readonly signal: AbortSignal },
): Promise<FinishedExport> {
  const items = await itemsOf(parts.store, order.source);
  refuseEmpty(order, items);
  const ground: ExportGround = { items, options: order.options, tell, signal, ...parts };
  tell({ done: 0, skipped: 0, total: items.total });
  try {
    const { path, tally } = await written(parts, order, ground);
    return { path, tally, sentence: sentenceOf(order.format, tally, basename(path)) };
  } catch (error) {
    throw exportFailure(error, order.target);
  }
}

/** The same as a stream of reports. Who stops listening stops it. */
export function carryOutExport(
  parts: ExportParts,
  order: ExportOrder,
  signal?: AbortSignal,
): AsyncGenerator<Progress> {
  return progressOf(async (tell, stop) => {
    const { tally, sentence } = await writeExport(parts, order, { tell, signal: stop });
    const { written: done, skipped } = tally;
    return { done, total: done + skipped, skipped, isOver: true, sentence };
  }, signal);
}

function refuseEmpty(
  { source, format }: Pick<ExportOrder, 'source' | 'format'>,
  { name, total, answers }: ExportItems,
): void {
  if (answers !== undefined && !TABLES.includes(format)) {
    throw new Refusal('BAD_INPUT', `${name} has answers and no pictures: export it as a table.`, 'format');
  }
  if (source.kind === 'run' && source.filter === 'failures' && !TABLES.includes(format)) {
    throw new Refusal('BAD_INPUT', 'Failed jobs have no pictures: export them as a table.', 'format');
  }
  if (total === 0) {
    throw new Refusal('BAD_INPUT', 'There is nothing to export: no result matches.');
  }
}

interface Written {
  /** Absolute. */
  readonly path: string;
  readonly tally: Tally;
}

async function written(
  parts: ExportParts,
  { source, format, options, target, folderName }: ExportOrder,
  ground: ExportGround,
): Promise<Written> {
  const name = folderName ?? fileStem(ground.items.name);
  const withRuns = source.kind === 'selection';
  switch (format) {
    case 'csv':
    case 'jsonl':
    case 'spreadsheet':
      return { path: target, tally: await writeTable(ground, { format, path: target, withRuns }) };
    case 'imageFolder': {
      let tally: Tally = NOTHING;
      const path = await intoFolder({ base: target, name }, async (sink) => {
        tally = await writeImageFolder(ground, sink);
      });
      return { path, tally };
    }
    case 'zip': {
      let tally: Tally = NOTHING;
      await intoZip(target, async (sink) => {
        tally = await writeImageFolder(ground, sink);
      });
      return { path: target, tally };
    }
    case 'pairs': {
      let tally: Tally = NOTHING;
      const path = await intoFolder({ base: target, name: folderName ?? `${name}-pairs` }, async (sink) => {
        tally = await writePairs(parts.store, ground, sink);
        if (tally.written === 0) {
          throw new Refusal(
            'BAD_INPUT',
            tally.skipped === 0 ? NO_PAIRS : `No pairs: of each, ${WHY_NO_PAIR}.`,
          );
        }
      });
      return { path, tally };
    }
    case 'parquet':
      return options.splits === undefined
        ? { path: target, tally: await writeParquet(ground, target) }
        : writeSplitParquet(ground, { base: target, name });
  }
}

const NO_PAIRS =
  'No pairs: none of these rows has one result that was preferred to another. Judge or rate its variants first.';
const WHY_NO_PAIR = 'a picture is no longer on disk, or the two are of different rows or in different splits';
const NOTHING: Tally = { written: 0, skipped: 0, missingInputs: 0 };

/** Input cells as they came; ours behind them. */
async function writeTable(
  { items, tell, signal }: ExportGround,
  {
    withRuns,
    ...file
  }: {
    readonly format: 'csv' | 'jsonl' | 'spreadsheet';
    readonly path: string;
    readonly withRuns: boolean;
  },
): Promise<Tally> {
  let done = 0;
  async function* pages(): AsyncGenerator<readonly ExportItem[]> {
    for await (const page of items.pages()) {
      signal.throwIfAborted();
      done += page.length;
      tell({ done, skipped: 0, total: items.total });
      yield page;
    }
  }
  await writeResultsTables({
    files: [file],
    columns: await items.columns(),
    withRuns,
    withReviews: true,
    answers: items.answers,
    pages: pages(),
  });
  return { written: done, skipped: 0, missingInputs: 0 };
}

function writeParquet(ground: ExportGround, path: string): Promise<Tally> {
  return writeAtomically(path, async (handle) => {
    const file = parquetFile(handle);
    const tally = await eachItem(ground, async (item) => {
      const found = await parquetRow(ground, item);
      if (found !== null) {
        await file.add(found.row);
      }
      return found;
    });
    await file.end();
    return tally;
  });
}

/** A file for each split, under the names by which the `datasets` library knows them. */
async function writeSplitParquet(
  ground: ExportGround,
  target: { readonly base: string; readonly name: string },
): Promise<Written> {
  const splitOf = await splitsOf(ground);
  let tally: Tally = NOTHING;
  const path = await wholeFolder(target, async (unfinished) => {
    const handles: FileHandle[] = [];
    try {
      const files = new Map<string, ReturnType<typeof parquetFile>>();
      for (const split of SPLITS) {
        const handle = await open(join(unfinished, `${split}-00000-of-00001.parquet`), 'wx');
        handles.push(handle);
        files.set(split, parquetFile(handle));
      }
      tally = await eachItem(ground, async (item) => {
        const found = await parquetRow(ground, item);
        if (found !== null) {
          await files.get(splitOf(item))?.add(found.row);
        }
        return found;
      });
      for (const file of files.values()) {
        await file.end();
      }
    } finally {
      await Promise.all(handles.map((handle) => handle.close()));
    }
  });
  return { path, tally };
}

function sentenceOf(format: ExportFormat, { written, skipped, missingInputs }: Tally, name: string): string {
  const thing = TABLES.includes(format) ? 'row' : format === 'pairs' ? 'pair' : 'picture';
  const what = `${written.toLocaleString('en')} ${thing}${written === 1 ? '' : 's'}`;
  const why = format === 'pairs' ? WHY_NO_PAIR : 'no longer on disk, or without a picture';
  const left = skipped === 0 ? '' : `; ${skipped.toLocaleString('en')} left out: ${why}`;
  return `Exported ${what} to ${name}${left}.${missingOf(missingInputs)}`;
}

function missingOf(inputs: number): string {
  if (inputs === 0) return '';
  const what = inputs === 1 ? '1 input picture is' : `${inputs.toLocaleString('en')} input pictures are`;
  return ` ${what} missing: not found, or outside the folders that may be read.`;
}

/** What every disk takes for a name. */
function fileStem(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .trim()
      .slice(0, 80)
      .replace(/^\.+|[. ]+$/g, '') || 'results'
  );
}
