/**
 * The cinematic story: fifteen fields, all required, and rules between them. They are those of the earlier
 * story service, whose callers this one serves.
 */
import { z } from 'zod';

export const storyCharacterSchema = z.object({
  character_number: z.number().int(),
  /** Lowercase; the first is the main character, not the narrator. */
  character_name: z.string().min(1),
  character_image_description: z.string().min(1),
});

export const storyChapterSchema = z.object({
  chapter_number: z.number().int(),
  chapter_name: z.string().min(1),
  chapter_scene_list: z.array(z.number().int()),
});

export const storySceneSchema = z.object({
  scene_number: z.number().int(),
  scene_name: z.string().min(1),
  scene_image_description: z.string().min(1),
  scene_major_character: z.string().min(1),
  scene_other_characters: z.array(z.string()),
  scene_audio_script: z.string(),
  is_intentional_repetition: z.enum(['yes', 'no']),
});

export const storySchema = z.object({
  illustration_style: z.string(),
  story_title: z.string().min(1),
  youtube_video_title: z.string(),
  youtube_video_description: z.string(),
  youtube_video_hashtags: z.string(),
  cover_image_description: z.string().min(1),
  narrator_name: z.string().min(1),
  narrator_gender: z.enum(['male', 'female', 'neutral']),
  narrator_voice_id: z.string(),
  cover_image_characters: z.array(z.string()),
  character_list: z.array(storyCharacterSchema).min(1).max(20),
  chapter_list: z.array(storyChapterSchema).min(1),
  scene_list: z.array(storySceneSchema).min(1),
  scene_audio_language: z.string(),
  tweet: z.string(),
});
export type Story = Readonly<z.infer<typeof storySchema>>;
