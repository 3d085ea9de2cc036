import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import type { Store } from '../../store/store';
import { finishNext, type Library, plannedRun, temporaryLibrary } from '../../store/testing/library-fixture';
import { openResultsLog, type ResultsLogOptions } from './results-log';

let folder: string;
let library: Library;
let store: Store;
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'brushfleet-log-'));
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(async () => {
  await library.remove();
  await fs.rm(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'results.jsonl');
const lines = async (): Promise<string[]> => (await fs.readFile(path(), 'utf8')).split('\n');

async function open(datasetId: number, given: Partial<ResultsLogOptions> = {}) {
  return openResultsLog({
    store,
    clock: createVirtualClock(),
    outputDir: folder,
    datasetId,
    columns: [],
    recipe: {},
    onJobs: () => undefined,
    onError: (error) => {
      throw error;
    },
    ...given,
  });
}

describe('results.jsonl of a run under way', () => {
  it('whose last line a crash cut off loses that line alone, says so, and grows on from there', async () => {
    const run = await plannedRun(store, 3);
    const whole = ['{"output_image":"000000.png"}', '{"output_image":"000001.png"}'];
    await fs.writeFile(path(), `${whole.join('\n')}\n{"output_image":"0000`);
    const torn: string[] = [];
    const log = await open(run.datasetId, { onTorn: (sentence) => torn.push(sentence) });
    expect(torn).toEqual([expect.stringMatching(/results\.jsonl was cut off \(21 bytes\) and is dropped/)]);
    log.ended(await finishNext(store, run.id));
    await log.close();
    const found = await lines();
    expect(found.slice(0, 2)).toEqual(whole);
    expect(JSON.parse(found[2] ?? '')).toMatchObject({ output_image: '000000.png', status: 'done' });
    expect(found).toHaveLength(4);
  });

  it('says nothing of a whole file', async () => {
    const run = await plannedRun(store, 1);
    await fs.writeFile(path(), '{"a":1}\n');
    const torn: string[] = [];
    await (await open(run.datasetId, { onTorn: (sentence) => torn.push(sentence) })).close();
    expect(torn).toEqual([]);
  });

  it('costs a job no more when it already holds gigabytes', async () => {
    const run = await plannedRun(store, 1);
    const size = 6 * 1024 ** 3;
    await fs.writeFile(path(), '');
    const file = await fs.open(path(), 'r+');
    // Sparse, but for its last newline: nothing that reads or writes it whole could go on.
    await file.write('\n', size - 1);
    const log = await open(run.datasetId);
    log.ended(await finishNext(store, run.id));
    await log.close();
    const added = Buffer.alloc(4096);
    const { bytesRead } = await file.read(added, 0, added.length, size);
    await file.close();
    expect(JSON.parse(added.toString('utf8', 0, bytesRead))).toMatchObject({ status: 'done' });
  });
});
