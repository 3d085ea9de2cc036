import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import type { AnswerFormat, TextAsk, TextRecipe } from '@shared/model/text';
import { describe, expect, it } from 'vitest';
import { listedModel } from '../testing/listed-model';
import { textAskFor, textAskOf } from './text-order';

const TEXT: TextRecipe = {
  system: 'You are {{role}}.',
  generation: { temperature: 0 },
  answer: { kind: 'text' },
};
const MODEL = listedModel('m', {
  label: 'M',
  media: ['image'],
  nativeSchema: true,
  refusedOptions: ['seed'],
});

function asked(
  fields: Record<string, string>,
  {
    text = {},
    model,
    instruction,
    ...recipe
  }: Partial<Omit<Recipe, 'text'>> & {
    text?: Partial<TextRecipe>;
    model?: CatalogueModel;
  } = {},
) {
  return textAskFor({
    recipe: {
      instruction: instruction ?? 'Describe {{what}}.',
      imageColumns: [],
      ...recipe,
      text: { ...TEXT, ...text },
    },
    fields,
    model,
  });
}

const ROW = { role: 'a critic', what: 'the barn' };

describe('a row of a text run', () => {
  it('asks its prompt and system prompt, each a template over its cells', () => {
    expect(asked(ROW)).toEqual({
      task: 'text',
      system: 'You are a critic.',
      messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Describe the barn.' }] }],
      generation: { temperature: 0 },
      schema: null,
      nativeSchema: null,
    });
  });

  it('has its media where its tokens say', () => {
    const row = { ...ROW, image_url: 'a.png', audio_path: 'b.mp3', what: '<audio> then <image>' };
    expect(asked(row)).toMatchObject({
      messages: [
        {
          parts: [
            { text: 'Describe ' },
            { medium: 'audio', reference: 'b.mp3' },
            { text: ' then ' },
            { medium: 'image', reference: 'a.png' },
            { text: '.' },
          ],
        },
      ],
    });
  });

  it('has the answer it wants: JSON by its schema, or a story', () => {
    const json = { kind: 'json', schema: '{"type":"object"}' } as const;
    expect(asked(ROW, { text: { answer: json }, model: MODEL })).toMatchObject({
      schema: { kind: 'json', schema: { type: 'object' } },
      nativeSchema: true,
    });
    const story: AnswerFormat = { kind: 'story', voices: ['Ann'] };
    const told = asked(ROW, { text: { answer: story } });
    expect(told).toMatchObject({ schema: story });
    const { system } = told as { system: string };
    expect(system.startsWith('You are a critic.\n\n')).toBe(true);
    expect(system).toContain('voice_id_list: Ann');
    expect(asked(ROW, { text: { answer: story, system } })).toMatchObject({ system });
  });

  it.each([
    ['lacks a column', { role: 'x' }, {}, 'The row has no column "what".'],
    ['lacks a column of the system prompt', { what: 'x' }, {}, 'The row has no column "role".'],
    ['is empty', { ...ROW, what: ' ' }, { instruction: '{{what}}' }, 'The prompt of this row is empty.'],
    ['has a token and no file', { ...ROW, what: '<image>' }, {}, 'none is given'],
    ['contradicts itself', { ...ROW, video_path: 'v', video_metadata: 'x' }, {}, 'video_metadata must be'],
    [
      'has media the model does not take',
      { ...ROW, audio_path: 'a.mp3' },
      { model: MODEL },
      'M takes no audio',
    ],
    [
      'has an option the model lacks',
      ROW,
      { model: MODEL, text: { generation: { seed: 1 } } },
      'no option seed',
    ],
    [
      'has a schema that is none',
      ROW,
      { text: { answer: { kind: 'json', schema: '[]' } } },
      'is not a JSON object',
    ],
  ] as const)('that %s is refused with one sentence', (_what, fields, how, sentence) => {
    expect(asked(fields, how as Parameters<typeof asked>[1])).toMatchObject({
      kind: 'failed',
      failure: { kind: 'bad_input', message: expect.stringContaining(sentence) as unknown },
    });
  });
});

describe('a request of a session', () => {
  const ask: TextAsk = {
    kind: 'text',
    model: { provider: 'google_genai', model: 'm' },
    system: 'Be {{brief}}.',
    messages: [
      { role: 'user', parts: [{ kind: 'text', text: '{{x}} <image>' }] },
      { role: 'model', parts: [{ kind: 'text', text: 'What?' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'Again.' }] },
    ],
    generation: {},
    answer: { kind: 'text' },
  };

  it('is asked word for word: it is complete', () => {
    expect(textAskOf(ask, undefined)).toMatchObject({ system: 'Be {{brief}}.', messages: ask.messages });
  });

  it('that ends with the model is refused', () => {
    expect(textAskOf({ ...ask, messages: ask.messages.slice(0, 2) }, undefined)).toMatchObject({
      failure: { kind: 'bad_input' },
    });
  });
});
