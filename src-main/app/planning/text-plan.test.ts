/** A text run as the window asks for it: its plan, its check, and the run itself through the demo. */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequest } from '@shared/contract';
import { DEMO_TEXT_MODEL } from '@shared/demo';
import type { ModelChoice, Recipe, RunOptions } from '@shared/model/run';
import { planOf, preflightOf, startRun } from '../runs/run-request';
import { listedModel } from '../testing/listed-model';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../testing/test-library';

let library: TestLibrary;
let datasetId = 0;
beforeEach(async () => {
  library = await openTestLibrary();
  await library.app.fleet.ensureDemo();
  datasetId = await dataset('prompt,city\nSay hello,Paris\nSay forbidden,Rome\nSay more,Oslo\n');
});
afterEach(() => library.remove());

async function dataset(csv: string): Promise<number> {
  await mkdir(library.folder, { recursive: true });
  const path = join(library.folder, 'in.csv');
  await writeFile(path, csv);
  return (await (await library.app.importer.start({ path })).whole).id;
}

const TEXT: NonNullable<Recipe['text']> = { system: '', generation: {}, answer: { kind: 'text' } };
const FLASH: ModelChoice = { provider: 'google_genai', model: 'gemini-3.8-flash' };
const GPT: ModelChoice = { provider: 'openai', model: 'gpt-5.4-mini' };

function request(given: Partial<Recipe> = {}, options: Partial<RunOptions> = {}): RunRequest {
  return {
    datasetId,
    recipe: {
      task: 'text',
      models: [DEMO_TEXT_MODEL],
      instruction: '{{prompt}}',
      imageColumns: [],
      variants: 1,
      text: TEXT,
      ...given,
    },
    options,
  };
}

const where = () => ({
  defaultOutputDir: join(library.folder, 'out'),
  granted: (token: string) => token,
});
const planned = (given?: Partial<Recipe>, options?: Partial<RunOptions>) =>
  planOf(library.app, request(given, options), where());

describe('the plan of a text run', () => {
  it('has nothing against one that can be sent', async () => {
    expect(await planned()).toMatchObject({ rows: 3, jobs: 3, blockers: [], costUsd: { low: 0, high: 0 } });
  });

  it.each<[string, Partial<Recipe>, string]>([
    ['no text part', { text: undefined as never }, 'The recipe does not say what text is asked for.'],
    [
      'a text part for pictures',
      { task: 't2i', models: [{ provider: 'google_genai', model: 'demo' }] },
      'Only a text run takes a system prompt, a schema and options of generation.',
    ],
    ['an empty prompt', { instruction: ' ' }, 'Write a prompt first.'],
    [
      'a column of the system prompt',
      { text: { ...TEXT, system: 'Be {{tone}} and {{city}}' } },
      'The system prompt names columns the dataset lacks: tone.',
    ],
    [
      'a schema that is no JSON',
      { text: { ...TEXT, answer: { kind: 'json', schema: '{"type": }' } } },
      'The schema is not valid JSON: line 1, column 10: a value is missing.',
    ],
    [
      'a schema that is none',
      { text: { ...TEXT, answer: { kind: 'json', schema: '{"properties":{"a":{"type":"x"}}}' } } },
      'The schema at /properties/a/type is not valid: it must be one of',
    ],
    [
      'an option that the protocol lacks',
      { models: [GPT], text: { ...TEXT, generation: { topK: 4 } } },
      'OpenAI has no top K: leave it out, or choose another provider.',
    ],
    [
      'a model of pictures',
      { models: [{ provider: 'openai', model: 'gpt-image-2' }] },
      'gpt-image-2 makes pictures: choose a text model.',
    ],
    [
      'a model of text, for pictures',
      { task: 't2i', models: [FLASH], text: undefined as never },
      'gemini-3.8-flash answers with text: choose a picture model.',
    ],
    [
      'columns of images that are not there',
      { imageColumns: ['photo'] },
      'The dataset has no column photo of images',
    ],
  ])('names %s', async (_what, given, sentence) => {
    expect((await planned(given)).blockers).toEqual(
      expect.arrayContaining([expect.stringContaining(sentence)]),
    );
  });

  it('says what it may cost, by its prompts and the longest answer', async () => {
    const text = { ...TEXT, generation: { maxOutputTokens: 1_000_000 } };
    const { costUsd } = await planned({ models: [FLASH], instruction: 'x'.repeat(100_000), text });
    // Three rows: 25,000 tokens in at $0.75, a million out at $3.75 a million.
    expect(costUsd?.high).toBeCloseTo(3 * (0.01875 + 3.75), 5);
    expect(costUsd?.low).toBeLessThan(0.06);
  });

  it('is blocked where a cap on cost cannot be enforced, whoever is capped, for no price is known', async () => {
    const { app } = library;
    const models = [{ provider: 'google_genai', model: 'unheard-of' } as const, FLASH];
    await app.fleet.save(testEndpoint({ id: 'g', provider: 'google_genai' }));
    const [keyId = ''] = await addTestKeys(app, 'g', 'AIza-unpriced-0001');
    const blockersNow = async (options: Partial<RunOptions> = {}) =>
      (await planned({ models }, options)).blockers.filter((one) => one.includes('price'));
    const told = (cap: string) => [
      `The price of unheard-of is not known, so ${cap} cannot be enforced: enter the price in Settings under "Models you added", or remove the cap.`,
    ];
    expect(await blockersNow({ caps: { requests: 1 } })).toEqual([]);
    expect(await blockersNow({ caps: { costUsd: 1 } })).toEqual(told('the cost cap of this run'));
    await app.fleet.updateKey(keyId, { limits: { costPerDay: 1 } });
    expect(await blockersNow()).toEqual(told('the cost cap of the key "label of AIza-unpriced-0001"'));
    await app.saveSettings({ dayCaps: { costUsd: 1 } });
    expect(await blockersNow()).toEqual(told('the daily cost cap'));
    const { token } = await app.tokens.add({ name: 'Anna', caps: { costUsd: 1 } });
    expect(await app.payers.run(token.id, () => blockersNow())).toEqual(
      told('the cost cap of the token "Anna"'),
    );
    await app.models.add(listedModel('unheard-of', { tokenPriceUsd: { textIn: 1, textOut: 2 } }));
    expect(await blockersNow({ caps: { costUsd: 1 } })).toEqual([]);
    await app.saveSettings({ dayCaps: {} });
  });
});

async function check(given: Partial<Recipe> = {}) {
  let last;
  for await (const report of preflightOf(library.app, request(given))) {
    last = report;
  }
  return last;
}

describe('the check of its rows', () => {
  it('looks at their media, by what they are and by what the provider takes', async () => {
    const wav = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt '), Buffer.alloc(100)]);
    await writeFile(join(library.folder, 'a.wav'), wav);
    await writeFile(join(library.folder, 'b.mp4'), Buffer.from('no film at all'));
    await writeFile(join(library.folder, 'long.wav'), wav);
    // A hole: no disk is used.
    await truncate(join(library.folder, 'long.wav'), 2 * 1024 ** 3 + 1);
    datasetId = await dataset(
      [
        'prompt,audio_path,audio_mime_type,video_path,video_url',
        'Hear <audio>,a.wav,,,',
        'Hear,a.wav,audio/flac,,',
        'See,,,b.mp4,',
        'See,,,gone.mp4,',
        'Watch,,,,https://example.com/film.mp4',
        'Two <audio> <audio>,a.wav,,,',
        ',,,,',
        'Hear,long.wav,,,',
      ].join('\n'),
    );
    const report = await check();
    expect(report).toMatchObject({ done: true, checked: 7, inputBytes: wav.byteLength });
    const problems = report?.problems.map(({ message, rows }) => [message, rows]);
    expect(problems).toEqual(
      expect.arrayContaining([
        ['"a.wav" is named "audio/flac", but its bytes are audio/wav; correct its MIME type.', [1]],
        [expect.stringMatching(/^"b\.mp4" is not a video/), [2]],
        [expect.stringMatching(/^The video "gone\.mp4" does not exist/), [3]],
        [expect.stringContaining('<audio>'), [5]],
        ['The audio file "long.wav" is larger than 2048 MB; make it smaller.', [7]],
      ]),
    );
    expect(problems).toHaveLength(5);
    const openai = await check({ models: [GPT] });
    expect(
      openai?.problems.find(({ message }) => /video/.test(message) && /OpenAI|takes no/.test(message)),
    ).toBeDefined();
  });
});

describe('a text run', () => {
  it('is started like any other, and leaves its tables', async () => {
    const { app } = library;
    const schema = JSON.stringify({
      type: 'object',
      properties: { score: { type: 'number' } },
      required: ['score'],
    });
    const text = { ...TEXT, answer: { kind: 'json' as const, schema } };
    const run = await startRun(app, request({ text }), where());
    await app.runs.over(run.id);
    const ended = await app.runs.view(await app.runs.found(run.id));
    expect(ended).toMatchObject({
      state: { kind: 'finished' },
      counts: { done: 2, failed: 1 },
      failures: { blocked: 1 },
    });
    const csv = await readFile(join(ended.outputDir, 'results.csv'), 'utf8');
    expect(csv.split('\r\n')[0]).toMatch(
      /^prompt,city,response,response\.score,finish,input_tokens,output_tokens,status/,
    );
    const lines = (await readFile(join(ended.outputDir, 'results.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).response)).toEqual([
      { score: expect.any(Number) },
      null,
      { score: expect.any(Number) },
    ]);
    // Gone on with, nothing is lost and nothing sent but what failed.
    await app.runs.requeueAndStart(run.id, { kind: 'failed' });
    await app.runs.over(run.id);
    expect(await app.runs.view(await app.runs.found(run.id))).toMatchObject({
      requests: 4,
      counts: { done: 2, failed: 1 },
    });
  });

  it('with a chosen folder of somebody else’s answers is refused', async () => {
    await mkdir(join(library.folder, 'theirs'));
    await writeFile(join(library.folder, 'theirs', 'results.jsonl'), '{"response":"theirs"}\n');
    const started = startRun(
      library.app,
      { ...request(), outputGrant: join(library.folder, 'theirs'), onExisting: 'adopt' },
      where(),
    );
    await expect(started).rejects.toThrow('answers of a table cannot be counted as done');
  });
});
