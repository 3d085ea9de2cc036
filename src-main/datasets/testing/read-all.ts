import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetEvent, OpenDatasetOptions } from '../dataset-source';
import { openDataset } from '../open-dataset';

export interface ReadAll {
  /** As told last. */
  readonly columns: readonly string[];
  readonly rows: Extract<DatasetEvent, { kind: 'row' }>[];
  /** `line severity message`. */
  readonly problems: string[];
}

export async function readAll(path: string, options: Partial<OpenDatasetOptions> = {}): Promise<ReadAll> {
  let columns: readonly string[] = [];
  const rows: ReadAll['rows'] = [];
  const problems: string[] = [];
  const { events } = await openDataset({ path, embeddedDir: join(path, '..', 'embedded'), ...options });
  for await (const event of events) {
    if (event.kind === 'columns') columns = event.columns;
    else if (event.kind === 'row') rows.push(event);
    else problems.push(`${event.problem.line} ${event.problem.severity} ${event.problem.message}`);
  }
  return { columns, rows, problems };
}

/** Writes `content` to a file of that name and reads it. */
export async function readContent(
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<ReadAll> {
  const path = join(folder, name);
  await writeFile(path, content);
  return readAll(path);
}
