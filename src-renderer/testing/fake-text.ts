/** Text, in memory: requests that answer piece by piece, a history, text runs with their answers, and a story. */
import { AsyncIteratorClass } from '@orpc/client';
import { DEMO_TEXT_MODEL } from '@shared/demo';
import type { TextEvent, TextRequest } from '@shared/contract/text';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Run } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import type { Story } from '@shared/story';
import type { Client } from '../api';
import { fakeDataset, fakeRow } from './fake-data';
import { notFound } from './fake-backend';
import type { World } from './fake-backend';
import { failureOf, newRun } from './fake-runs';

export const FAKE_TEXT_MODELS: readonly CatalogueModel[] = [
  {
    id: DEMO_TEXT_MODEL.model,
    provider: DEMO_TEXT_MODEL.provider,
    label: 'Demo writer',
    state: 'current',
    tasks: ['text'],
    media: ['image', 'audio', 'video'],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    tokenPriceUsd: { textIn: 0, textOut: 0 },
    source: 'scripted',
  },
  {
    id: 'gemini-3.8-flash',
    provider: 'google_genai',
    label: 'Gemini 3.8 Flash',
    state: 'current',
    isDefault: true,
    tasks: ['text'],
    media: ['image', 'audio', 'video'],
    nativeSchema: true,
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    tokenPriceUsd: { textIn: 0.3, textOut: 2.5 },
    source: 'scripted',
  },
  {
    id: 'gpt-5.5-mini',
    provider: 'openai',
    label: 'GPT-5.5 mini',
    state: 'current',
    tasks: ['text'],
    media: ['image'],
    nativeSchema: true,
    refusedOptions: ['temperature'],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    tokenPriceUsd: { textIn: 0.25, textOut: 2 },
    source: 'scripted',
  },
];

export const FAKE_STORY: Story = {
  illustration_style: 'soft watercolour, wide margins',
  story_title: 'The lamp that stayed on',
  youtube_video_title: 'The lamp that stayed on',
  youtube_video_description: 'A keeper, a cat and a storm.',
  youtube_video_hashtags: '#story #lighthouse',
  cover_image_description: 'A lighthouse at dusk with a cat on its steps',
  narrator_name: 'edda',
  narrator_gender: 'female',
  narrator_voice_id: 'onyx',
  cover_image_characters: ['mira'],
  character_list: [
    { character_number: 1, character_name: 'mira', character_image_description: 'A keeper in a yellow coat' },
    {
      character_number: 2,
      character_name: 'pip',
      character_image_description: 'A grey cat with one white paw',
    },
  ],
  chapter_list: [
    { chapter_number: 1, chapter_name: 'The storm', chapter_scene_list: [1, 2] },
    { chapter_number: 2, chapter_name: 'The morning', chapter_scene_list: [3] },
  ],
  scene_list: [1, 2, 3].map((number) => ({
    scene_number: number,
    scene_name: ['Wind', 'The light goes out', 'Calm'][number - 1] ?? 'Scene',
    scene_image_description: `Scene ${number}: waves against the lighthouse`,
    scene_major_character: 'mira',
    scene_other_characters: number === 2 ? ['pip'] : [],
    scene_audio_script: `And then, said the keeper, part ${number}.`,
    is_intentional_repetition: 'no' as const,
  })),
  scene_audio_language: 'English',
  tweet: 'A story of a lamp.',
};

export interface AskedOfText {
  readonly asked: TextRequest[];
  /** Of single requests, newest first. */
  readonly history: AnswerRow[];
  readonly forgotten: Set<number>;
  /** What was made of runs and stories. */
  readonly made: { readonly call: string; readonly input: unknown }[];
  /** Pieces of the next answer; null: an answer at once. */
  script: readonly TextEvent[] | null;
  /** What ends the wait between two pieces; each request has its own. */
  readonly steps: (() => void)[];
}

const HOUR_MS = 3_600_000;

function pastAnswer(at: number, prompt: string, answer: AnswerRow['answer']): AnswerRow {
  return {
    jobId: 9_000_000 + at,
    runId: 9,
    row: at,
    index: at,
    model: 'gemini-3.8-flash',
    state: answer === undefined ? 'failed' : 'done',
    prompt,
    fields: {},
    ...(answer === undefined
      ? { failure: { kind: 'schema_mismatch' as const, message: '/score: must be a number.' } }
      : { answer }),
    askedAt: Date.now() - at * HOUR_MS,
    seconds: 1.4 + at,
    costUsd: 0.0007 * at,
    usage: { inputTokens: 41, outputTokens: 210 },
  };
}

export function askedOfText(isEmpty: boolean): AskedOfText {
  const json = (value: unknown) => ({ text: JSON.stringify(value), mimeType: 'application/json' as const });
  return {
    asked: [],
    history: isEmpty
      ? []
      : [
          pastAnswer(1, 'Name three colours of the sea', {
            text: 'Slate, jade and ink.\n\n```css\n.sea { color: #123; }\n```',
            mimeType: 'text/plain',
            finish: 'STOP',
          }),
          pastAnswer(2, 'A story of a lighthouse', json(FAKE_STORY)),
          pastAnswer(3, 'Score this portrait', undefined),
          pastAnswer(4, 'Tag the picture', json({ caption: 'A woman reads', tags: ['woman', 'book'] })),
        ],
    forgotten: new Set(),
    made: [],
    script: null,
    steps: [],
  };
}

export function textCalls(world: World): Client['text'] {
  const { texts } = world;
  const listed = () => texts.history.filter(({ jobId }) => !texts.forgotten.has(jobId));
  const found = (jobId: number): AnswerRow =>
    texts.history.find((row) => row.jobId === jobId) ??
    answersOfRun(world, Math.floor(jobId / 1_000_000)).find((row) => row.jobId === jobId) ??
    notFound();
  const start = (call: string, input: unknown, run: Parameters<typeof newRun>[1], rows: number): Run => {
    texts.made.push({ call, input });
    const id = Math.max(0, ...world.runs.keys()) + 1;
    const fake = newRun(id, run, rows);
    world.runs.set(id, fake);
    return fake.run;
  };
  const textRun = (
    name: string,
    datasetId: number,
    input: { model: { provider: 'google_genai' | 'openai'; model: string } },
  ) => ({
    name,
    datasetId,
    recipe: {
      task: 'text' as const,
      models: [input.model],
      instruction: name,
      imageColumns: [],
      variants: 1,
      text: { system: '', generation: {}, answer: { kind: 'text' as const } },
    },
    options: {},
  });
  return {
    ask: async (request, options) => {
      texts.asked.push(request);
      return answering(world, request, options?.signal);
    },
    history: async ({ offset, limit, search }) => {
      const words = search.toLowerCase();
      const answers = listed().filter(
        ({ prompt, answer }) =>
          prompt.toLowerCase().includes(words) || (answer?.text.toLowerCase().includes(words) ?? false),
      );
      return { total: answers.length, answers: answers.slice(offset, offset + limit) };
    },
    asked: async ({ jobId }) => {
      const { model, prompt } = found(jobId);
      return {
        model: { provider: 'google_genai', model },
        system: 'You are a careful editor.',
        prompt,
        generation: { temperature: 0.5, stop: ['END'] },
        answer: { kind: 'json', schema: '{"type":"object"}' },
        files: [
          { place: 0, medium: 'image', name: 'kept.png', sizeBytes: 1200 },
          { place: 1, medium: 'audio', name: 'gone.mp3', sizeBytes: null },
        ],
        continues: 'What came before',
      };
    },
    forget: async ({ jobIds }) => jobIds.forEach((jobId) => texts.forgotten.add(jobId)),
    recall: async ({ jobIds }) => jobIds.forEach((jobId) => texts.forgotten.delete(jobId)),
    checkSchema: async ({ schema }) => problemsOf(schema),
    answers: async ({ runId, offset, limit, state, failureKind }) => {
      const answers = answersOfRun(world, runId).filter(
        (row) =>
          (state === undefined || row.state === state) &&
          (failureKind === undefined || row.failure?.kind === failureKind),
      );
      return { total: answers.length, answers: answers.slice(offset, offset + limit) };
    },
    answer: async ({ jobId }) => found(jobId),
    saveAnswer: async ({ jobId }) => `answer-${found(jobId).row}.txt`,
    improve: async ({ instruction }) => ({
      instruction: `${instruction.trim()}, with soft light from the left`,
    }),
    describe: async (input) =>
      start('describe', input, textRun('Describe portraits.csv', input.datasetId, input), 428),
    addAnswers: async (input) => {
      texts.made.push({ call: 'addAnswers', input });
      const run = world.runs.get(input.runId)?.run ?? notFound();
      const before = world.datasets.get(run.datasetId) ?? notFound();
      const dataset = fakeDataset({
        ...before,
        id: 77,
        name: `${before.name} with ${input.column}`,
        columns: [...before.columns, input.column],
      });
      world.datasets.set(dataset.id, dataset);
      return dataset;
    },
    judge: async (input) => start('judge', input, textRun('Judge of portraits-edit', 1, input), 48),
    story: async ({ jobId }) => JSON.parse(found(jobId).answer?.text ?? notFound()) as Story,
    storyPictures: async (input) =>
      start(
        'storyPictures',
        input,
        {
          name: FAKE_STORY.story_title,
          datasetId: 1,
          recipe: {
            task: 't2i',
            models: [input.model],
            instruction: '{{prompt}}',
            imageColumns: [],
            variants: 1,
          },
          options: {},
        },
        6,
      ),
  };
}

/** JSON at all, and one thing of it checked: enough to see a problem with a place. */
function problemsOf(schema: string) {
  try {
    const value = JSON.parse(schema) as { type?: unknown };
    return value.type === undefined || value.type === 'object'
      ? []
      : [{ path: '/type', message: 'must be one of the types of JSON Schema.' }];
  } catch {
    const line = schema.split('\n').length;
    return [{ path: '', message: 'This is no JSON: it ends too early.', line, column: 1 }];
  }
}

function answering(world: World, request: TextRequest, signal: AbortSignal | undefined) {
  const { texts } = world;
  const jobId = 9_100_000 + texts.asked.length;
  const answer: AnswerRow = {
    jobId,
    runId: 9,
    row: 100,
    index: 100,
    model: request.model.model,
    state: 'done',
    prompt: request.prompt,
    fields: {},
    answer:
      request.answer.kind === 'text'
        ? { text: `You said: ${request.prompt}`, mimeType: 'text/plain', finish: 'STOP' }
        : {
            text: JSON.stringify(request.answer.kind === 'story' ? FAKE_STORY : { score: 7 }),
            mimeType: 'application/json',
          },
    askedAt: Date.now(),
    seconds: 1.2,
    costUsd: 0.0004,
    usage: { inputTokens: 12, outputTokens: 34 },
  };
  const events: TextEvent[] = [
    { kind: 'asked', jobId },
    ...(texts.script ?? [{ kind: 'delta', text: 'You said' } as const]),
  ];
  if (texts.script === null) {
    events.push({ kind: 'over', answer });
  }
  let at = 0;
  return new AsyncIteratorClass<TextEvent, unknown, void>(
    async () => {
      if (texts.script !== null && at > 0) {
        await new Promise<void>((resolve) => {
          texts.steps.push(resolve);
          signal?.addEventListener('abort', () => resolve());
        });
      }
      if (signal?.aborted === true) {
        throw new Error('aborted');
      }
      const value = events[at];
      at += 1;
      if (value?.kind === 'over') {
        texts.history.unshift(value.answer);
      }
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    async () => undefined,
  );
}

/** The answers of a scripted text run, as far as its jobs have come. */
export function answersOfRun(world: World, runId: number): AnswerRow[] {
  const fake = world.runs.get(runId);
  if (fake === undefined) {
    return [];
  }
  const format = fake.run.recipe.text?.answer.kind ?? 'text';
  return fake.jobs.map((job) => {
    const { fields } = fakeRow(job.row);
    const failure = job.state === 'failed' ? failureOf(job.row) : null;
    return {
      jobId: job.id,
      runId,
      row: job.row,
      index: job.index,
      model: job.model,
      state: job.state,
      prompt: fields['instruction'] ?? '',
      fields,
      ...(failure === null ? {} : { failure: { kind: failure[0], message: failure[1] } }),
      ...(job.state === 'done'
        ? {
            answer:
              format === 'text'
                ? { text: `An answer about ${fields['subject']}`, mimeType: 'text/plain' as const }
                : {
                    text: JSON.stringify({ score: job.row % 11, reason: `Row ${job.row} is fine` }),
                    mimeType: 'application/json' as const,
                  },
            seconds: 1.1,
            costUsd: 0.0003,
          }
        : {}),
    };
  });
}
