/**
 * The rules between the fields of a cinematic story, besides their types. They are those of the earlier
 * story service, whose callers this one serves. Pure.
 */
import { type Story, storySchema } from './story';

export interface StoryRules {
  /** One of them is the narrator's voice; absent: any will do. */
  readonly voices?: readonly string[];
}

const MOST_TITLE = 100;
const MOST_DESCRIPTION = 4000;
const MOST_HASHTAGS = 100;
const HASHTAGS = 10;
const MOST_TWEET = 240;
const UNFIT_FOR_FILES = /[\\/:*?"<>|]|\p{Cc}/u;

/** One sentence for each rule that is broken, with the field; empty: it is a story. */
export function storyProblems(value: unknown, rules: StoryRules = {}): readonly string[] {
  const parsed = storySchema.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map(
      ({ path, message }) =>
        `${path.map((step) => `/${String(step)}`).join('') || 'The answer'}: ${message}.`,
    );
  }
  const story = parsed.data;
  return [
    ...lengthProblems(story),
    ...characterProblems(story),
    ...sceneProblems(story),
    ...chapterProblems(story),
    ...voiceProblems(story, rules),
  ];
}

function lengthProblems(story: Story): string[] {
  const tags = story.youtube_video_hashtags.split(/\s+/).filter(Boolean);
  return [
    ...below('youtube_video_title', story.youtube_video_title, MOST_TITLE),
    ...below('youtube_video_description', story.youtube_video_description, MOST_DESCRIPTION),
    ...below('youtube_video_hashtags', story.youtube_video_hashtags, MOST_HASHTAGS),
    ...below('tweet', story.tweet, MOST_TWEET),
    ...(tags.length > HASHTAGS
      ? [`/youtube_video_hashtags: ${tags.length} hashtags, at most ${HASHTAGS} are allowed.`]
      : []),
    ...lowercase('/youtube_video_hashtags', story.youtube_video_hashtags),
    ...lowercase('/scene_audio_language', story.scene_audio_language),
    ...(UNFIT_FOR_FILES.test(story.story_title)
      ? ['/story_title: holds characters that no file or folder may have in its name.']
      : []),
  ];
}

function below(field: string, text: string, most: number): string[] {
  return text.length < most ? [] : [`/${field}: ${text.length} characters, it must be below ${most}.`];
}

function lowercase(path: string, text: string): string[] {
  return text === text.toLowerCase() ? [] : [`${path}: "${text}" must be lowercase.`];
}

function characterProblems(story: Story): string[] {
  const characters = story.character_list;
  const names = namesOf(story);
  const [main] = characters;
  return [
    ...repeated(characters.map(({ character_number }) => character_number)).map(
      (number) => `/character_list: character_number ${number} appears more than once.`,
    ),
    ...repeated(characters.map(({ character_name }) => character_name)).map(
      (name) => `/character_list: the name "${name}" appears more than once.`,
    ),
    ...characters.flatMap(({ character_name }, at) =>
      lowercase(`/character_list/${at}/character_name`, character_name),
    ),
    ...(same(main?.character_name ?? '', story.narrator_name)
      ? ['/character_list/0: the first is the main character, and must not be the narrator.']
      : []),
    ...(characters.some(({ character_name }) => same(character_name, story.narrator_name))
      ? []
      : [`/narrator_name: "${story.narrator_name}" is not one of the characters.`]),
    ...story.cover_image_characters.flatMap((name, at) =>
      known(names, name, `/cover_image_characters/${at}`),
    ),
  ];
}

function sceneProblems(story: Story): string[] {
  const names = namesOf(story);
  return story.scene_list.flatMap((scene, at) => {
    const path = `/scene_list/${at}`;
    const { scene_major_character: major, scene_other_characters: others } = scene;
    return [
      ...(scene.scene_number === at + 1
        ? []
        : [`${path}/scene_number: is ${scene.scene_number}, numbers go on from 1 without gaps.`]),
      ...known(names, major, `${path}/scene_major_character`),
      ...(same(major, story.narrator_name)
        ? [`${path}/scene_major_character: must not be the narrator.`]
        : []),
      ...others.flatMap((name, index) => known(names, name, `${path}/scene_other_characters/${index}`)),
    ];
  });
}

/** Every scene is told in one chapter, and every chapter tells scenes that there are. */
function chapterProblems(story: Story): string[] {
  const scenes = new Set(story.scene_list.map(({ scene_number }) => scene_number));
  const told = story.chapter_list.flatMap(({ chapter_scene_list }) => chapter_scene_list);
  return [
    ...story.chapter_list.flatMap(({ chapter_number }, at) =>
      chapter_number === at + 1
        ? []
        : [`/chapter_list/${at}/chapter_number: is ${chapter_number}, numbers go on from 1 without gaps.`],
    ),
    ...told
      .filter((number) => !scenes.has(number))
      .map((number) => `/chapter_list: scene ${number} is not one of the scenes.`),
    ...repeated(told).map((number) => `/chapter_list: scene ${number} is told more than once.`),
    ...[...scenes]
      .filter((number) => !told.includes(number))
      .map((number) => `/chapter_list: scene ${number} is in no chapter.`),
  ];
}

function voiceProblems({ narrator_voice_id: voice }: Story, { voices }: StoryRules): string[] {
  return voices === undefined || voices.includes(voice)
    ? []
    : [`/narrator_voice_id: "${voice}" is not one of the voices given (${voices.slice(0, 20).join(', ')}).`];
}

function namesOf({ character_list: characters }: Story): ReadonlySet<string> {
  return new Set(characters.map(({ character_name }) => character_name));
}

function known(names: ReadonlySet<string>, name: string, path: string): string[] {
  return names.has(name) ? [] : [`${path}: "${name}" is not one of the characters.`];
}

function same(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
