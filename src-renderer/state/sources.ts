/** The ways a dataset comes to be. Each ends on the New run screen, filled in; a refusal stays there as a sentence. */
import type { Grant } from '@shared/contract';
import type { Dataset } from '@shared/model/run';
import type { AppModel } from './app-model';
import { draftFor } from './new-run-draft';
import { sentenceOf } from './refusal';
import { show } from './ui-store';

/** The border takes this many pictures at once; a folder takes any number. */
const MOST_IMAGES = 200;

export async function openDataset(model: AppModel, open: () => Promise<Dataset>): Promise<void> {
  show(model.ui, { kind: 'newRun' });
  model.ui.setState({ source: { kind: 'opening' } });
  try {
    const dataset = await open();
    model.accept({ kind: 'dataset', dataset });
    model.draft.setState(draftFor(dataset, model.live.getState()), true);
    model.ui.setState({ source: { kind: 'idle' } });
  } catch (error) {
    model.ui.setState({ source: { kind: 'refused', sentence: sentenceOf(error) } });
  }
}

export async function openGrant(model: AppModel, grant: Grant): Promise<void> {
  await openDataset(model, () => model.backend.client.datasets.open({ grant: grant.token }));
}

export async function openSample(model: AppModel): Promise<void> {
  await openDataset(model, () => model.backend.client.datasets.sample());
}

export async function openImages(model: AppModel, images: readonly File[]): Promise<void> {
  await openDataset(model, () => {
    if (images.length > MOST_IMAGES) {
      throw new Error(
        `These are ${images.length} pictures; put more than ${MOST_IMAGES} into a folder and open that.`,
      );
    }
    const name = images.length === 1 ? (images[0]?.name ?? 'picture') : `${images.length} pictures`;
    return model.backend.client.datasets.fromImages({ name, images: [...images] });
  });
}

export async function openPrompts(model: AppModel, prompts: string): Promise<void> {
  await openDataset(model, () =>
    model.backend.client.datasets.fromPrompts({ name: nameOfPrompts(prompts), prompts }),
  );
}

export async function pickSource(model: AppModel, purpose: 'dataset' | 'imageFolder'): Promise<void> {
  const grant = await model.backend.client.files.pick({ purpose });
  if (grant !== null) {
    await openGrant(model, grant);
  }
}

/** The prompts of a pasted text: its lines that are not blank. */
export function promptLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const NAME_LENGTH = 32;

function nameOfPrompts(prompts: string): string {
  const first = promptLines(prompts)[0] ?? 'prompts';
  return first.length <= NAME_LENGTH ? first : `${first.slice(0, NAME_LENGTH - 1).trimEnd()}…`;
}
