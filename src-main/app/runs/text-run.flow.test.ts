/** A text run of a real app over a real socket, from its dataset to its answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_EXPORT } from '@shared/model/export';
import type { Review } from '@shared/model/review';
import type { Recipe, Run, RunOptions } from '@shared/model/run';
import type { TextRecipe } from '@shared/model/text';
import Papa from 'papaparse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  type ReceivedRequest,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { writeExport } from '../exports/carry-out-export';
import { jobDetail } from '../views';
import { setUpRun } from './run-setup';
import { answerRows } from '../text/answer-rows';
import { listedModel } from '../testing/listed-model';
import { picturePlan, runPlan } from '../testing/picture-plan';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

const OPTIONS: RunOptions = { ...ONE_AT_A_TIME, concurrency: 2 };
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { score: { type: 'integer', maximum: 10 } },
  required: ['score'],
});
const STRUCTURED: Partial<TextRecipe> = { answer: { kind: 'json', schema: SCHEMA } };

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  server = await startScriptedServer();
  library = await openTestLibrary();
  await library.app.fleet.save(
    testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: server.url, apiVersion: 'v1beta' }),
  );
  await addTestKeys(library.app, 'g', 'AIza-first-key-0001');
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const said = (text: string): Script =>
  json({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10 },
  });

interface Turn {
  readonly role: string;
  readonly parts: readonly { readonly text?: string }[];
}

const turnsOf = ({ body }: ReceivedRequest): readonly Turn[] =>
  (JSON.parse(body.toString()) as { contents: Turn[] }).contents;
const promptOf = (request: ReceivedRequest): string => turnsOf(request)[0]?.parts.at(-1)?.text ?? '';

async function begin(
  prompts: string[],
  text: Partial<TextRecipe> = {},
  options: Partial<RunOptions> = {},
): Promise<Run> {
  const { store, importer, runs } = library.app;
  const recipe: Recipe = {
    task: 'text',
    models: [{ provider: 'google_genai', model: 'writer' }],
    instruction: 'Say {{prompt}}',
    imageColumns: [],
    variants: 1,
    text: { system: '', generation: {}, answer: { kind: 'text' }, ...text },
  };
  const { run, planned } = await setUpRun(store, {
    name: 'words',
    dataset: await importer.prompts('words', prompts),
    recipe,
    options: { ...OPTIONS, ...options },
    outputDir: join(library.folder, 'out'),
    mode: 'anew',
  });
  return runs.start(run, { planned });
}

async function ended(runId: number): Promise<Run> {
  const { runs } = library.app;
  await runs.over(runId);
  return runs.view(await runs.found(runId));
}

const jobsOf = async (runId: number) => (await library.app.store.jobs({ runId, offset: 0, limit: 100 })).jobs;

describe('a text run', () => {
  it('answers each row, and keeps each answer in the library', async () => {
    server.reply((request) => said(`You asked: ${promptOf(request)}`));
    const { id } = await begin(['one', 'two', 'three']);
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 3 } });
    const jobs = await jobsOf(id);
    const answers = await library.app.store.answersOf(jobs.map((job) => job.id));
    expect(jobs.map((job) => answers.get(job.id)?.text)).toEqual([
      'You asked: Say one',
      'You asked: Say two',
      'You asked: Say three',
    ]);
    expect(server.requests).toHaveLength(3);
  });

  it('asks once more for an answer that does not fit, and journals both requests', async () => {
    server.reply((request) => said(turnsOf(request).length === 1 ? '{"score": 11}' : '{"score": 9}'));
    const { id } = await begin(['one'], STRUCTURED);
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 1 }, requests: 2 });
    expect(server.requests).toHaveLength(2);
    expect(turnsOf(server.requests[1] as ReceivedRequest).map(({ role }) => role)).toEqual([
      'user',
      'model',
      'user',
    ]);
    const [job] = await jobsOf(id);
    expect(await library.app.store.answerOf(job?.id ?? 0)).toMatchObject({ text: '{"score": 9}' });
    const attempts = await library.app.store.attempts(job?.id ?? 0);
    expect(attempts.map(({ failure }) => failure?.kind)).toEqual(['schema_mismatch', undefined]);
    expect(job?.retriesUsed).toBe(0);
  });

  it('asks no third time, whatever retries are allowed', async () => {
    server.reply(said('seven, I would say'));
    const { id } = await begin(['one'], STRUCTURED, { maxRetries: 5 });
    expect(await ended(id)).toMatchObject({ counts: { failed: 1 }, failures: { schema_mismatch: 1 } });
    expect(server.requests).toHaveLength(2);
    const [job] = await jobsOf(id);
    expect(await library.app.store.attempts(job?.id ?? 0)).toHaveLength(2);
    expect(job?.failure?.message).toContain('The answer is not valid JSON.');
  });

  it('mends an answer in the next process that the last one was paid for, and shows it meanwhile', async () => {
    server.reply(said('{"score": 11}'));
    const { id } = await begin(['one'], STRUCTURED, { caps: { requests: 1 } });
    expect(await ended(id)).toMatchObject({ state: { kind: 'paused', failure: 'budget' }, requests: 1 });
    await library.reopen();
    const { app } = library;
    const jobs = await jobsOf(id);
    expect(await answerRows(app.store, await app.runs.found(id), jobs)).toMatchObject([
      { state: 'pending', misfit: { text: '{"score": 11}', problems: ['/score must be <= 10.'] } },
    ]);
    server.reply(said('{"score": 12}'));
    await app.runs.setOptions(id, { caps: { requests: 9 }, maxRetries: 5 });
    await app.runs.resume(id);
    expect(await ended(id)).toMatchObject({ failures: { schema_mismatch: 1 }, requests: 2 });
    expect(server.requests.map((request) => turnsOf(request).length)).toEqual([1, 3]);
    expect(await answerRows(app.store, await app.runs.found(id), await jobsOf(id))).toMatchObject([
      { state: 'failed', misfit: { text: '{"score": 12}' } },
    ]);
  });

  it('counts what answers cost that cannot be used', async () => {
    await library.app.models.add(listedModel('writer', { tokenPriceUsd: { textIn: 1000, textOut: 10_000 } }));
    server.reply(said('no JSON'));
    const { id } = await begin(['one'], STRUCTURED);
    // 100 in at $1000 and 10 out at $10,000 a million, twice.
    expect((await ended(id)).costUsd).toBeCloseTo(0.4, 6);
  });

  it('that is started again after its end finds nothing lost', async () => {
    server.reply(said('Hello.'));
    const { id } = await begin(['one', 'two']);
    await ended(id);
    await library.app.runs.resume(id);
    expect(await ended(id)).toMatchObject({ counts: { done: 2 }, requests: 2 });
    expect(server.requests).toHaveLength(2);
  });

  it('does one answer again, and keeps the one before', async () => {
    let calls = 0;
    server.reply(() => said(`Answer ${(calls += 1)}`));
    const { id } = await begin(['one']);
    await ended(id);
    const [job] = await jobsOf(id);
    await library.app.versions.rerun(job?.id ?? 0);
    await ended(id);
    expect(await library.app.store.answerOf(job?.id ?? 0)).toMatchObject({ text: 'Answer 2' });
    const versions = await library.app.store.versions(job?.id ?? 0);
    expect(versions.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    await library.app.versions.takeBack(job?.id ?? 0, versions[1]?.result.id ?? 0);
    expect(await library.app.store.answerOf(job?.id ?? 0)).toMatchObject({ text: 'Answer 1' });
  });

  it('is reviewed like a run of pictures, and what was accepted leaves with what was said of it', async () => {
    server.reply((request) => said(`You asked: ${promptOf(request)}`));
    const { id: runId } = await begin(['one', 'two', 'three']);
    await ended(runId);
    const { store, pictures } = library.app;
    const [first, second, third] = await jobsOf(runId);
    const accepted: Review = { verdict: 'accepted', rating: 4, reasons: [], note: '' };
    await store.setReview(second?.id ?? 0, second?.resultId ?? 0, accepted);
    expect(await store.reviewCounts(runId)).toEqual({ accepted: 1, rejected: 0, unset: 2 });
    // Nothing of an answer is left to be measured.
    expect(await store.reviewSum({ runId })).toMatchObject({ accepted: 1, suspicious: 0, measured: 3 });
    expect(await store.reviewQueue(runId, 'unset')).toEqual([first?.id, third?.id]);
    expect(await jobDetail(library.app, second?.id ?? 0)).toMatchObject({
      answer: { text: 'You asked: Say two' },
      review: { verdict: 'accepted', rating: 4 },
    });
    const target = join(library.folder, 'accepted.csv');
    await writeExport(
      pictures.exportParts('0'),
      {
        source: { kind: 'run', runId, filter: 'accepted' },
        format: 'csv',
        options: PLAIN_EXPORT,
        target,
      },
      { tell: () => undefined, signal: AbortSignal.timeout(60_000) },
    );
    const [row, ...more] = Papa.parse<Record<string, string>>(await readFile(target, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data;
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      prompt: 'two',
      response: 'You asked: Say two',
      verdict: 'accepted',
      rating: '4',
    });
  });

  it('leaves out what cannot be asked, and sends nothing of it', async () => {
    server.reply(said('Hello.'));
    const { id } = await begin(['look at <image>', 'plain']);
    expect(await ended(id)).toMatchObject({ counts: { done: 1, failed: 1 }, failures: { bad_input: 1 } });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a text run of a command', () => {
  it('whose answers cannot be written down has ended, and says how to have them', async () => {
    server.reply(said('hello'));
    const plan = picturePlan(library, {
      source: { kind: 'prompts', prompts: ['one'] },
      task: 'text',
      recipe: {
        task: 'text',
        models: [{ provider: 'google_genai', model: 'writer' }],
        instruction: '{{prompt}}',
        imageColumns: [],
        variants: 1,
        text: { system: '', generation: {}, answer: { kind: 'text' } },
      },
      answersFile: join(library.folder, 'nowhere', 'answers.jsonl'),
    });
    const { end } = await runPlan(library, plan);
    expect(end).toMatchObject({
      kind: 'finished',
      run: { state: { kind: 'finished' }, counts: { done: 1 } },
      answersProblem: expect.stringMatching(
        /^"answers\.jsonl" was not written: .* brushfleet runs export \d+ --format jsonl --output FILE/,
      ),
    });
  });
});
