import { describe, expect, it } from 'vitest';
import { askOfItem } from './item-ask';
import type { PromptItem } from './types';

const model = { provider: 'google_genai', model: 'talker' } as const;

function partsOf(item: PromptItem) {
  const asked = askOfItem(item, { model });
  return asked.kind === 'ok' ? asked.ask.messages[0]?.parts : asked.sentence;
}

describe('an item as a request', () => {
  it('places each file where its token stands, with its own MIME type and metadata', () => {
    expect(
      partsOf({
        prompt: 'First <audio> then <video> and <audio>',
        audio_path: ['audio1.mp3', 'audio2.wav'],
        audio_mime_type: ['audio/mp3', 'audio/wav'],
        video_path: 'video1.mp4',
        video_metadata: [{ start_offset: '1250s', end_offset: '1570s', fps: 5 }],
      }),
    ).toEqual([
      { kind: 'text', text: 'First ' },
      { kind: 'media', medium: 'audio', reference: 'audio1.mp3', mimeType: 'audio/mp3' },
      { kind: 'text', text: ' then ' },
      {
        kind: 'media',
        medium: 'video',
        reference: 'video1.mp4',
        video: { startOffset: '1250s', endOffset: '1570s', fps: 5 },
      },
      { kind: 'text', text: ' and ' },
      { kind: 'media', medium: 'audio', reference: 'audio2.wav', mimeType: 'audio/wav' },
    ]);
  });

  it('may have files and no words', () => {
    expect(partsOf({ image_path: 'a.png' })).toEqual([
      { kind: 'media', medium: 'image', reference: 'a.png' },
    ]);
    expect(partsOf({ prompt: ' ' })).toContain('Empty prompt provided');
  });

  it('takes system prompt and schema of its own before those of all', () => {
    const schema = { type: 'object' };
    const defaults = { model, system: 'of all', schema: '{"type":"array"}' };
    expect(askOfItem({ prompt: 'a', system_prompt: 'own', schema }, defaults)).toMatchObject({
      ask: { system: 'own', answer: { kind: 'json', schema: '{"type":"object"}' } },
    });
    expect(askOfItem({ prompt: 'a' }, defaults)).toMatchObject({
      ask: { system: 'of all', answer: { kind: 'json', schema: '{"type":"array"}' } },
    });
  });
});
