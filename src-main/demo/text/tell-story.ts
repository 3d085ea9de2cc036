/** A small story that keeps to the cinematic schema and its rules, told of whatever it is asked about. Pure. */
import type { Story } from '@shared/story';
import type { JsonObject } from './text-request';

export function isStorySchema(schema: JsonObject): boolean {
  const properties = schema['properties'];
  return (
    typeof properties === 'object' &&
    properties !== null &&
    'scene_list' in properties &&
    'character_list' in properties
  );
}

const SCENES = [
  { name: 'The letter', what: 'finds a letter under the door on a grey morning', who: 0, other: [] },
  { name: 'The road', what: 'sets out along the coast road in low golden light', who: 0, other: [1] },
  { name: 'The storm', what: 'waits out a storm in an empty boathouse', who: 1, other: [0] },
  { name: 'The lamp', what: 'lights a lamp that can be seen from the sea', who: 0, other: [1] },
] as const;

/** @param voices the first is the narrator's; none: the demo's own */
export function tellStory(prompt: string, voices: readonly string[]): Story {
  const subject = subjectOf(prompt);
  const names = ['mara', 'old jonas', 'the narrator'] as const;
  const style = 'watercolour, soft edges, muted blues and ochres';
  return {
    illustration_style: style,
    story_title: `The ${subject} and the lamp`,
    youtube_video_title: `The ${subject} and the lamp | short story | bedtime`,
    youtube_video_description: `short story, ${subject}, sea, lamp. A small story that the demo tells of ${subject}.`,
    youtube_video_hashtags: '#story #sea #lamp',
    cover_image_description: `${names[0]} with a lamp before a dark sea, the words "The ${subject} and the lamp" above her`,
    narrator_name: names[2],
    narrator_gender: 'female',
    narrator_voice_id: voices[0] ?? 'demo-voice-1',
    cover_image_characters: [names[0]],
    character_list: [
      {
        character_number: 1,
        character_name: names[0],
        character_image_description:
          'a young woman in a yellow oilskin, short dark hair, portrait on plain ground',
      },
      {
        character_number: 2,
        character_name: names[1],
        character_image_description:
          'an old fisherman with a white beard and a blue cap, portrait on plain ground',
      },
      {
        character_number: 3,
        character_name: names[2],
        character_image_description: 'a calm voice, shown as a lit window at night',
      },
    ],
    chapter_list: [
      { chapter_number: 1, chapter_name: 'Leaving', chapter_scene_list: [1, 2] },
      { chapter_number: 2, chapter_name: 'Arriving', chapter_scene_list: [3, 4] },
    ],
    scene_list: SCENES.map(({ name, what, who, other }, at) => ({
      scene_number: at + 1,
      scene_name: name,
      scene_image_description: `${style}: ${names[who]} ${what}`,
      scene_major_character: names[who],
      scene_other_characters: other.map((index) => names[index]),
      scene_audio_script: `This is what happened with ${subject}: ${names[who]} ${what}.`,
      is_intentional_repetition: 'no',
    })),
    scene_audio_language: 'english',
    tweet: `A story of ${subject}, told by the demo.`,
  };
}

/** The first words that may stand in a title. */
function subjectOf(prompt: string): string {
  const words = prompt
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} ]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word.length > 3);
  return words.slice(0, 2).join(' ') || 'sea';
}
