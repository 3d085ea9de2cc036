/**
 * The tables of a run replace what lies at their place. Those that no run of this library wrote are somebody's (another
 * library's, an earlier program's, any file that was named): they are kept under names of their own before it is made.
 */
import { lstat, open } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { resultColumns } from '../datasets/result-columns';
import { moveAside } from '../move-aside';
import { exportFailure } from './exports/export-failure';
import { resultsPath } from './exporter';

export interface TablePlaces {
  readonly outputDir: string;
  /** Where results.csv goes, when not into the output folder. */
  readonly csvPath?: string | undefined;
  /** Whether this library has a run in that folder: then its tables there are that one's. */
  readonly isOwn: boolean;
}

/** Answers one sentence for each that was kept. Throws a Refusal for what the disk refuses. */
export async function keepTablesBefore({
  outputDir,
  csvPath,
  isOwn,
}: TablePlaces): Promise<readonly string[]> {
  const notes: string[] = [];
  // Both of them, also where results.csv is to go elsewhere: whoever goes on with the run from the window has it there.
  const inFolder = isOwn ? [] : [resultsPath(outputDir, 'csv'), resultsPath(outputDir, 'jsonl')];
  const named = csvPath === undefined || (isOwn && (await isTableOfRun(csvPath))) ? [] : [csvPath];
  for (const path of [...inFolder, ...named]) {
    if (await isFilled(path)) {
      notes.push(`${path} was there before, and is not of this run: it is kept, as ${await kept(path)}.`);
    }
  }
  return notes;
}

/** `results.before-1.csv`, the name alone. */
async function kept(path: string): Promise<string> {
  const { dir, name, ext } = parse(path);
  try {
    return basename(await moveAside(path, (number) => join(dir, `${name}.before-${number}${ext}`)));
  } catch (error) {
    throw exportFailure(error, join(dirname(path), `${name}.before-1${ext}`));
  }
}

/** A link stays what it leads to, and what is no file holds nothing. */
async function isFilled(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}

/** Column names of an input may be long, and ours come after them. */
const HEAD_BYTES = 256 * 1024;

/** By its header: which of its runs a library has written it for is nowhere. */
async function isTableOfRun(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => null);
  try {
    const head = await handle?.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return head !== undefined && OURS.test(head.buffer.toString('utf8', 0, head.bytesRead));
  } catch {
    return false;
  } finally {
    await handle?.close();
  }
}

/** What pictures and answers have in common, one after the other; each may have the prefix of a name that was taken. */
const OURS = new RegExp(
  namesOfBoth()
    .map((name) => `,(?:brushfleet_)*${name}`)
    .join(''),
);

function namesOfBoth(): readonly string[] {
  const names = resultColumns([]).map(({ name }) => name);
  return names.slice(names.indexOf('status'), names.indexOf('seconds') + 1);
}
