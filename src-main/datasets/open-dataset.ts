/** Opens any input format as one stream of rows. Nothing is held whole; problems are bounded. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { formatOfEnding } from '@shared/dataset-endings';
import type { DatasetFormat } from '@shared/model/run';
import { type DatasetEvent, DatasetError, type OpenDatasetOptions } from './dataset-source';
import { note, type RawEvent } from './raw-event';
import { readCsv } from './read-csv';
import { listFolder, parquetPathsOf, readImageFolder } from './read-folder';
import { readJson } from './read-json';
import { readJsonl, readTxt } from './read-lines';
import { readParquet } from './read-parquet';
import { type IndexedEvent, withIndexes } from './row-index';
import { wasUtf8 } from './text-encoding';
import type { OnEncoding } from './text-stream';

/** As many remarks are listed, and as many rows that were skipped; the rest are counted. */
const MAX_PROBLEMS = 1000;

/** Rows that are read without letting others have their turn: some milliseconds. */
const ROWS_A_TURN = 250;

/** Files of Excel, LibreOffice and Numbers. */
const SPREADSHEETS = /\.(?:xls|xlsx|xlsm|xlsb|ods|numbers)$/i;

/** What a path is, before its rows are read. */
export interface DatasetDescription {
  readonly name: string;
  readonly format: DatasetFormat;
  /** Relative image paths of its rows resolve here: beside the file, inside an image folder, beside a Parquet folder. */
  readonly baseDir: string;
}

/** Throws DatasetError: nothing there, not a file or folder, or a format that cannot be read. */
export async function describeDataset(path: string, format?: DatasetFormat): Promise<DatasetDescription> {
  const name = basename(path);
  const stats = await stat(path).catch((error: unknown) => {
    throw asDatasetError(error, name);
  });
  if (stats.isDirectory()) {
    const { parquet } = await listFolder(path);
    const isParquet = format === undefined ? parquet.length > 0 : format === 'parquet';
    return isParquet
      ? { name, format: 'parquet', baseDir: dirname(path) }
      : { name, format: 'folder', baseDir: path };
  }
  if (!stats.isFile()) throw new DatasetError(`"${name}" is neither a file nor a folder.`);
  const known = format ?? formatOfEnding(extname(path));
  if (known === undefined && SPREADSHEETS.test(name)) {
    throw new DatasetError(`"${name}" is a spreadsheet: save it there as CSV UTF-8 and open that file.`);
  }
  if (known === undefined) {
    throw new DatasetError(
      `"${name}" has no format that can be read; use CSV, JSONL, JSON, TXT, Parquet or a folder of images.`,
    );
  }
  return { name, format: known, baseDir: dirname(path) };
}

export interface OpenedDataset extends DatasetDescription {
  /** Can be read once. Throws DatasetError when the file turns out to be damaged further on. */
  readonly events: AsyncIterable<DatasetEvent>;
}

/**
 * Opens a file or folder and reads on to its first row, so that one that cannot be used at all (missing, empty, of no
 * known format) is refused here with a DatasetError. `columns` comes before the first row, and again, longer, when a
 * later row brings new ones.
 */
export async function openDataset(options: OpenDatasetOptions): Promise<OpenedDataset> {
  const description = await describeDataset(options.path, options.format);
  const events = eventsOf(options, description);
  const head: DatasetEvent[] = [];
  for (let isUsable = false; !isUsable; ) {
    const next = await events.next();
    if (next.done === true) break;
    head.push(next.value);
    isUsable = next.value.kind === 'row';
  }
  return { ...description, events: chain(head, events) };
}

async function* chain(
  head: readonly DatasetEvent[],
  rest: AsyncIterable<DatasetEvent>,
): AsyncGenerator<DatasetEvent> {
  yield* head;
  yield* rest;
}

async function* eventsOf(
  options: OpenDatasetOptions,
  description: DatasetDescription,
): AsyncGenerator<DatasetEvent> {
  let isBlank = true;
  try {
    for await (const event of boundProblems(withIndexes(inTurns(await read(options, description))))) {
      if (event.kind === 'row') {
        isBlank = false;
        yield { kind: 'row', row: event.row, index: event.index, fields: event.fields };
      } else {
        if (event.kind === 'problem' && event.problem.severity === 'skipped') isBlank = false;
        yield event;
      }
    }
  } catch (error) {
    throw asDatasetError(error, description.name);
  }
  if (isBlank) throw new DatasetError(`"${description.name}" is empty: it holds no rows.`);
}

async function read(
  options: OpenDatasetOptions,
  description: DatasetDescription,
): Promise<AsyncIterable<RawEvent>> {
  const { path, embeddedDir } = options;
  const { format, name } = description;
  switch (format) {
    case 'csv':
      return withEncodingTold((on) => readCsv(path, on));
    case 'jsonl':
      return withEncodingTold((on) => readJsonl(path, on));
    case 'json':
      return withEncodingTold((on) => readJson(path, name, on));
    case 'txt':
    case 'prompts':
      return withEncodingTold((on) => readTxt(path, on));
    case 'parquet':
      return readParquet((await stat(path)).isDirectory() ? await parquetPathsOf(path) : [path], embeddedDir);
    case 'folder':
    case 'images':
      return readImageFolder(path, name, options.depth ?? 'own');
  }
}

/** Says once that a file was not the UTF-8 it should be: nobody can be sure which other encoding it is. */
async function* withEncodingTold(
  read: (onEncoding: OnEncoding) => AsyncIterable<RawEvent>,
): AsyncGenerator<RawEvent> {
  let isUntold = false;
  let isWindows = false;
  const events = read((encoding) => {
    isWindows = encoding === 'windows-1252';
    isUntold = isWindows;
  });
  for await (const event of events) {
    yield event;
    if (isUntold) {
      isUntold = false;
      yield note(1, READ_AS_WINDOWS_1252);
    }
    if (isWindows && event.kind === 'row' && wasUtf8(Object.values(event.fields).join(' '))) {
      yield note(event.line, MAY_BE_UTF_8);
    }
  }
}

const READ_AS_WINDOWS_1252 =
  'The file is not UTF-8 and was read as Windows-1252; if its letters look wrong, save it as UTF-8 and open it again.';

const MAY_BE_UTF_8 =
  'Letters of this row look wrong: unlike the rest of the file they may be UTF-8; save all of it as UTF-8.';

/**
 * A chunk of a file holds thousands of rows, and neither it nor the store's word that it has taken some makes the reader
 * wait for the event loop: the window would stand still meanwhile.
 */
async function* inTurns(events: AsyncIterable<RawEvent>): AsyncGenerator<RawEvent> {
  let count = 0;
  for await (const event of events) {
    yield event;
    count++;
    if (count % ROWS_A_TURN === 0) await othersTurn();
  }
}

async function* boundProblems(events: AsyncIterable<IndexedEvent>): AsyncGenerator<IndexedEvent> {
  // Remarks never crowd out the rows that nothing will come of.
  const counts = { note: 0, skipped: 0 };
  let unlisted = 0;
  let lastLine = 1;
  for await (const event of events) {
    if (event.kind === 'problem') {
      const { severity, line } = event.problem;
      counts[severity]++;
      lastLine = line;
      if (counts[severity] > MAX_PROBLEMS) {
        unlisted++;
        continue;
      }
    }
    yield event;
  }
  if (unlisted > 0) {
    yield note(lastLine, `${unlisted} more remarks like these, up to this line, are not listed.`);
  }
}

const SENTENCES: Readonly<Record<string, (name: string) => string>> = {
  ENOENT: (name) => `There is no file or folder "${name}"; check the path.`,
  ENOTDIR: (name) => `There is no file or folder "${name}"; check the path.`,
  EACCES: (name) => `"${name}" may not be read; check its permissions.`,
  EPERM: (name) => `"${name}" may not be read; check its permissions.`,
};

function asDatasetError(error: unknown, name: string): Error {
  if (error instanceof DatasetError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const sentence = SENTENCES[code]?.(name);
  if (sentence !== undefined) return new DatasetError(sentence);
  return code.startsWith('E') ? new DatasetError(`"${name}" cannot be read (${code}).`) : toError(error);
}

/** A bug is not a bad dataset: it keeps its stack. */
function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
