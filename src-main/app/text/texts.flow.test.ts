/** The Text screen's calls in a real app, answered by the demo over a real socket. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextEvent, TextRequest } from '@shared/contract/text';
import { DEMO_MODEL, DEMO_TEXT_MODEL } from '@shared/demo';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRun } from '../runs/run-request';
import { openTestLibrary, type TestLibrary } from '../testing/test-library';
import { jobDetail } from '../views';
import { madeDataset } from './made-dataset';
import type { TextShell } from './text-parts';

let library: TestLibrary;
let outputs: string;
beforeEach(async () => {
  library = await openTestLibrary();
  outputs = join(library.app.paths.root, 'outputs');
});
afterEach(() => library.remove());

const shell = (files: Readonly<Record<string, string>> = {}): TextShell => ({
  granted: (token) => files[token] ?? '',
  start: (request) =>
    startRun(library.app, request, { defaultOutputDir: outputs, granted: (token) => files[token] ?? '' }),
});

const asking = (prompt: string, given: Partial<TextRequest> = {}): TextRequest => ({
  model: DEMO_TEXT_MODEL,
  system: '',
  prompt,
  attachments: [],
  generation: {},
  answer: { kind: 'text' },
  ...given,
});

async function ask(request: TextRequest, files: Readonly<Record<string, string>> = {}): Promise<TextEvent[]> {
  const events: TextEvent[] = [];
  for await (const event of library.app.texts.ask(request, shell(files))) {
    events.push(event);
  }
  return events;
}

function overOf(events: readonly TextEvent[]) {
  const last = events.at(-1);
  if (last?.kind !== 'over') {
    throw new Error(`It is not over: ${JSON.stringify(events)}`);
  }
  return last.answer;
}

const overRun = async (runId: number): Promise<void> => {
  await library.app.runs.over(runId);
};

/** Answers its path. */
async function redPicture(): Promise<string> {
  const path = join(library.app.paths.root, 'there.png');
  const red = sharp({ create: { width: 40, height: 20, channels: 3, background: '#ff0000' } });
  await writeFile(path, await red.png().toBuffer());
  return path;
}

describe('a single request', () => {
  it('is not asked without what was said before it', async () => {
    for (const gone of [{ after: 4711 }, { before: 4711 }]) {
      await expect(ask(asking('And then?', gone))).rejects.toThrow('no longer');
    }
    expect((await library.app.texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
  });

  it('is refused with the reason where a cap on cost bars its model, and leaves nothing behind', async () => {
    await library.app.saveSettings({ dayCaps: { costUsd: 1 } });
    const model = { provider: 'google_genai', model: 'unheard-of' } as const;
    const reason = 'The price of unheard-of is not known, so the daily cost cap cannot be enforced';
    await expect(ask(asking('How much?', { model }))).rejects.toThrow(reason);
    await expect(library.app.texts.improve({ instruction: 'bluer', model })).rejects.toThrow(reason);
    expect((await library.app.texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
  });

  it('grows piece by piece, and is in the history', async () => {
    const events = await ask(asking('Count what this says, please'));
    const pieces = events.flatMap((event) => (event.kind === 'delta' ? event.text : []));
    const over = overOf(events);
    expect(events[0]).toEqual({ kind: 'asked', jobId: over.jobId });
    expect(pieces.join('')).toBe(over.answer?.text);
    expect(over).toMatchObject({ state: 'done', prompt: 'Count what this says, please', model: 'demo-text' });
    const { texts } = library.app;
    expect(await texts.history({ offset: 0, limit: 10, search: 'count WHAT' })).toMatchObject({
      total: 1,
      answers: [{ jobId: over.jobId }],
    });
    await texts.forget([over.jobId]);
    expect((await texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
    await texts.recall([over.jobId]);
    expect((await texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(1);
  });

  it('looks at what is attached, which stays as it was', async () => {
    const path = await redPicture();
    const attachments = [{ kind: 'file', grant: 'g' }] as const;
    const over = overOf(
      await ask(asking('What is in <image>?', { attachments: [...attachments] }), { g: path }),
    );
    expect(over.answer?.text).toContain('landscape picture of 40 x 20');
    expect(over.prompt).toBe('What is in  <image> ?');
  });

  it('goes on from an answer', async () => {
    const first = overOf(await ask(asking('say "first"')));
    const second = overOf(await ask(asking('Uppercase this', { after: first.jobId })));
    expect(second.answer?.text).toBe('UPPERCASE THIS');
    const { store } = library.app;
    const run = await store.run(second.runId);
    const [row] = await store.rowsAt(run?.datasetId ?? 0, [second.row]);
    expect(JSON.parse(row?.fields['request'] ?? '{}').messages).toMatchObject([
      { role: 'user' },
      { role: 'model', parts: [{ text: 'first' }] },
      { role: 'user' },
    ]);
  });

  it('tells how it was asked, and is asked again so with the files that were kept', async () => {
    const path = await redPicture();
    const first = overOf(await ask(asking('say "first"')));
    const attachments = [{ kind: 'file' as const, grant: 'g' }];
    const generation = { temperature: 0.25, stop: ['END'] };
    const given = { attachments, generation, system: 'Be brief.', after: first.jobId };
    const over = overOf(await ask(asking('What is this?', given), { g: path }));
    const { texts, store } = library.app;
    const asked = await texts.asked(over.jobId);
    expect(asked).toMatchObject({
      model: DEMO_TEXT_MODEL,
      system: 'Be brief.',
      prompt: 'What is this?',
      generation,
      answer: { kind: 'text' },
      files: [{ place: 0, medium: 'image', sizeBytes: expect.any(Number) }],
      continues: 'say "first"',
    });
    expect((await texts.asked(first.jobId)).continues).toBeNull();
    const { prompt, model, system, answer } = asked;
    const kept = [{ kind: 'asked' as const, jobId: over.jobId, place: 0 }];
    const again = overOf(
      await ask({ prompt, model, system, answer, generation, attachments: kept, before: over.jobId }),
    );
    expect(again.answer?.text).toContain('landscape picture of 40 x 20');
    const requests = await Promise.all(
      [over, again].map(async ({ runId, row }) => {
        const run = await store.run(runId);
        return (await store.rowsAt(run?.datasetId ?? 0, [row]))[0]?.fields['request'];
      }),
    );
    expect(requests[0]).toBe(requests[1]);
    const none = asking('x', { attachments: [{ kind: 'asked', jobId: over.jobId, place: 7 }] });
    await expect(ask(none)).rejects.toThrow('no longer kept');
  });

  it('refuses what cannot be sent, and sends nothing', async () => {
    await expect(ask(asking(' '))).rejects.toThrow('Write a prompt first.');
    await expect(ask(asking('See <image>'))).rejects.toThrow('none is given');
    const broken = { kind: 'json', schema: '{"type": "objekt"}' } as const;
    await expect(ask(asking('x', { answer: broken }))).rejects.toThrow('type');
    const path = join(library.app.paths.root, 'notes.txt');
    await writeFile(path, 'words');
    const attachments = [{ kind: 'file' as const, grant: 'g' }];
    await expect(ask(asking('x', { attachments }), { g: path })).rejects.toThrow(
      'notes.txt is not a picture',
    );
    expect((await library.app.texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
  });

  it('keeps to a schema, asks once more where it did not, and fails where it never does', async () => {
    const schema = JSON.stringify({
      type: 'object',
      properties: { mood: { enum: ['calm', 'wild'] }, count: { type: 'integer', minimum: 3, maximum: 4 } },
      required: ['mood', 'count'],
      additionalProperties: false,
    });
    const answer = { kind: 'json', schema } as const;
    const fits = overOf(await ask(asking('the sea', { answer })));
    expect(JSON.parse(fits.answer?.text ?? '')).toMatchObject({ mood: expect.stringMatching(/calm|wild/) });
    const mended = await ask(asking('wrong shape once', { answer }));
    expect(mended.some(({ kind }) => kind === 'again')).toBe(true);
    expect(overOf(mended).state).toBe('done');
    expect(overOf(await ask(asking('wrong shape', { answer })))).toMatchObject({
      state: 'failed',
      failure: { kind: 'schema_mismatch' },
    });
  });
});

describe('what is made of answers', () => {
  it('becomes columns beside the rows', async () => {
    const { store, texts } = library.app;
    const dataset = await madeDataset(
      store,
      { name: 'words', format: 'jsonl', sourcePath: null, baseDir: null, columns: ['word'] },
      (async function* () {
        yield { row: 2, index: 40, fields: { word: 'sea' } };
        yield { row: 5, index: 7, fields: { word: 'forbidden' } };
      })(),
    );
    const run = await texts.describe(
      { datasetId: dataset.id, model: DEMO_TEXT_MODEL, prompt: 'say "a {{word}}"', options: {} },
      shell(),
    );
    await overRun(run.id);
    const answers = await texts.answers({ runId: run.id, offset: 0, limit: 10 });
    expect(answers.answers.map(({ state, prompt, fields }) => [state, prompt, fields])).toEqual([
      ['done', 'say "a sea"', { word: 'sea' }],
      ['failed', 'say "a forbidden"', { word: 'forbidden' }],
    ]);
    const failureKind = answers.answers[1]?.failure?.kind;
    const ofKind = await texts.answers({ runId: run.id, offset: 0, limit: 10, failureKind });
    expect(ofKind.answers.map(({ row }) => row)).toEqual([5]);
    expect(failureKind).toBeDefined();
    const added = await texts.addAnswers(run.id, 'note');
    expect(added.columns).toEqual(['word', 'note']);
    expect(await store.rows(added.id, 0, 10)).toEqual([
      { row: 2, index: 40, fields: { word: 'sea', note: 'a sea' } },
      { row: 5, index: 7, fields: { word: 'forbidden', note: '' } },
    ]);
    await expect(texts.addAnswers(run.id, 'word')).rejects.toThrow('has a column "word" already');
  });

  it('judges each picture of a run against its instruction', async () => {
    const { app } = library;
    await app.fleet.ensureDemo();
    const dataset = await madeDataset(
      app.store,
      { name: 'cards', format: 'prompts', sourcePath: null, baseDir: null, columns: ['prompt'] },
      (async function* () {
        yield { fields: { prompt: 'a red card' } };
      })(),
    );
    const painted = await startRun(
      app,
      {
        datasetId: dataset.id,
        recipe: {
          task: 't2i',
          models: [DEMO_MODEL],
          instruction: '{{prompt}}',
          imageColumns: [],
          variants: 1,
        },
        options: {},
      },
      { defaultOutputDir: outputs, granted: () => '' },
    );
    await overRun(painted.id);
    const judged = await app.texts.judge({ runId: painted.id, model: DEMO_TEXT_MODEL, options: {} }, shell());
    expect(judged.options.judges).toBe(painted.id);
    await overRun(judged.id);
    const { answers } = await app.texts.answers({ runId: judged.id, offset: 0, limit: 10 });
    expect(answers).toMatchObject([{ state: 'done', prompt: 'Instruction: a red card' }]);
    const verdict = JSON.parse(answers[0]?.answer?.text ?? '{}') as { score: number; reason: string };
    expect(verdict.score).toBeGreaterThanOrEqual(0);
    // It was really shown the picture.
    expect(verdict.reason).toContain('square picture of');
    expect(await readFile(join(judged.outputDir, 'results.csv'), 'utf8')).toContain('response.score');
  });

  it('judges with the sources of the pictures, also when it goes on after a restart, and with no others', async () => {
    const pictures = join(library.folder, 'pictures');
    await mkdir(pictures);
    const red = { create: { width: 40, height: 20, channels: 3, background: '#ff0000' } } as const;
    await writeFile(join(pictures, 'a.png'), await sharp(red).png().toBuffer());
    await library.app.fleet.ensureDemo();
    const dataset = await madeDataset(
      library.app.store,
      {
        name: 'edits',
        format: 'csv',
        sourcePath: join(pictures, 'rows.csv'),
        baseDir: pictures,
        columns: ['image_url', 'instruction'],
      },
      (async function* () {
        yield { fields: { image_url: 'a.png', instruction: 'Make it grey' } };
      })(),
    );
    const painted = await startRun(
      library.app,
      {
        datasetId: dataset.id,
        recipe: {
          task: 'edit',
          models: [DEMO_MODEL],
          instruction: '{{instruction}}',
          imageColumns: ['image_url'],
          variants: 1,
        },
        options: {},
      },
      { defaultOutputDir: outputs, granted: () => '' },
    );
    await overRun(painted.id);
    const judged = await library.app.texts.judge(
      { runId: painted.id, model: DEMO_TEXT_MODEL, options: {} },
      shell(),
    );
    await overRun(judged.id);
    await library.reopen();
    const { app } = library;
    await app.fleet.ensureDemo();
    await app.store.requeue(judged.id, { kind: 'all' });
    await app.runs.start(await app.runs.found(judged.id));
    await overRun(judged.id);
    const { answers } = await app.texts.answers({ runId: judged.id, offset: 0, limit: 10 });
    expect(answers).toMatchObject([{ state: 'done' }]);
    // Whoever reviews the answer sees what it was asked about.
    const { inputs, inputNames } = await jobDetail(app, answers[0]?.jobId ?? 0);
    expect(inputs).toHaveLength(2);
    expect(inputNames).toEqual(expect.arrayContaining([expect.stringMatching(/a\.png$/)]));
    const made = await app.store.dataset(judged.datasetId);
    const roots = made === null ? 'all' : app.imageRoots(made);
    expect(roots === 'all' ? roots : roots.toSorted()).toEqual([painted.outputDir, pictures].toSorted());
  });

  it('tells a story and paints it', async () => {
    const { texts, runs } = library.app;
    const over = overOf(
      await ask(asking('a lighthouse keeper', { answer: { kind: 'story', voices: ['v7'] } })),
    );
    expect(over.failure).toBeUndefined();
    const story = await texts.story(over.jobId);
    expect(story.narrator_voice_id).toBe('v7');
    const run = await texts.storyPictures(
      { jobId: over.jobId, model: DEMO_MODEL, which: ['cover', 'scenes'] },
      shell(),
    );
    await overRun(run.id);
    expect((await runs.found(run.id)).counts.done).toBe(1 + story.scene_list.length);
    await expect(texts.story(over.jobId + 100)).rejects.toThrow('That answer is not a story.');
  });

  it('improves an instruction, which is none of the questions of the history', async () => {
    const { texts } = library.app;
    const better = await texts.improve({ instruction: 'make it blue', model: DEMO_TEXT_MODEL });
    expect(better.instruction).toMatch(/^make it blue, keeping everything else/);
    expect((await texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
  });
});
