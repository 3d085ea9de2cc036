/** Notes and pictures for tests of what travels with a picture. */
import type { RecipeNote } from '@shared/model/recipe-note';
import sharp, { type Sharp } from 'sharp';
import { pngChunk, pngChunks } from '../png-chunks';

export function noteOf(part: Partial<RecipeNote> = {}): RecipeNote {
  return {
    brushfleet: 1,
    appVersion: '0.1.0',
    instruction: 'make "it" <red> & keep\nthe 背景 😀 at 50\t%',
    provider: 'google_genai',
    model: 'gemini-3',
    settings: { task: 'edit', aspectRatio: '16:9' },
    inputs: [{ sha256: 'a'.repeat(64), role: 'subject' }],
    sha256: 'b'.repeat(64),
    place: {
      libraryId: '00000000-0000-4000-8000-000000000001',
      runId: 3,
      resultId: 7,
      index: 12,
      variant: 1,
      treeId: 4,
      nodeId: 5,
    },
    costUsd: 0.039,
    madeAt: '2026-11-21T10:00:00.000Z',
    ...part,
  };
}

/** Noise, so that a changed pixel shows; `alpha`: with transparency. */
export function noise({ alpha = false } = {}): Sharp {
  const channels = alpha ? 4 : 3;
  const bytes = Buffer.alloc(21 * 13 * channels);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = (at * 7919) % 251;
  }
  return sharp(bytes, { raw: { width: 21, height: 13, channels } });
}

/** A PNG with a chunk of this kind before its pixels: `caBX` is where a signature lies. */
export function pngWith(png: Buffer, chunk: Buffer): Buffer {
  const at = pngChunks(png)?.find(({ type }) => type === 'IDAT')?.start ?? 0;
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
}

/** A JUMBF superbox as small as one can be: its label alone. */
const JUMBF = Buffer.concat([Buffer.from([0, 0, 0, 13]), Buffer.from('jumbc2pa\0', 'latin1')]);

export function signedPng(png: Buffer): Buffer {
  return pngWith(png, pngChunk('caBX', JUMBF));
}

export function signedJpeg(jpeg: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'), JUMBF]);
  const head = Buffer.from([0xff, 0xeb, 0, data.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

export function signedWebp(webp: Buffer): Buffer {
  const head = Buffer.from('C2PA\0\0\0\0', 'latin1');
  head.writeUInt32LE(JUMBF.length, 4);
  const body = Buffer.concat([webp.subarray(8), head, JUMBF, Buffer.alloc(JUMBF.length % 2)]);
  const riff = Buffer.from('RIFF\0\0\0\0', 'latin1');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}
