/**
 * The New run form, filled in from the recipe that a picture of ours carries: what was asked, of which model, in which
 * shape. It can be undone. Before there is a source the recipe waits for one.
 */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { RecipeNote } from '@shared/model/recipe-note';
import type { AppModel } from './app-model';
import { draftFor, recipePartOf, sharedChoices } from './new-run-draft';
import type { Draft, RecipePart } from './new-run-draft';
import { QUALITIES, takesQuality } from './quality';
import { sentenceOf } from './refusal';
import { openImages } from './sources';
import { toast } from './ui-store';

interface FittedRecipe {
  readonly part: RecipePart;
  /** What the model does not offer (any more), in words. */
  readonly left: readonly string[];
}

/** Only what the form can show: a ratio that its model does not offer stays out, and is told. */
export function fitRecipe(note: RecipeNote, models: readonly CatalogueModel[]): FittedRecipe {
  const { task, aspectRatio = '', quality = '' } = note.settings;
  const imageSize = sizeOf(note);
  const chosen = [{ provider: note.provider, model: note.model }];
  const { ratios, sizes } = sharedChoices(chosen, models);
  const hasRatio = ratios.includes(aspectRatio);
  const hasSize = sizes.includes(imageSize);
  const hasQuality = chosen.some(takesQuality) && QUALITIES.some((one) => one === quality);
  const left = [
    ...(aspectRatio === '' || hasRatio ? [] : [`ratio ${aspectRatio}`]),
    ...(imageSize === '' || hasSize ? [] : [`size ${imageSize}`]),
    ...(quality === '' || hasQuality ? [] : [`quality ${quality}`]),
  ];
  const part = {
    task,
    instruction: note.instruction,
    models: chosen,
    aspectRatio: hasRatio ? aspectRatio : '',
    imageSize: hasSize ? imageSize : '',
    quality: hasQuality ? quality : '',
  };
  return { part, left };
}

/** The command line names width and height apart. */
function sizeOf({ settings: { imageSize, width, height } }: RecipeNote): string {
  return imageSize ?? (width === undefined || height === undefined ? '' : `${width}x${height}`);
}

/** One sentence. */
function filledWords(name: string, { part, left }: FittedRecipe): string {
  const model = part.models.map((choice) => choice.model).join();
  const shape = [part.aspectRatio, part.imageSize, part.quality].filter((value) => value !== '');
  const rest =
    left.length === 0 ? '' : `; without ${left.join(' and ')}, which that model does not offer here`;
  return `Filled in from the recipe of ${name}: instruction, ${[model, ...shape].join(', ')}${rest}`;
}

/** A picture dropped on the form: its recipe, where it carries one; else it is the source, as anywhere. */
export async function dropOnForm(model: AppModel, picture: File): Promise<void> {
  const note = await readNote(model, picture).catch(() => null);
  if (note !== null) {
    fillIn(model, picture, note);
    return;
  }
  await openImages(model, [picture]);
  if (model.ui.getState().source.kind === 'idle') {
    toast(model.ui, `${picture.name} has no Brushfleet recipe, so it is used as the source`);
  }
}

/** Of a picture that was chosen for its recipe. Null: it filled the form in; else one sentence, and nothing changed. */
export async function fillFromRecipe(model: AppModel, picture: File): Promise<string | null> {
  try {
    const note = await readNote(model, picture);
    if (note === null) {
      return `${picture.name} has no Brushfleet recipe: choose a picture that was exported with its recipe, or the .recipe.json file beside it.`;
    }
    fillIn(model, picture, note);
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

async function readNote(model: AppModel, picture: File): Promise<RecipeNote | null> {
  return (await model.backend.client.pictures.readRecipe({ image: picture }))?.note ?? null;
}

function fillIn(model: AppModel, picture: File, note: RecipeNote): void {
  const { draft, live, ui } = model;
  const before = draft.getState();
  const fitted = fitRecipe(note, live.getState().models);
  draft.setState({
    ...fitted.part,
    recipeOf: before.datasetId === null ? picture : null,
    // Columns that are told later guess nothing over it.
    isGuessed: true,
  });
  toast(ui, filledWords(picture.name, fitted), { label: 'Undo', run: () => takeBack(model, before) });
}

/** What else was changed meanwhile stays; for another source than before, the guesses come back. */
function takeBack({ draft, live }: AppModel, before: Draft): void {
  const { datasetId } = draft.getState();
  const dataset = datasetId === null ? undefined : live.getState().datasets.get(datasetId);
  const isSame = datasetId === before.datasetId || dataset === undefined;
  const old = isSame ? before : draftFor(dataset, live.getState());
  draft.setState({ ...recipePartOf(old), recipeOf: old.recipeOf, isGuessed: old.isGuessed });
}
