import { describe, expect, it } from 'vitest';
import type { Story } from './story';
import { storyProblems } from './story-rules';

const STORY: Story = {
  illustration_style: 'ink',
  story_title: 'The lamp',
  youtube_video_title: 'The lamp | story',
  youtube_video_description: 'A story.',
  youtube_video_hashtags: '#story #lamp',
  cover_image_description: 'a lamp',
  narrator_name: 'voice',
  narrator_gender: 'neutral',
  narrator_voice_id: 'v1',
  cover_image_characters: ['mara'],
  character_list: [
    { character_number: 1, character_name: 'mara', character_image_description: 'a woman' },
    { character_number: 2, character_name: 'voice', character_image_description: 'a window' },
  ],
  chapter_list: [{ chapter_number: 1, chapter_name: 'One', chapter_scene_list: [1, 2] }],
  scene_list: [1, 2].map((number) => ({
    scene_number: number,
    scene_name: `Scene ${number}`,
    scene_image_description: 'the sea',
    scene_major_character: 'mara',
    scene_other_characters: [],
    scene_audio_script: 'Once.',
    is_intentional_repetition: 'no' as const,
  })),
  scene_audio_language: 'english',
  tweet: 'A lamp.',
};
const [scene, second] = STORY.scene_list;

describe('a story', () => {
  it('that keeps to all rules has no problems', () => {
    expect(storyProblems(STORY)).toEqual([]);
    expect(storyProblems(STORY, { voices: ['v0', 'v1'] })).toEqual([]);
  });

  it('that lacks a field says which', () => {
    const { tweet: _tweet, ...rest } = STORY;
    expect(storyProblems(rest)[0]).toContain('/tweet');
    expect(storyProblems([])[0]).toContain('The answer');
  });

  it.each<[string, Partial<Story>, string]>([
    ['a long title', { youtube_video_title: 'x'.repeat(100) }, '/youtube_video_title'],
    ['a long description', { youtube_video_description: 'x'.repeat(4000) }, '/youtube_video_description'],
    ['too many hashtags', { youtube_video_hashtags: '#a '.repeat(11).trim() }, '11 hashtags'],
    ['hashtags in capitals', { youtube_video_hashtags: '#Story' }, 'lowercase'],
    ['a language in capitals', { scene_audio_language: 'English' }, '/scene_audio_language'],
    ['a long tweet', { tweet: 'x'.repeat(240) }, '/tweet'],
    ['a title no file may have', { story_title: 'What? A lamp' }, '/story_title'],
    ['a narrator who is no character', { narrator_name: 'nobody' }, '/narrator_name'],
    ['a stranger on the cover', { cover_image_characters: ['jonas'] }, '/cover_image_characters/0'],
    ['the narrator as main character', { narrator_name: 'mara' }, '/character_list/0'],
    [
      'the narrator in a scene',
      { scene_list: [{ ...scene!, scene_major_character: 'voice' }, second!] },
      'must not be the narrator',
    ],
    [
      'a stranger in a scene',
      { scene_list: [{ ...scene!, scene_other_characters: ['jonas'] }, second!] },
      '/scene_list/0/scene_other_characters/0',
    ],
    ['a gap in the scenes', { scene_list: [scene!, { ...second!, scene_number: 3 }] }, 'without gaps'],
    [
      'a chapter of scenes there are not',
      { chapter_list: [{ chapter_number: 1, chapter_name: 'One', chapter_scene_list: [1, 2, 9] }] },
      'scene 9 is not one of the scenes',
    ],
    [
      'a scene in no chapter',
      { chapter_list: [{ chapter_number: 1, chapter_name: 'One', chapter_scene_list: [1] }] },
      'scene 2 is in no chapter',
    ],
    [
      'a scene told twice',
      { chapter_list: [{ chapter_number: 1, chapter_name: 'One', chapter_scene_list: [1, 2, 2] }] },
      'scene 2 is told more than once',
    ],
  ])('with %s is none', (_name, change, sentence) => {
    expect(storyProblems({ ...STORY, ...change }).join(' ')).toContain(sentence);
  });

  it('with two characters of one number or name is none', () => {
    const [main] = STORY.character_list;
    const problems = storyProblems({ ...STORY, character_list: [...STORY.character_list, main!] });
    expect(problems.join(' ')).toContain('character_number 1 appears more than once');
    expect(problems.join(' ')).toContain('the name "mara" appears more than once');
  });

  it('has one of the voices that were given', () => {
    expect(storyProblems(STORY, { voices: ['v0'] })).toEqual([
      '/narrator_voice_id: "v1" is not one of the voices given (v0).',
    ]);
  });
});
