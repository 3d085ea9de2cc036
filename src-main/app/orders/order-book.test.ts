import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import type { Ask } from '@shared/model/text';
import type { Lease, PendingJob } from '../../engine/ports';
import { endpoint } from '../../providers/testing/calls';
import type { StoredDataset, StoredJob, StoredRun } from '../../store/store';
import { askFor, createOrderBook, type KnownRequest } from './order-book';

const base: Recipe = {
  task: 'edit',
  models: [{ provider: 'google_genai', model: 'm' }],
  instruction: '{{instruction}}',
  imageColumns: [],
  variants: 1,
};
const model: CatalogueModel = {
  id: 'm',
  provider: 'google_genai',
  label: 'M',
  state: 'current',
  tasks: ['edit', 't2i'],
  maxInputImages: 2,
  mask: false,
  sizes: ['1K', '2K'],
  ratios: ['1:1', '16:9'],
  priceUsd: {},
  source: 'test',
};

function ask(
  fields: Record<string, string>,
  recipe: Partial<Recipe> = {},
  defaultAspectRatio: string | null = null,
) {
  const run = { recipe: { ...base, ...recipe } } as StoredRun;
  return askFor({
    context: { run, defaultAspectRatio },
    row: { row: 0, index: 0, fields },
    choice: { provider: 'google_genai', model: 'm' },
    model,
  });
}

describe('what a row asks for', () => {
  it('is its instruction and its images in order', () => {
    expect(ask({ instruction: 'add a hat', image_url: 'a.png', image_url_2: 'b.png' })).toMatchObject({
      task: 'edit',
      prompt: 'add a hat',
      inputs: ['a.png', 'b.png'],
      mask: null,
    });
  });

  it.each([
    ['no image', { instruction: 'x', image_url: '' }, 'names no input image'],
    ['no instruction', { instruction: ' ', image_url: 'a.png' }, 'instruction of this row is empty'],
    ['no such column', { image_url: 'a.png' }, '"instruction"'],
    ['too many images', { instruction: 'x', image_url: 'a|b|c' }, 'takes at most 2'],
    ['a mask the model cannot use', { instruction: 'x', image_url: 'a', mask_url: 'm.png' }, 'takes none'],
  ])('is refused with %s, and nothing is sent', (_what, fields, sentence) => {
    const asked = ask(fields);
    expect(asked).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
    expect('kind' in asked && asked.failure.message).toContain(sentence);
  });

  it('never turns an edit into a text-only request', () => {
    expect(ask({ instruction: 'x' })).toMatchObject({ kind: 'failed' });
  });

  it('takes a t2i row at its own ratio, above recipe and environment', () => {
    const t2i = { task: 't2i' as const, instruction: '{{prompt}}', aspectRatio: '1:1' };
    expect(ask({ prompt: 'a city', aspect_ratio: '16:9' }, t2i)).toMatchObject({
      aspectRatio: '16:9',
      inputs: [],
    });
    expect(ask({ prompt: 'a city' }, t2i, '16:9')).toMatchObject({ aspectRatio: '1:1' });
    expect(ask({ prompt: 'a city' }, { task: 't2i', instruction: '{{prompt}}' }, '16:9')).toMatchObject({
      aspectRatio: '16:9',
    });
  });

  it('refuses a hostile output name', () => {
    expect(
      ask({ instruction: 'x', image_url: 'a.png', name: '../../evil' }, { outputNameColumn: 'name' }),
    ).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
  });
});

describe('an order for a fallback', () => {
  const gpt: CatalogueModel = {
    ...model,
    id: 'gpt',
    provider: 'openai',
    sizes: ['auto', '1024x1024', '1536x1024'],
    ratios: ['1:1', '3:2'],
    responseFormat: true,
  };
  const job = { id: 7, runId: 1, model: { provider: 'google_genai', model: 'm' }, retriesUsed: 0 } as const;

  /** The order of one t2i row when a lease names `asked` in place of the job's model. */
  async function order(
    asked: { provider: 'openai' | 'google_genai'; model: string },
    recipe: Partial<Recipe>,
  ) {
    const book = createOrderBook({
      store: {
        jobsById: () => Promise.resolve([{ id: 7, runId: 1, row: 0, stem: '000000' } as StoredJob]),
        result: async () => null,
        resultTurn: async () => null,
        rowsAt: () => Promise.resolve([{ row: 0, index: 0, fields: { prompt: 'a city' } }]),
      },
      embeddedDir: '',
      mark: 'own',
      roots: () => 'all',
      catalogueModel: (choice) => [model, gpt].find(({ id }) => id === choice.model),
      secret: (keyId) => `secret of ${keyId}`,
    });
    const full: Recipe = { ...base, task: 't2i', instruction: '{{prompt}}', ...recipe };
    book.open({
      run: { id: 1, recipe: full, options: { allowPrivateUrls: false }, outputDir: 'out' } as StoredRun,
      dataset: { id: 1, baseDir: '' } as StoredDataset,
      imageCacheDir: null,
      defaultAspectRatio: null,
    });
    const lease: Lease = {
      id: 1,
      endpoint: endpoint(asked.provider, 'http://127.0.0.1:9'),
      keyId: 'k',
      model: asked.model,
      leasedAt: 0,
    };
    return book.order(job, lease);
  }

  it('asks the model of its lease, with the size that this model offers', async () => {
    expect(
      await order({ provider: 'openai', model: 'gpt' }, { aspectRatio: '16:9', imageSize: '2K' }),
    ).toMatchObject({
      model: 'gpt',
      aspectRatio: null,
      imageSize: '1536x1024',
      responseFormat: true,
      secret: 'secret of k',
    });
  });

  it('asks an unknown model without the size that only the first choice knows', async () => {
    expect(await order({ provider: 'openai', model: 'new' }, { imageSize: '2K' })).toMatchObject({
      model: 'new',
      imageSize: null,
      responseFormat: null,
    });
  });

  it('follows the chosen model where another endpoint serves it', async () => {
    expect(
      await order({ provider: 'google_genai', model: 'm' }, { aspectRatio: '16:9', imageSize: '2K' }),
    ).toMatchObject({ model: 'm', aspectRatio: '16:9', imageSize: '2K' });
    expect(await order({ provider: 'google_genai', model: 'm' }, { imageSize: '4K' })).toMatchObject({
      kind: 'failed',
      failure: { kind: 'bad_input' },
    });
  });

  it('is refused where the chosen model would be', async () => {
    expect(await order({ provider: 'openai', model: 'gpt' }, { imageSize: '4K' })).toMatchObject({
      kind: 'failed',
      failure: {
        kind: 'bad_input',
        message: expect.stringContaining('m does not offer the size 4K') as string,
      },
    });
  });
});

describe('an order of a session', () => {
  const lease: Lease = {
    id: 1,
    endpoint: endpoint('google_genai', 'http://127.0.0.1:9'),
    keyId: 'k',
    model: 'm',
    leasedAt: 0,
  };
  const job = { id: 7, runId: 1, model: { provider: 'google_genai', model: 'm' }, retriesUsed: 0 } as const;

  async function order(
    request: string,
    given: Partial<PendingJob> = {},
    { isWatched = false, noted }: { isWatched?: boolean; noted?: KnownRequest } = {},
  ) {
    const book = createOrderBook({
      store: {
        jobsById: () =>
          Promise.resolve([{ id: 7, runId: 1, row: 0, stem: '000000', instruction: null } as StoredJob]),
        result: async () => null,
        resultTurn: async () => null,
        rowsAt: () => Promise.resolve([{ row: 0, index: 0, fields: { request } }]),
      },
      embeddedDir: '',
      mark: 'own',
      roots: () => ['/callers'],
      catalogueModel: () => model,
      secret: (keyId) => `secret of ${keyId}`,
      isWatched: () => isWatched,
    });
    const recipe: Recipe = { ...base, task: 'text', instruction: '' };
    book.open({
      run: {
        id: 1,
        recipe,
        options: { allowPrivateUrls: false },
        outputDir: 'out',
        origin: 'session',
      } as StoredRun,
      dataset: { id: 1, baseDir: '' } as StoredDataset,
      imageCacheDir: null,
      defaultAspectRatio: null,
    });
    if (noted !== undefined) {
      book.note(noted);
    }
    return book.order({ ...job, ...given }, lease);
  }

  const text = JSON.stringify({
    kind: 'text',
    model: job.model,
    system: '',
    messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
    generation: {},
    answer: { kind: 'text' },
  } satisfies Ask);
  const picture: Ask = {
    kind: 'picture',
    model: job.model,
    task: 'edit',
    prompt: 'a hat',
    inputs: ['a.png'],
  };

  it('is what its row says: text', async () => {
    expect(await order(text)).toMatchObject({
      task: 'text',
      keyId: 'k',
      runId: 1,
      secret: 'secret of k',
      messages: [{ role: 'user' }],
      streams: false,
      input: { roots: ['/callers'] },
    });
  });

  it('streams where somebody looks on, and takes along what is to be mended', async () => {
    const repair = { text: 'no', errors: ['The answer is not valid JSON.'] };
    expect(await order(text, { repair }, { isWatched: true })).toMatchObject({ streams: true, repair });
  });

  it('is never what one of another run asked for that had its number and is forgotten', async () => {
    const noted = { runId: 9, jobId: 7, row: 0, stem: '000000', ask: picture };
    expect(await order(text, {}, { noted })).toMatchObject({ task: 'text', messages: [{ role: 'user' }] });
  });

  it('is what its row says: a picture', async () => {
    expect(await order(JSON.stringify({ ...picture, imageSize: '2K' }))).toMatchObject({
      task: 'edit',
      prompt: 'a hat',
      inputs: ['a.png'],
      mask: null,
      imageSize: '2K',
      outputDir: 'out',
      stem: '000000',
    });
  });

  it.each([
    [JSON.stringify({ ...picture, inputs: [] }), 'names no input image'],
    [JSON.stringify({ ...picture, imageSize: '8K' }), 'does not offer the size 8K'],
    ['{"kind":"song"}', 'ask it again'],
    ['not JSON', 'ask it again'],
  ])('is refused with one sentence: %s', async (request, sentence) => {
    expect(await order(request)).toMatchObject({
      kind: 'failed',
      failure: { kind: 'bad_input', message: expect.stringContaining(sentence) as unknown },
    });
  });
});
