/** A story that was answered, and the run that paints it. */
import type { Recipe, Run } from '@shared/model/run';
import { type Story, storySchema } from '@shared/story';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { madeDataset } from './made-dataset';
import type { TextShell } from './text-parts';
import type { Texts } from './texts';

const COLUMNS = ['index', 'name', 'kind', 'number', 'prompt'];

export async function storyOf(store: Pick<Store, 'answerOf'>, jobId: number): Promise<Story> {
  const answer = await store.answerOf(jobId);
  const parsed = answer === null ? null : storySchema.safeParse(jsonOf(answer.text));
  if (parsed?.success !== true) {
    throw new Refusal('NOT_FOUND', 'That answer is not a story.');
  }
  return parsed.data;
}

export async function storyPictures(
  store: Store,
  request: Parameters<Texts['storyPictures']>[0],
  shell: Pick<TextShell, 'start'>,
): Promise<Run> {
  const story = await storyOf(store, request.jobId);
  const rows = picturesOf(story, new Set(request.which));
  const dataset = await madeDataset(
    store,
    {
      name: `${story.story_title}, pictures`,
      format: 'jsonl',
      sourcePath: null,
      baseDir: null,
      columns: COLUMNS,
    },
    each(rows),
  );
  const { model, aspectRatio, imageSize } = request;
  const recipe: Recipe = {
    task: 't2i',
    models: [model],
    instruction: '{{prompt}}',
    imageColumns: [],
    variants: 1,
    outputNameColumn: 'name',
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
  };
  return shell.start({ name: dataset.name, datasetId: dataset.id, recipe, options: {} });
}

type Row = Readonly<Record<string, string>>;

/** In the order of the book: the cover, who is in it, and what happens. All of them in the story's own style. */
function picturesOf(story: Story, which: ReadonlySet<string>): readonly Row[] {
  const looks = new Map(
    story.character_list.map((one) => [one.character_name, one.character_image_description] as const),
  );
  const withPeople = (description: string, names: readonly string[]): string => {
    const seen = names.flatMap((name) => {
      const look = looks.get(name);
      return look === undefined ? [] : [`${name}: ${look}`];
    });
    return [
      `${story.illustration_style}.`,
      description,
      ...(seen.length === 0 ? [] : [`Characters: ${seen.join('; ')}.`]),
    ].join(' ');
  };
  const pictures = [
    {
      kind: 'cover',
      of: 'cover',
      number: 0,
      prompt: withPeople(story.cover_image_description, story.cover_image_characters),
    },
    ...story.character_list.map((one) => ({
      kind: 'character',
      of: 'characters',
      number: one.character_number,
      prompt: `${story.illustration_style}. ${one.character_image_description}`,
    })),
    ...story.scene_list.map((one) => ({
      kind: 'scene',
      of: 'scenes',
      number: one.scene_number,
      prompt: withPeople(one.scene_image_description, [
        one.scene_major_character,
        ...one.scene_other_characters,
      ]),
    })),
  ].filter(({ of }) => which.has(of));
  return pictures.map(({ kind, number, prompt }, at) => ({
    index: String(at),
    name: number === 0 ? kind : `${kind}_${String(number).padStart(2, '0')}`,
    kind,
    number: String(number),
    prompt,
  }));
}

async function* each(rows: readonly Row[]): AsyncGenerator<{ readonly fields: Row }> {
  yield* rows.map((fields) => ({ fields }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
