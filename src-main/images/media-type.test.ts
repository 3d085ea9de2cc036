import { describe, expect, it } from 'vitest';
import type { Medium } from '@shared/model/text';
import { png } from '../providers/testing/calls';
import { mediaType } from './media-type';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    Buffer.alloc(64),
  ]);

const WAV = bytes('RIFF', [0, 0, 0, 0], 'WAVEfmt ');
const MP3 = bytes('ID3', [3, 0, 0, 0, 0, 0, 10]);
const MP3_FRAME = bytes([0xff, 0xfb, 0x90, 0x64]);
const AAC = bytes([0xff, 0xf1, 0x50, 0x80]);
const OGG = bytes('OggS');
const FLAC = bytes('fLaC');
const MP4 = bytes([0, 0, 0, 24], 'ftypisom');
const MOV = bytes([0, 0, 0, 20], 'ftypqt  ');
const WEBM = bytes([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86], 'B\x82\x84webm');
const MPEG = bytes([0, 0, 1, 0xba, 0x44]);
const AVI = bytes('RIFF', [0, 0, 0, 0], 'AVI LIST');

function typeOf(data: Uint8Array, medium: Medium, mimeType?: string): string {
  const found = mediaType(data, { medium, mimeType }, 'file');
  return found.kind === 'ok' ? found.mimeType : found.failure.message;
}

describe('what a file is sent as', () => {
  it.each([
    [WAV, 'audio', 'audio/wav'],
    [MP3, 'audio', 'audio/mp3'],
    [MP3_FRAME, 'audio', 'audio/mp3'],
    [AAC, 'audio', 'audio/aac'],
    [OGG, 'audio', 'audio/ogg'],
    [FLAC, 'audio', 'audio/flac'],
    [MP4, 'audio', 'audio/mp4'],
    [MP4, 'video', 'video/mp4'],
    [MOV, 'video', 'video/quicktime'],
    [WEBM, 'video', 'video/webm'],
    [MPEG, 'video', 'video/mpeg'],
    [AVI, 'video', 'video/x-msvideo'],
    [png(4), 'image', 'image/png'],
  ] as const)('is what its first bytes say', (data, medium, type) => {
    expect(typeOf(data, medium)).toBe(type);
  });

  it('may be named by any of its names', () => {
    expect(typeOf(MP3, 'audio', 'audio/mpeg')).toBe('audio/mp3');
    expect(typeOf(WAV, 'audio', 'Audio/X-WAV; rate=16000')).toBe('audio/wav');
    expect(typeOf(MOV, 'video', 'video/mp4')).toBe('video/quicktime');
    expect(typeOf(png(4), 'image', 'image/png')).toBe('image/png');
  });

  it.each([
    [WAV, 'audio', 'audio/mp3', 'is named "audio/mp3", but its bytes are audio/wav'],
    [bytes('hello, this is text'), 'audio', 'audio/mp3', 'but its bytes are something else'],
    [MP4, 'audio', 'video/mp4', 'is given as an audio file, but its MIME type is named "video/mp4"'],
    [png(4), 'image', 'image/jpeg', 'but its bytes are image/png'],
  ] as const)('is refused when its name contradicts its bytes', (data, medium, type, words) => {
    expect(typeOf(data, medium, type)).toContain(words);
  });

  it.each([
    [bytes('hello, this is text'), 'audio', 'is not an audio file'],
    [WAV, 'video', 'is not a video'],
    [png(4), 'video', 'is not a video'],
    [bytes([0, 0, 0, 20], 'ftypheic'), 'video', 'is not a video'],
    [MP4, 'image', 'is not an image'],
  ] as const)('is refused when it is nothing of its medium', (data, medium, words) => {
    expect(typeOf(data, medium)).toContain(words);
  });

  it('is what its name says where its bytes tell nothing', () => {
    expect(typeOf(bytes('#!AMR\n'), 'audio', 'audio/amr')).toBe('audio/amr');
  });
});
