import type { CatalogueModel } from '@shared/model/catalogue';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_STUDIO_DRAFT,
  settingsOf,
  withInputMoved,
  withInputs,
  withoutInput,
  withPreset,
  withRole,
} from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';
import { FAKE_MODELS } from '../../testing/fake-data';
import { resultNode, sourceNode } from '../../testing/fake-nodes';
import { askOf, costOf, sendWords, turnOf } from './composer-rules';
import type { AskContext } from './composer-rules';

const GEMINI = { provider: 'google_genai', model: 'gemini-nano-banana-2.1' } as const;
const OPENAI = { provider: 'openai', model: 'gpt-image-2' } as const;
const NODES = [
  sourceNode(1),
  sourceNode(2),
  resultNode(3, { parentId: 1 }),
  resultNode(4, { state: 'sent' }),
];

function context(part: Partial<AskContext> = {}): AskContext {
  return {
    nodes: new Map(NODES.map((node) => [node.id, node])),
    models: FAKE_MODELS,
    likely: GEMINI,
    ...part,
  };
}

const draft = (part: Partial<StudioDraft> = {}): StudioDraft => ({
  ...EMPTY_STUDIO_DRAFT,
  instruction: 'Make it night',
  ...part,
});

/** The sentence it is refused with; the ask itself where it is not. */
function outcome(of: StudioDraft, within = context()) {
  const found = askOf(of, within);
  return found.kind === 'ready' ? found.ask : found.sentence;
}

describe('what may be sent', () => {
  it('generates without pictures, edits with them, and says how many', () => {
    expect(outcome(draft())).toMatchObject({ inputs: [], model: GEMINI, turn: 'fresh', variants: 1 });
    expect(sendWords(draft({ variants: 4 }))).toBe('Generate 4 pictures');
    expect(sendWords(withInputs(draft(), [1]))).toBe('Edit 1 picture');
    expect(sendWords(withInputs(draft({ variants: 3 }), [1, 2]))).toBe('Edit 1 with 1 more, 3 variants');
    expect(sendWords(withRole(withInputs(draft(), [1, 2]), 1, 'style'))).toBe('Generate 1 picture from 2');
  });

  it('is refused with a sentence that says what is missing', () => {
    expect(outcome(draft({ instruction: ' ' }))).toBe('Describe the picture you want.');
    expect(outcome(withInputs(draft({ instruction: '' }), [1]))).toBe('Write what is to be changed.');
    expect(outcome(withInputs(draft(), [4]))).toMatch(/has no picture yet/);
    expect(outcome(withInputs(draft(), [99]))).toMatch(/no longer in this tree/);
    expect(outcome(draft(), context({ likely: undefined }))).toBe('Choose a model.');
  });

  it('waits for pictures that are still coming in: without them it would be another request', () => {
    expect(outcome(draft(), context({ isArriving: true }))).toMatch(/^A picture is still coming in/);
  });

  it('is refused where the model cannot take it, with the way out', () => {
    const known = FAKE_MODELS.find(({ id }) => id === GEMINI.model);
    const models = (part: Partial<CatalogueModel>) =>
      context({ models: known === undefined ? [] : [{ ...known, ...part }] });
    const two = withInputs(draft(), [1, 2]);
    expect(outcome(two, models({ maxInputImages: 1 }))).toBe(
      'Nano Banana 2.1 takes up to 1 picture: take 1 out, or choose another model.',
    );
    expect(outcome(two, models({ tasks: ['t2i'] }))).toMatch(/takes no pictures/);
    expect(outcome(draft(), models({ tasks: ['edit'] }))).toMatch(/only edits/);
    expect(outcome(two, models({}))).toMatchObject({ inputs: two.inputs });
    // Nobody knows what a model outside the catalogue takes: it is asked.
    expect(outcome(two, context({ models: [] }))).toMatchObject({ model: GEMINI });
  });

  it('fills the blanks of the instruction, all of them', () => {
    const blank = draft({ instruction: 'Add a {{colour}} {{thing}}', values: { colour: 'red' } });
    expect(outcome(blank)).toBe('Fill in {{thing}}.');
    expect(outcome({ ...blank, values: { colour: 'red', thing: '{{hat}}' } })).toMatchObject({
      instruction: 'Add a red {{hat}}',
    });
  });

  it('leaves out what the model does not know', () => {
    const chosen = draft({ aspectRatio: '16:9', imageSize: '2K', quality: 'high', model: OPENAI });
    expect(outcome(chosen)).toMatchObject({ quality: 'high' });
    expect(outcome(chosen)).not.toHaveProperty('imageSize');
    expect(outcome(chosen)).not.toHaveProperty('aspectRatio');
    const gemini = outcome({ ...chosen, model: GEMINI });
    expect(gemini).toMatchObject({ aspectRatio: '16:9', imageSize: '2K' });
    expect(gemini).not.toHaveProperty('quality');
  });

  it('locks only what has a source', () => {
    const locked = draft({ isLocked: true, featherPx: 12 });
    expect(outcome(withInputs(locked, [1]))).toMatchObject({ lock: { featherPx: 12 } });
    expect(outcome(locked)).not.toHaveProperty('lock');
  });

  it('costs its variants', () => {
    expect(costOf(draft({ variants: 4 }), context())).toEqual({ low: 4 * 0.0336, high: 4 * 0.0336 });
  });
});

describe('the turn', () => {
  it('continues where the picture is the same model’s own answer, unless another is wished', () => {
    const answer = withInputs(draft(), [3]);
    expect(turnOf(answer, context()).kind).toBe('conversation');
    expect(turnOf({ ...answer, wantsConversation: false }, context())).toMatchObject({ mayConverse: true });
  });

  it('is fresh everywhere else, and says why', () => {
    const why = (of: StudioDraft, within = context()) => {
      const turn = turnOf(of, within);
      return turn.kind === 'fresh' && !turn.mayConverse ? turn.why : 'none';
    };
    expect(why(withInputs(draft(), [1]))).toMatch(/not an answer of a model/);
    expect(why(withInputs(draft({ model: OPENAI }), [3]))).toMatch(/Only models of Google/);
    const other = { provider: 'google_genai', model: 'another' } as const;
    expect(why(withInputs(draft({ model: other }), [3]))).toMatch(/another model/);
    const locked = resultNode(5, { part: { locked: sourceNode(1).picture } });
    expect(why(withInputs(draft(), [5]), context({ nodes: new Map([[5, locked]]) }))).toMatch(/locked/);
  });
});

describe('the pictures of a request', () => {
  it('have one subject to begin with, and none twice', () => {
    const three = withInputs(withInputs(draft(), [1, 2]), [2, 3]);
    expect(three.inputs).toEqual([
      { nodeId: 1, role: 'subject' },
      { nodeId: 2, role: 'reference' },
      { nodeId: 3, role: 'reference' },
    ]);
  });

  it('keep their roles when they are moved or taken out', () => {
    const three = withRole(withInputs(draft(), [1, 2, 3]), 3, 'style');
    expect(withInputMoved(three, 2, 0).inputs.map(({ nodeId, role }) => `${nodeId} ${role}`)).toEqual([
      '3 style',
      '1 subject',
      '2 reference',
    ]);
    expect(withoutInput(three, 1).inputs.map(({ nodeId }) => nodeId)).toEqual([2, 3]);
    // The next one that comes is the subject, since there is none.
    expect(withInputs(withoutInput(three, 1), [1]).inputs.at(-1)).toEqual({ nodeId: 1, role: 'subject' });
  });

  it('are at most sixteen', () => {
    expect(
      withInputs(
        draft(),
        Array.from({ length: 20 }, (_, at) => at + 1),
      ).inputs,
    ).toHaveLength(16);
  });
});

describe('what was used before', () => {
  it('brings back its settings, and of a preset only what it says', () => {
    const before = draft({ aspectRatio: '1:1', variants: 2 });
    const ask = { instruction: 'x', model: OPENAI, variants: 4, imageSize: '1024x1024' };
    expect({ ...before, ...settingsOf(before, ask) }).toMatchObject({
      instruction: 'Make it night',
      aspectRatio: '',
      imageSize: '1024x1024',
      variants: 4,
      model: OPENAI,
    });
    const preset = { id: 1, name: 'n', instruction: 'Golden hour', tags: [] };
    expect(withPreset(before, preset)).toEqual({ ...before, instruction: 'Golden hour' });
  });
});
