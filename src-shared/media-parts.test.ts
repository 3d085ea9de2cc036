import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MediaFile, mediaOfItem, mediaOfRow, placeMedia } from './media-parts';
import { mediumSchema } from './model/text';

const image = (reference: string): MediaFile => ({ medium: 'image', reference });
const audio = (reference: string): MediaFile => ({ medium: 'audio', reference });
const video = (reference: string): MediaFile => ({ medium: 'video', reference });

function placed(text: string, files: readonly MediaFile[]): readonly string[] {
  const found = placeMedia(text, files);
  if (found.kind === 'refused') throw new Error(found.sentence);
  return found.parts.map((part) => (part.kind === 'text' ? part.text : `[${part.reference}]`));
}

function sentence(found: { kind: string; sentence?: string }): string {
  return found.kind === 'refused' ? (found.sentence ?? '') : '';
}

describe('media among the words', () => {
  it('without tokens stand before them: images, videos, audios', () => {
    expect(placed('What is it?', [audio('a'), video('v'), image('i'), audio('b')])).toEqual([
      '[i]',
      '[v]',
      '[a]',
      '[b]',
      'What is it?',
    ]);
  });

  it('stand exactly where tokens say, each medium counted for itself', () => {
    const files = [image('i1'), image('i2'), audio('a1'), video('v1')];
    expect(placed('Compare <image> with <image>, hear <audio> and see <video>.', files)).toEqual([
      'Compare ',
      '[i1]',
      ' with ',
      '[i2]',
      ', hear ',
      '[a1]',
      ' and see ',
      '[v1]',
      '.',
    ]);
  });

  it('that no token takes come behind the words: images, audios, videos', () => {
    const files = [video('v1'), video('v2'), audio('a1'), image('i1')];
    expect(placed('<video> first', files)).toEqual(['[v1]', ' first', '[i1]', '[a1]', '[v2]']);
  });

  it('leave no blank pieces between them, and the words as they are', () => {
    expect(placed('<audio> \n <audio>  two  spaces ', [audio('a'), audio('b')])).toEqual([
      '[a]',
      '[b]',
      '  two  spaces ',
    ]);
    expect(placed('  ', [image('i')])).toEqual(['[i]']);
    expect(placed('', [])).toEqual([]);
  });

  it.each([
    ['<image>', [audio('a')], 'The prompt places one image with <image>, and none is given'],
    ['<audio> and <audio>', [audio('a')], 'places 2 audio files with <audio>, and only one is given'],
    ['<video><video><video>', [video('a'), video('b')], 'places 3 videos with <video>, and only 2 are given'],
  ])('that %s asks for and nobody gave are named', (text, files, words) => {
    expect(sentence(placeMedia(text, files))).toContain(words);
  });

  it('leaves tags alone that are no tokens', () => {
    expect(placed('a <b>bold</b> <images> <Audio>', [])).toEqual(['a <b>bold</b> <images> <Audio>']);
  });

  it('are each there exactly once, whatever the words, and the words are all there', () => {
    const files = fc.array(fc.tuple(fc.constantFrom(...mediumSchema.options), fc.nat()), { maxLength: 8 });
    const words = fc.array(fc.constantFrom('<image>', '<audio>', '<video>', ' a ', 'b', '', '\n'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(files, words, (given, pieces) => {
        const all = given.map(([medium], at): MediaFile => ({ medium, reference: `${medium} ${at}` }));
        const text = pieces.join('');
        const found = placeMedia(text, all);
        const tooMany = mediumSchema.options.some(
          (medium) =>
            text.split(`<${medium}>`).length - 1 > all.filter((file) => file.medium === medium).length,
        );
        expect(found.kind).toBe(tooMany ? 'refused' : 'ok');
        if (found.kind === 'ok') {
          const media = found.parts.flatMap((part) => (part.kind === 'media' ? [part.reference] : []));
          expect(media.toSorted()).toEqual(all.map(({ reference }) => reference).toSorted());
          for (const medium of mediumSchema.options) {
            // In their own order, too.
            expect(media.filter((one) => one.startsWith(medium))).toEqual(
              all.filter((file) => file.medium === medium).map(({ reference }) => reference),
            );
          }
          const said = found.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
          expect(said.replaceAll(/\s/g, '')).toBe(text.replaceAll(/<(image|audio|video)>|\s/g, ''));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the media of a row', () => {
  it('are named one by one or as lists: URLs, paths, bytes', () => {
    expect(
      mediaOfRow({
        prompt: 'x',
        video_path: '["b.mp4", "c, d.mp4"]',
        video_url: 'https://youtu.be/x',
        audio_path: 'a, with comma.mp3',
        audio_bytes: 'UklGRg==',
      }),
    ).toEqual({
      kind: 'ok',
      files: [
        audio('a, with comma.mp3'),
        audio('data:application/octet-stream;base64,UklGRg=='),
        video('https://youtu.be/x'),
        video('b.mp4'),
        video('c, d.mp4'),
      ],
    });
  });

  it('have images by the alias rule, or by the columns named', () => {
    const fields = {
      image_url: 'a.png|b.png',
      image_2: 'c.png',
      photo: 'd.png',
      image_bytes: 'embedded:x.png',
    };
    expect(mediaOfRow(fields)).toMatchObject({
      files: [image('a.png'), image('b.png'), image('c.png'), image('embedded:x.png')],
    });
    expect(mediaOfRow(fields, ['photo'])).toMatchObject({ files: [image('d.png'), image('embedded:x.png')] });
  });

  it('keep their own MIME type and times, counted over URLs, paths and bytes together', () => {
    const found = mediaOfRow({
      audio_path: 'a.bin',
      audio_bytes: '["AAAA","BBBB"]',
      audio_mime_type: '["audio/wav","","audio/flac"]',
      video_url: 'https://x.y/v.mp4',
      video_path: 'w.mp4',
      video_mime_type: 'video/mp4',
      video_metadata: '[null, {"start_offset": "1250s", "end_offset": 1570, "fps": 5}]',
    });
    expect(found).toEqual({
      kind: 'ok',
      files: [
        { medium: 'audio', reference: 'a.bin', mimeType: 'audio/wav' },
        { medium: 'audio', reference: 'data:application/octet-stream;base64,AAAA' },
        { medium: 'audio', reference: 'data:application/octet-stream;base64,BBBB', mimeType: 'audio/flac' },
        { medium: 'video', reference: 'https://x.y/v.mp4', mimeType: 'video/mp4' },
        {
          medium: 'video',
          reference: 'w.mp4',
          mimeType: 'video/mp4',
          video: { startOffset: '1250s', endOffset: '1570s', fps: 5 },
        },
      ],
    });
  });

  it.each([
    [{ audio_path: 'a', audio_mime_type: '["audio/wav","audio/mp3"]' }, 'audio_mime_type lists 2'],
    [{ video_path: 'v', video_metadata: '{"start_offset": "at noon"}' }, 'video_metadata must be'],
    [{ video_path: 'v', video_metadata: 'later' }, 'video_metadata must be'],
    [{ video_path: 'v', video_metadata: '{"fps": 0}' }, 'video_metadata must be'],
    [{ video_path: 'v', video_metadata: '{"begin": "1s"}' }, 'video_metadata must be'],
  ])('are refused where they contradict themselves: %j', (fields, words) => {
    expect(sentence(mediaOfRow(fields))).toContain(words);
  });

  it('are none where the cells are blank', () => {
    expect(mediaOfRow({ audio_path: ' ', video_metadata: '', image: '' })).toEqual({ kind: 'ok', files: [] });
  });
});

describe('the media of an item', () => {
  it('are all that it names', () => {
    expect(
      mediaOfItem({
        image_path: 'i.png',
        image_url: ['https://x.y/j.png'],
        image_mime_type: ['image/jpeg', 'image/png'],
        video_path: ['v.mp4', 'w.mp4'],
        video_metadata: { startOffset: '3s' },
      }),
    ).toEqual({
      kind: 'ok',
      files: [
        { medium: 'image', reference: 'https://x.y/j.png', mimeType: 'image/jpeg' },
        { medium: 'image', reference: 'i.png', mimeType: 'image/png' },
        { medium: 'video', reference: 'v.mp4', video: { startOffset: '3s' } },
        { medium: 'video', reference: 'w.mp4', video: { startOffset: '3s' } },
      ],
    });
  });
});
