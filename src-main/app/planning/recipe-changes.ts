/** What differs between two recipes, in words: what a person is asked about before runs are mixed. */
import type { Recipe } from '@shared/model/run';

type Read = (recipe: Recipe) => unknown;

/** Under which names each field of a recipe is compared; a new field has to say here whether it changes what is asked. */
const COMPARED: Readonly<Record<keyof Recipe, Readonly<Record<string, Read>>>> = {
  task: { task: ({ task }) => task },
  models: {
    model: ({ models }) => models.map(({ provider, model }) => `${provider}/${model}`).join(', '),
  },
  instruction: { instruction: ({ instruction }) => instruction },
  imageColumns: { 'image columns': ({ imageColumns }) => imageColumns },
  maskColumn: { 'mask column': ({ maskColumn }) => maskColumn },
  aspectRatio: { 'aspect ratio': ({ aspectRatio }) => aspectRatio },
  imageSize: { 'image size': ({ imageSize }) => imageSize },
  quality: { quality: ({ quality }) => quality },
  width: { width: ({ width }) => width },
  height: { height: ({ height }) => height },
  variants: { 'images per prompt': ({ variants }) => variants },
  outputNameColumn: { 'output name column': ({ outputNameColumn }) => outputNameColumn },
  // What is shown on the way does not change the picture at its end.
  partialImages: {},
  text: {
    'system prompt': ({ text }) => text?.system || undefined,
    'generation options': ({ text }) => text?.generation,
    'kind of answer': ({ text }) => text?.answer.kind,
  },
};

/** One phrase for each difference; empty when both ask for the same. */
export function recipeChanges(before: Recipe, after: Recipe): readonly string[] {
  const changes = Object.values(COMPARED)
    .flatMap((reads) => Object.entries(reads))
    .flatMap(([name, read]) =>
      isSame(read(before), read(after))
        ? []
        : [`${name} (was ${shown(read(before))}, now ${shown(read(after))})`],
    );
  const [was, is] = [before.text?.answer, after.text?.answer];
  // Schemas and lists of voices are too long to be shown.
  return was?.kind === is?.kind && !isSame(was, is)
    ? [...changes, is?.kind === 'story' ? 'voices' : 'schema']
    : changes;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) {
    return 'none';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
