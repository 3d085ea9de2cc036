/** Parquet files as one stream of rows, read a part of a row group at a time; embedded images are unpacked on the way. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { storeEmbedded } from '../images/embedded';
import { DatasetError } from './dataset-source';
import { parquetCell } from './parquet-cell';
import type { RawEvent } from './raw-event';

/** A part of a row group as large as this is read at once, where the file lets parts be found. */
const PART_BYTES = 32 * 1024 * 1024;

/** Rows of all files, numbered on from one to the next. `line` is a row's number within its file, from 1. */
export async function* readParquet(paths: readonly string[], embeddedDir: string): AsyncGenerator<RawEvent> {
  const columns = new Set<string>();
  let firstRow = 0;
  for (const path of paths) {
    const handle = await open(path, 'r');
    try {
      const file = await parquetFile(handle, path);
      const before = columns.size;
      for (const column of file.columns) columns.add(column);
      if (columns.size > before) yield { kind: 'columns', columns: [...columns] };
      yield* rowsOf(file, firstRow, embeddedDir);
      firstRow += Number(file.metadata.num_rows);
    } finally {
      await handle.close();
    }
  }
}

interface ParquetFile {
  readonly name: string;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
}

async function parquetFile(handle: FileHandle, path: string): Promise<ParquetFile> {
  const name = basename(path);
  const buffer = await bufferOf(handle);
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const columns = parquetSchema(metadata).children.map((child) => child.element.name);
    return { name, buffer, metadata, columns };
  } catch {
    throw new DatasetError(
      `"${name}" is not a readable Parquet file; it may be incomplete, so fetch it again.`,
    );
  }
}

async function* rowsOf(file: ParquetFile, firstRow: number, embeddedDir: string): AsyncGenerator<RawEvent> {
  for (const [rowStart, rowEnd] of partsOf(file.metadata)) {
    const rows = await readPart(file, rowStart, rowEnd);
    for (const [position, cells] of rows.entries()) {
      const inFile = rowStart + position;
      const texts: [string, string][] = [];
      for (const [at, column] of file.columns.entries()) {
        texts.push([column, await parquetCell(cells[at], (bytes) => storeEmbedded(bytes, embeddedDir))]);
      }
      const row = firstRow + inFile;
      yield { kind: 'row', line: inFile + 1, row, defaultIndex: row, fields: Object.fromEntries(texts) };
    }
  }
}

/** Row ranges to read at once. Without an offset index a part would cost as much as its whole row group. */
function* partsOf(metadata: FileMetaData): Generator<[number, number]> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const canSeek = group.columns.every((column) => column.offset_index_offset !== undefined);
    const parts = canSeek ? Math.ceil(Number(group.total_byte_size) / PART_BYTES) : 1;
    const step = Math.max(1, Math.ceil(rows / Math.max(1, parts)));
    for (let from = 0; from < rows; from += step) yield [start + from, start + Math.min(rows, from + step)];
    start += rows;
  }
}

async function readPart(file: ParquetFile, rowStart: number, rowEnd: number): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  try {
    await parquetRead({
      file: file.buffer,
      metadata: file.metadata,
      columns: [...file.columns],
      rowStart,
      rowEnd,
      compressors,
      /* Plain byte arrays are images as often as text: told apart in parquet-cell.ts. */
      utf8: false,
      useOffsetIndex: true,
      parsers: { jsonFromBytes: textOf, dateFromDays: dayOf },
      onComplete: (complete: unknown[][]) => {
        rows = complete;
      },
    });
  } catch {
    throw new DatasetError(
      `Rows ${rowStart} to ${rowEnd - 1} of "${file.name}" cannot be read; the file may be damaged.`,
    );
  }
  return rows;
}

/** JSON columns keep their text. */
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function dayOf(days: number | undefined): string | undefined {
  return days === undefined ? undefined : new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** Reads through one handle, so that a file replaced meanwhile is not mixed with its successor. */
async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(
          bytes,
          filled,
          Math.min(bytes.length - filled, 2 ** 30),
          start + filled,
        );
        if (bytesRead === 0) throw new Error('unexpected end of file');
        filled += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
