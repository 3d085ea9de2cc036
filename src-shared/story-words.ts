/** What a model is told of a story besides its schema: the rules that a schema cannot say (story-rules.ts checks them). */

const RULES = [
  'Write a cinematic story as JSON that fits the given schema; all fields are required.',
  'character_list has at most 20 characters, numbered from 1, their names in lowercase; the first is the main character, who is not the narrator; main characters are present in two scenes or more.',
  'narrator_name is a character of the story; scene_major_character is exactly one name of character_list and never the narrator; scene_other_characters and cover_image_characters are names of character_list, in lowercase.',
  'chapter_list and scene_list are numbered from 1 without gaps; each scene belongs to exactly one chapter, by its number in chapter_scene_list.',
  'Descriptions of images are complete prompts for an image model; the cover shows the main character and the title.',
  'scene_audio_script is about a minute of narration and does not repeat earlier scenes; is_intentional_repetition is "yes" only where a repetition is meant.',
  'youtube_video_title has fewer than 100 characters, youtube_video_description fewer than 4000, youtube_video_hashtags at most 10 lowercase hashtags and fewer than 100 characters, tweet fewer than 240.',
] as const;

/** A system prompt. `voices`: one of them is the narrator's, and fits the gender. */
export function storyWords(voices?: readonly string[]): string {
  return voices === undefined
    ? RULES.join('\n')
    : [...RULES, `narrator_voice_id is one of this voice_id_list: ${voices.join(', ')}.`].join('\n');
}
