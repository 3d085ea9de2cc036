/** The tables of a run replace what lies at their place: never the very file that its rows are read from. */
import { stat } from 'node:fs/promises';
import { Refusal } from '../../refusal';
import { resultsPath } from './exporter';
import type { FolderPlan } from '../runs/folder-plan';

/** Throws a Refusal. */
export async function refuseTableOverInput({
  source,
  outputDir,
  outputCsv,
}: Pick<FolderPlan, 'source' | 'outputDir' | 'outputCsv'>): Promise<void> {
  if (source.kind !== 'file') {
    return;
  }
  const input = await identity(source.path);
  const tables = [outputCsv ?? resultsPath(outputDir, 'csv'), resultsPath(outputDir, 'jsonl')];
  for (const table of tables) {
    if (input !== null && (await identity(table)) === input) {
      throw new Refusal(
        'BAD_INPUT',
        `${table} is the file that is read, and the table of the results would replace it: ` +
          'choose another --output_dir or --output_csv, or read a copy of it.',
        'outputDir',
      );
    }
  }
}

/** By what the file is, whatever leads to it. Null: there is none, or it cannot be looked at. */
async function identity(path: string): Promise<string | null> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}
