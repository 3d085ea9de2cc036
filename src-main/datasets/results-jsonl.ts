/** results.jsonl, which grows live: one line a finished job, in constant time, whatever the file already holds. */
import { type FileHandle, open } from 'node:fs/promises';
import { type ColumnChoice, jsonLine, type ResultRow, resultColumns } from './result-columns';

export interface ResultsJsonl {
  /** Bytes of a last line that a crash had cut off and that were dropped at opening; 0 for a whole file. */
  readonly droppedBytes: number;
  /** Appends one line for each row; resolves once the file has them. Calls are carried out in turn. */
  append(rows: readonly ResultRow[]): Promise<void>;
  /** Waits for what was appended, puts it on disk and closes. */
  close(): Promise<void>;
}

const TAIL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Opens or creates the file; whole lines that are there stay. */
export async function openResultsJsonl(
  path: string,
  inputColumns: readonly string[],
  choice: ColumnChoice = {},
): Promise<ResultsJsonl> {
  const columns = resultColumns(inputColumns, choice);
  const handle = await openForUpdate(path);
  const { size } = await handle.stat();
  let length = await wholeLength(handle, size);
  if (length < size) await handle.truncate(length);
  let last: Promise<void> = Promise.resolve();

  const write = async (rows: readonly ResultRow[]): Promise<void> => {
    const bytes = Buffer.from(rows.map((row) => jsonLine(columns, row)).join(''));
    await writeAll(handle, bytes, length);
    length += bytes.length;
  };

  return {
    droppedBytes: size - length,
    append: (rows) => {
      /* A failed write leaves at most bytes past `length`, which the next one overwrites. */
      const next = last.then(() => write(rows));
      last = next.catch(() => undefined);
      return next;
    },
    close: async () => {
      await last;
      try {
        await handle.truncate(length);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

async function openForUpdate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return open(path, 'wx+');
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** The length up to and with the last newline. */
async function wholeLength(handle: FileHandle, size: number): Promise<number> {
  const tail = Buffer.alloc(TAIL_BYTES);
  for (let end = size; end > 0; end -= TAIL_BYTES) {
    const start = Math.max(0, end - TAIL_BYTES);
    const { bytesRead } = await handle.read(tail, 0, end - start, start);
    const newline = tail.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (newline !== -1) return start + newline + 1;
  }
  return 0;
}
