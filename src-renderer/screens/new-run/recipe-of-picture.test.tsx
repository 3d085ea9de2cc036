/** The form filled in from a picture of ours: dropped on it or chosen, undone, kept for a source; and pictures that say nothing. */
import type { RecipeNote } from '@shared/model/recipe-note';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { fitRecipe } from '../../state/picture-recipe';
import { openGrant } from '../../state/sources';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'portraits.csv', isDirectory: false };
const FIELD = 'What to do with every row’s pictures';
const NOTE: RecipeNote = {
  brushfleet: 1,
  appVersion: '1.0.0',
  instruction: 'Give the cat a red hat',
  provider: 'openai',
  model: 'gpt-image-2',
  settings: { task: 'edit', imageSize: '1024x1024', quality: 'high' },
  inputs: [],
  sha256: 'a'.repeat(64),
  place: {
    libraryId: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11',
    runId: 1,
    resultId: 1,
    index: 0,
    variant: 0,
  },
  madeAt: '2026-11-21T12:00:00.000Z',
};
const FILLED = {
  task: 'edit',
  instruction: NOTE.instruction,
  models: [{ provider: 'openai', model: 'gpt-image-2' }],
  aspectRatio: '',
  imageSize: '1024x1024',
  quality: 'high',
};
const ours = new File(['ours'], 'hat.png', { type: 'image/png' });
const plain = new File(['plain'], 'plain.png', { type: 'image/png' });

async function opened({ hasSource }: { readonly hasSource: boolean }) {
  const rendered = await renderApp('full', <App />);
  const { model, backend } = rendered;
  const images: string[] = [];
  const { fromImages } = backend.client.datasets;
  backend.client.datasets.fromImages = (request) => {
    images.push(...request.images.map(({ name }) => name));
    return fromImages(request);
  };
  backend.client.pictures.readRecipe = async (input) =>
    'image' in input && input.image.name === ours.name ? { note: NOTE } : null;
  await act(async () => {
    show(model.ui, { kind: 'newRun' });
    if (hasSource) {
      await openGrant(model, GRANT);
    }
  });
  return { ...rendered, images, draft: () => model.draft.getState() };
}

const drop = (...files: readonly File[]) =>
  fireEvent.drop(document.body, { dataTransfer: { files, types: ['Files'] } });

describe('a picture with a recipe', () => {
  it('dropped on the form fills it in, keeps its source, says so, and is undone without what came after', async () => {
    const { draft, images, model } = await opened({ hasSource: true });
    // Its columns may be told later.
    act(() => model.draft.setState({ isGuessed: false }));
    const before = draft();
    drop(ours);
    expect(
      await screen.findByText(
        'Filled in from the recipe of hat.png: instruction, gpt-image-2, 1024x1024, high',
      ),
    ).toBeTruthy();
    expect(draft()).toMatchObject({ ...FILLED, datasetId: before.datasetId, isGuessed: true });
    expect(screen.getByLabelText<HTMLTextAreaElement>(FIELD).value).toBe(NOTE.instruction);
    expect(screen.getByLabelText<HTMLSelectElement>('Quality').value).toBe('high');
    expect(images).toEqual([]);
    act(() => model.draft.setState({ variants: 3 }));
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(draft()).toEqual({ ...before, variants: 3 });
  });

  it('sends its quality with the run', async () => {
    const { backend } = await opened({ hasSource: true });
    const asked: unknown[] = [];
    const { plan } = backend.client.runs;
    backend.client.runs.plan = (input) => {
      asked.push(input.recipe.quality);
      return plan(input);
    };
    drop(ours);
    await waitFor(() => expect(asked).toContain('high'));
  });

  it('waits for a source where there is none, and may be the source itself', async () => {
    const { draft, images, model } = await opened({ hasSource: false });
    drop(ours);
    expect(
      await screen.findByText(/The recipe of hat.png fills in the form once there is a source/),
    ).toBeTruthy();
    expect(images).toEqual([]);
    await act(() => openGrant(model, GRANT));
    expect(draft()).toMatchObject({ ...FILLED, recipeOf: null });
    expect(draft().datasetId).not.toBeNull();
    expect(screen.queryByText(/once there is a source/)).toBeNull();

    fireEvent.click(screen.getByRole('button', { name: 'Choose another' }));
    drop(ours);
    fireEvent.click(await screen.findByRole('button', { name: 'Use the picture as the source' }));
    await waitFor(() => expect(images).toEqual(['hat.png']));
    await waitFor(() => expect(draft()).toMatchObject({ ...FILLED, recipeOf: null }));
  });

  it('dropped elsewhere, or among others, is a source as before', async () => {
    const { images, draft, model } = await opened({ hasSource: false });
    drop(ours, plain);
    await waitFor(() => expect(images).toEqual(['hat.png', 'plain.png']));
    act(() => show(model.ui, { kind: 'gallery' }));
    drop(ours);
    await waitFor(() => expect(images).toEqual(['hat.png', 'plain.png', 'hat.png']));
    expect(draft().instruction).not.toBe(NOTE.instruction);
  });

  it('is chosen by a button, too, and is not opened as a source besides', async () => {
    const { draft, backend } = await opened({ hasSource: true });
    const before = draft();
    // As the border tells of every file that is chosen.
    act(() => backend.grant([{ ...GRANT, name: 'hat.png.recipe.json' }]));
    fireEvent.change(screen.getByLabelText('Picture with a recipe'), { target: { files: [ours] } });
    await screen.findByText(/^Filled in from the recipe of hat.png/);
    expect(draft()).toMatchObject({ ...FILLED, datasetId: before.datasetId });
    expect(draft().recipeOf).toBeNull();
  });
});

describe('a picture without a recipe', () => {
  it('becomes the source where it was dropped, and says that it carries none', async () => {
    const { images } = await opened({ hasSource: true });
    drop(plain);
    expect(
      await screen.findByText('plain.png has no Brushfleet recipe, so it is used as the source'),
    ).toBeTruthy();
    expect(images).toEqual(['plain.png']);
  });

  it('chosen for its recipe changes nothing, and says why', async () => {
    const { draft, images } = await opened({ hasSource: true });
    const before = draft();
    fireEvent.change(screen.getByLabelText('Picture with a recipe'), { target: { files: [plain] } });
    expect(await screen.findByText(/^plain.png has no Brushfleet recipe: choose/)).toBeTruthy();
    expect(draft()).toEqual(before);
    expect(images).toEqual([]);
  });
});

it('a ratio and a size are taken over where the model offers them; what it does not offer is told', async () => {
  const { model } = await renderApp('full', <p />);
  const { models } = model.live.getState();
  const able = models.find(({ ratios, sizes }) => ratios.includes('16:9') && sizes.includes('2K'));
  const of = (settings: RecipeNote['settings']) =>
    fitRecipe({ ...NOTE, provider: 'google_genai', model: able?.id ?? '', settings }, models);
  const fitting = of({ task: 't2i', aspectRatio: '16:9', imageSize: '2K' });
  expect(fitting.part).toMatchObject({ task: 't2i', aspectRatio: '16:9', imageSize: '2K', quality: '' });
  expect(fitting.left).toEqual([]);
  const { part, left } = of({ task: 'edit', aspectRatio: '7:3', width: 123, height: 45, quality: 'high' });
  expect(part).toMatchObject({ aspectRatio: '', imageSize: '', quality: '' });
  expect(left).toEqual(['ratio 7:3', 'size 123x45', 'quality high']);
});
