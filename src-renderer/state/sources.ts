/** The ways a dataset comes to be. Each ends on the New run screen, filled in; a refusal stays there as a sentence. */
import type { Grant } from '@shared/contract';
import { MOST_FILES } from '@shared/contract/base';
import type { Dataset } from '@shared/model/run';
import type { AppModel } from './app-model';
import { changeSource } from './change-source';
import { sentenceOf } from './refusal';
import { show, type SourceState, toast } from './ui-store';
import { formatCount } from '../ui/format';

/** Pictures that are handed over themselves; of more, main reads the files where they lie. */
export const MOST_IMAGES = 200;

/** `promised`: the number of a promise that is kept now. The form was shown then; where one has gone since, one stays. */
export async function openDataset(
  model: AppModel,
  open: () => Promise<Dataset>,
  promised?: number,
): Promise<void> {
  const { ui } = model;
  const of = promised ?? nextOf(ui.getState().source);
  if (promised === undefined) {
    show(ui, { kind: 'newRun' });
  }
  if (!isOvertaken(ui.getState().source, of)) {
    ui.setState({ source: { kind: 'opening', of } });
  }
  try {
    const dataset = await open();
    model.accept({ kind: 'dataset', dataset });
    if (!isOvertaken(ui.getState().source, of)) {
      changeSource(model, dataset);
      ui.setState({ source: { kind: 'idle', of } });
    }
  } catch (error) {
    if (!isOvertaken(ui.getState().source, of)) {
      ui.setState({ source: { kind: 'refused', of, sentence: sentenceOf(error) } });
    }
  }
}

const nextOf = ({ of = 0 }: SourceState): number => of + 1;

/** Another file was given later: the form is about that one, whichever of them is read first. */
const isOvertaken = ({ kind, of: last = 0 }: SourceState, of: number): boolean =>
  kind !== 'refused' && last > of;

/**
 * From now on the form is no longer about the file before: a start that is asked for is of the one on its way. Answers
 * the number by which that one is known once it is here.
 */
export function promiseSource({ ui }: Pick<AppModel, 'ui'>): number {
  const of = nextOf(ui.getState().source);
  ui.setState({ source: { kind: 'opening', of } });
  return of;
}

export async function openGrant(model: AppModel, grant: Grant, promised?: number): Promise<void> {
  await openDataset(model, () => model.backend.client.datasets.open({ grant: grant.token }), promised);
}

/** Pictures of the folders in it, too. */
export async function openWithFolders(model: AppModel, { id }: Dataset): Promise<void> {
  await openDataset(model, () => model.backend.client.datasets.withFolders({ datasetId: id }));
}

export async function openSample(model: AppModel): Promise<void> {
  await openDataset(model, () => model.backend.client.datasets.sample());
}

export async function openImages(model: AppModel, images: readonly File[]): Promise<void> {
  await openDataset(model, () => {
    if (images.length > MOST_IMAGES) {
      throw new Error(
        `These are ${formatCount(images.length)} pictures; more than ${MOST_IMAGES} are dropped as files, or opened as a folder.`,
      );
    }
    const name = images.length === 1 ? (images[0]?.name ?? 'picture') : `${images.length} pictures`;
    return model.backend.client.datasets.fromImages({ name, images: [...images] });
  });
}

/** Loose pictures, however many: each file is a row. */
export async function openPictures(
  model: AppModel,
  grants: readonly Grant[],
  promised?: number,
): Promise<void> {
  const request = {
    name: `${formatCount(grants.length)} pictures`,
    grants: grants.map(({ token }) => token),
  };
  await openDataset(model, () => model.backend.client.datasets.fromPictures(request), promised);
}

/** Pictures that main tells of in a moment: the number of their promise. Null: they are too many to be told of one by one. */
export function awaitPictures(model: AppModel, count: number): number | null {
  show(model.ui, { kind: 'newRun' });
  if (count > MOST_FILES) {
    const many = `These are ${formatCount(count)} pictures`;
    refuseSource(model, `${many}; drop their folder, which may hold any number.`);
    return null;
  }
  return promiseSource(model);
}

/** `of`: what was promised, and is not kept; the form tells it unless it is about a later file by now. */
export function refuseSource({ ui }: AppModel, sentence: string, of = ui.getState().source.of): void {
  if (of !== undefined && isOvertaken(ui.getState().source, of)) {
    toast(ui, sentence);
  } else {
    ui.setState({ source: { kind: 'refused', sentence, ...(of === undefined ? {} : { of }) } });
  }
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
