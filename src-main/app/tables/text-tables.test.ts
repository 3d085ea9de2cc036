/** What comes out of a text run, on a real store whose answers were journalled as the engine does. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportFilter, type ExportFormat, PLAIN_EXPORT } from '@shared/model/export';
import { EVERYTHING } from '@shared/model/gallery';
import type { Recipe } from '@shared/model/run';
import type { TextResult } from '@shared/model/text';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import {
  attemptFor,
  failedEnd,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { writeAnswerLines } from './answer-lines';
import { writeExport } from '../exports/carry-out-export';
import { resultsPath, writeTables } from './exporter';
import { verifyResults } from '../results/verify-results';
import { openResultsLog } from './results-log';

let folder: string;
let library: Library;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-answers-'));
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(async () => {
  await library.remove();
  await rm(folder, { recursive: true, force: true });
});

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { score: { type: 'number' }, why: { type: 'string' }, tags: { type: 'array' } },
});
const JSON_TEXT: Recipe['text'] = { system: '', generation: {}, answer: { kind: 'json', schema: SCHEMA } };
const PLAIN_TEXT: Recipe['text'] = { system: '', generation: {}, answer: { kind: 'text' } };

interface Exported {
  readonly run: StoredRun;
  readonly filter: ExportFilter;
  readonly format: ExportFormat;
  readonly name: string;
}

function exported({ run, filter, format, name }: Exported) {
  const unread = (): never => {
    throw new Error('an answer has no picture');
  };
  return writeExport(
    { store, rulesOf: unread, noteOf: unread },
    {
      source: { kind: 'run', runId: run.id, filter },
      format,
      options: PLAIN_EXPORT,
      target: join(folder, name),
    },
    { tell: () => undefined, signal: new AbortController().signal },
  );
}

interface Scene {
  readonly text: Recipe['text'];
  readonly rows: readonly Record<string, string>[];
  readonly source?: { readonly format: 'jsonl' | 'json' | 'csv'; readonly content: string };
}

async function textRun({ text, rows, source }: Scene): Promise<{ run: StoredRun; dataset: StoredDataset }> {
  const path = source === undefined ? null : join(folder, `input.${source.format}`);
  if (path !== null) {
    await writeFile(path, source?.content ?? '');
  }
  const { id } = await store.createDataset({
    name: 'questions',
    format: source?.format ?? 'prompts',
    sourcePath: path,
    baseDir: folder,
  });
  await store.addRows(
    id,
    rows.map((fields, row) => ({ row, index: row, fields })),
  );
  const dataset = await store.finishDataset(id, Object.keys(rows[0] ?? {}), []);
  const recipe: Recipe = {
    task: 'text',
    models: [{ provider: 'google_genai', model: 'flash' }],
    instruction: '{{prompt}}',
    imageColumns: [],
    variants: 1,
    ...(text === undefined ? {} : { text }),
  };
  const run = await store.createRun({ ...newRun(id, folder), recipe });
  await store.planJobs(
    run.id,
    newJobs(rows.length).map((job) => ({ ...job, model: { provider: 'google_genai', model: 'flash' } })),
  );
  return { run, dataset };
}

async function answerNext(runId: number, answer: TextResult | 'blocked'): Promise<number> {
  const [job] = await store.pending(runId, -1, 1);
  if (job === undefined) {
    throw new Error('No job is pending.');
  }
  const start = { ...attemptFor(store, job), model: 'flash' };
  await store.sent([start]);
  await store.ended(
    answer === 'blocked'
      ? failedEnd(start, 'blocked')
      : {
          ...failedEnd(start, 'blocked'),
          outcome: { kind: 'text', answer, usage: { inputTokens: 12, outputTokens: 34 }, costUsd: 0.001 },
          next: { kind: 'done' },
        },
  );
  return job.id;
}

const plain = (text: string): TextResult => ({ text, mimeType: 'text/plain', finish: 'STOP' });
const asJson = (text: string): TextResult => ({ text, mimeType: 'application/json', finish: 'STOP' });
const linesOf = async (path: string, newline: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split(newline).filter((line) => line !== '');
const objectsOf = async (path: string): Promise<Record<string, unknown>[]> =>
  (await linesOf(path, '\n')).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the tables of a text run', () => {
  it('have what was said, how it ended and what it used, in place of pictures', async () => {
    const { run, dataset } = await textRun({
      text: PLAIN_TEXT,
      rows: [
        { prompt: 'one', response: 'mine' },
        { prompt: 'two', response: '' },
        { prompt: 'three', response: '' },
      ],
    });
    await answerNext(run.id, plain('=1+1, "quoted"\nand more'));
    await answerNext(run.id, 'blocked');
    const formats = ['csv', 'jsonl', 'spreadsheet'] as const;
    const files = formats.map((format) => ({ format, path: resultsPath(folder, format) }));
    await writeTables(store, { run, dataset, files });
    const [head, first, second] = await linesOf(resultsPath(folder, 'csv'), '\r\n');
    expect(head).toBe(
      'prompt,response,brushfleet_response,finish,input_tokens,output_tokens,status,failure,error,model,endpoint,attempts,seconds,cost_usd,own_instruction',
    );
    expect(first).toBe('one,mine,"=1+1, ""quoted""\nand more",STOP,12,34,done,,,flash,Relay,1,2.5,0.001,');
    expect(second).toBe('two,,,,,,failed,blocked,It was blocked.,flash,Relay,1,2.5,,');
    expect((await objectsOf(resultsPath(folder, 'jsonl')))[0]).toMatchObject({
      response: 'mine',
      brushfleet_response: '=1+1, "quoted"\nand more',
      input_tokens: 12,
    });
    expect(await readFile(resultsPath(folder, 'spreadsheet'), 'utf8')).toContain(
      `"'=1+1, ""quoted""\nand more"`,
    );
  });

  it('of structured answers have a column for each field of the schema, and the JSON itself in lines', async () => {
    const { run, dataset } = await textRun({
      text: JSON_TEXT,
      rows: [{ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' }],
    });
    await answerNext(run.id, asJson('{"score": 7.50, "why": "x, y", "tags": ["p", 1], "more": 1}'));
    await answerNext(run.id, asJson('{"score": null}'));
    const files = (['csv', 'jsonl'] as const).map((format) => ({
      format,
      path: resultsPath(folder, format),
    }));
    await writeTables(store, { run, dataset, files });
    const [head, first, second, third] = await linesOf(resultsPath(folder, 'csv'), '\r\n');
    expect(head).toMatch(/^prompt,response,response\.score,response\.why,response\.tags,finish,/);
    expect(first).toContain(',7.5,"x, y","[""p"",1]",STOP,');
    expect(second).toContain('b,"{""score"": null}",,,,STOP,');
    expect(third).toMatch(/^c,,,,,,,,pending,/);
    const lines = await objectsOf(resultsPath(folder, 'jsonl'));
    expect(lines[0]?.['response']).toEqual({ score: 7.5, why: 'x, y', tags: ['p', 1], more: 1 });
    expect(Object.keys(lines[0] ?? {})).not.toContain('response.score');
    expect(lines[2]?.['response']).toBeNull();
  });

  it('grow live with the answers in them', async () => {
    const { run, dataset } = await textRun({ text: JSON_TEXT, rows: [{ prompt: 'a' }] });
    const told: unknown[] = [];
    const log = await openResultsLog({
      store,
      clock: createVirtualClock(),
      outputDir: folder,
      datasetId: dataset.id,
      columns: dataset.columns,
      recipe: run.recipe,
      onJobs: (jobs) => told.push(...jobs.map(({ answer }) => answer?.text)),
      onError: (error) => {
        throw error;
      },
    });
    log.ended(await answerNext(run.id, asJson('{"score":1}')));
    await log.close();
    expect((await objectsOf(resultsPath(folder, 'jsonl')))[0]).toMatchObject({
      prompt: 'a',
      response: { score: 1 },
      status: 'done',
    });
    expect(told).toEqual(['{"score":1}']);
  });
});

describe('the answers as a program reads them', () => {
  it('are a line for each input, in its order, whatever became of it', async () => {
    const { run, dataset } = await textRun({
      text: PLAIN_TEXT,
      rows: [{ prompt: 'one' }, { prompt: 'two' }, { prompt: 'three' }],
    });
    await answerNext(run.id, plain('said'));
    await answerNext(run.id, 'blocked');
    const path = join(folder, 'answers.jsonl');
    expect(await writeAnswerLines(store, { run, dataset, path })).toEqual({ unread: 0 });
    expect(await objectsOf(path)).toEqual([
      {
        index: 0,
        metadata: { prompt: 'one' },
        response: 'said',
        error: null,
        failure: null,
        model: 'flash',
        usage: { input_tokens: 12, output_tokens: 34, cost_usd: 0.001 },
      },
      expect.objectContaining({ index: 1, response: null, error: 'It was blocked.', failure: 'blocked' }),
      expect.objectContaining({ index: 2, response: null, failure: 'pending' }),
    ]);
  });

  it('give back the input as it was, types and all, also where lines of it were no rows', async () => {
    const content = [
      '{"prompt": "one", "id": 12345678901234567890, "tags": ["a"], "none": null}',
      'no JSON',
      '{"prompt":"two","id":7.0,"deep":{"a":[1,"2"]}}',
      '"a bare prompt"',
      '[1]',
    ].join('\n');
    const { run, dataset } = await textRun({
      text: PLAIN_TEXT,
      rows: [],
      source: { format: 'jsonl', content },
    });
    const fields = [
      [0, { prompt: 'one', id: '12345678901234567890', tags: '["a"]', none: '' }],
      [2, { prompt: 'two', id: '7', deep: '{"a":[1,"2"]}' }],
      [3, { prompt: 'a bare prompt' }],
    ] as const;
    await store.addRows(
      dataset.id,
      fields.map(([row, cells]) => ({ row, index: row, fields: cells })),
    );
    const problem = { severity: 'skipped', message: 'This line is not a JSON object or string.' } as const;
    const read = await store.finishDataset(
      dataset.id,
      ['prompt'],
      [
        { ...problem, line: 2 },
        { ...problem, line: 5 },
      ],
    );
    await store.planJobs(
      run.id,
      newJobs(3).map((job, at) => ({ ...job, row: fields[at]?.[0] ?? 0, index: fields[at]?.[0] ?? 0 })),
    );
    const path = join(folder, 'answers.jsonl');
    expect(await writeAnswerLines(store, { run, dataset: read, path })).toEqual({ unread: 2 });
    const lines = await linesOf(path, '\n');
    expect(lines).toHaveLength(5);
    // Word for word: a number that no double can hold stays as it was written.
    expect(lines[0]).toContain(
      '"metadata":{"prompt": "one", "id": 12345678901234567890, "tags": ["a"], "none": null}',
    );
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      index: 1,
      metadata: null,
      failure: 'bad_input',
      error: 'This line is not a JSON object or string.',
    });
    expect(lines[2]).toContain('"metadata":{"prompt":"two","id":7.0,"deep":{"a":[1,"2"]}}');
    expect(lines[3]).toContain('"metadata":{"prompt":"a bare prompt"}');
    expect(JSON.parse(lines[4] ?? '')).toMatchObject({ index: 4, failure: 'bad_input' });
  });

  it('fall back on the cells where the file changed or is gone, and keep an array on one line', async () => {
    const content = '[\n  {"prompt": "one",\n   "n": 1},\n  {"prompt": "two", "n": 2}\n]';
    const rows = [
      { prompt: 'one', n: '1' },
      { prompt: 'two', n: '9' },
    ];
    const { run, dataset } = await textRun({ text: PLAIN_TEXT, rows, source: { format: 'json', content } });
    const path = join(folder, 'answers.jsonl');
    await writeAnswerLines(store, { run, dataset, path });
    expect((await objectsOf(path)).map(({ metadata }) => metadata)).toEqual([
      { prompt: 'one', n: 1 },
      { prompt: 'two', n: '9' },
    ]);
    await rm(join(folder, 'input.json'));
    await writeAnswerLines(store, { run, dataset, path });
    expect((await objectsOf(path))[0]?.['metadata']).toEqual({ prompt: 'one', n: '1' });
  });

  it('have further candidates beside the first', async () => {
    const text: Recipe['text'] = { system: '', generation: { candidateCount: 2 }, answer: { kind: 'text' } };
    const { run, dataset } = await textRun({ text, rows: [{ prompt: 'one' }] });
    await answerNext(run.id, { ...plain('a'), more: ['b'], finish: 'MAX_TOKENS' });
    const path = join(folder, 'answers.jsonl');
    await writeAnswerLines(store, { run, dataset, path });
    expect((await objectsOf(path))[0]).toMatchObject({
      response: 'a',
      candidates: ['a', 'b'],
      finish: 'MAX_TOKENS',
    });
    const files = [{ format: 'csv', path: resultsPath(folder, 'csv') }] as const;
    await writeTables(store, { run, dataset, files });
    expect((await linesOf(resultsPath(folder, 'csv'), '\r\n')).slice(0, 2)).toEqual([
      expect.stringMatching(/^prompt,response,response_2,finish/),
      expect.stringMatching(/^one,a,b,MAX_TOKENS/),
    ]);
  });
});

describe('an answer is no picture', () => {
  it('for the gallery, measuring and exports with pictures, and is reviewed all the same', async () => {
    const { run } = await textRun({ text: PLAIN_TEXT, rows: [{ prompt: 'one' }, { prompt: 'two' }] });
    const jobId = await answerNext(run.id, plain('said'));
    await answerNext(run.id, 'blocked');
    expect((await store.unmeasured(null, 10)).length + (await store.resultsToMeasure([jobId])).length).toBe(
      0,
    );
    expect(await store.hashedResults(run.id, -1, 10)).toEqual([]);
    expect(await store.reviewQueue(run.id, 'all')).toEqual([jobId]);
    expect(await store.reviewCounts(run.id)).toEqual({ accepted: 0, rejected: 0, unset: 1 });
    expect(await store.reviewSum({ runId: run.id })).toMatchObject({ unset: 1, suspicious: 0 });
    expect(await store.arenaResults([run.id])).toEqual([]);
    const found = await store.searchGallery(EVERYTHING);
    expect([found.total, found.all]).toEqual([0, 0]);
    await expect(exported({ run, filter: 'results', format: 'zip', name: 'a.zip' })).rejects.toThrow(
      'cats has answers and no pictures: export it as a table.',
    );
  });

  it('and is exported as a table, with the columns of its answers and what was said of them', async () => {
    const { run, dataset } = await textRun({ text: JSON_TEXT, rows: [{ prompt: 'one' }, { prompt: 'two' }] });
    await answerNext(run.id, asJson('{"score":4}'));
    await answerNext(run.id, 'blocked');
    const files = [{ format: 'csv', path: resultsPath(folder, 'csv') }] as const;
    await writeTables(store, { run, dataset, files });
    const { tally } = await exported({ run, filter: 'jobs', format: 'csv', name: 'a.csv' });
    expect(tally.written).toBe(2);
    const lines = async (path: string) => (await readFile(path, 'utf8')).split('\r\n').slice(0, -1);
    const [head, ...rows] = await lines(resultsPath(folder, 'csv'));
    expect(await lines(join(folder, 'a.csv'))).toEqual([
      `${head},verdict,rating,reasons,note`,
      ...rows.map((row) => `${row},,,,`),
    ]);
    await exported({ run, filter: 'results', format: 'jsonl', name: 'a.jsonl' });
    expect(await objectsOf(join(folder, 'a.jsonl'))).toMatchObject([
      { prompt: 'one', response: { score: 4 } },
    ]);
    await exported({ run, filter: 'failures', format: 'jsonl', name: 'b.jsonl' });
    expect(await objectsOf(join(folder, 'b.jsonl'))).toMatchObject([{ prompt: 'two' }]);
  });

  it('and is whole without a file', async () => {
    const { run } = await textRun({ text: PLAIN_TEXT, rows: [{ prompt: 'one' }] });
    await answerNext(run.id, plain('said'));
    const lost: number[] = [];
    for await (const seen of verifyResults(store, run, new AbortController().signal)) {
      lost.push(...seen.broken.map(({ jobId }) => jobId));
    }
    expect(lost).toEqual([]);
  });
});
