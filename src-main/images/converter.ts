/** Whole pictures in other forms, made where previews are decoded: strangers' bytes never meet the main thread. */
import { basename } from 'node:path';
import { workerPath } from '../worker-path';
import type { StartDecoder } from './thumbnail-job';
import { threadHost } from './worker-host';
import { createDecoderPool, type DecodeOutcome } from './decoder-pool';
import type { PictureForm } from './thumbnail-job';

export type { PictureForm };

export interface ConvertOrder {
  /** Absolute. */
  readonly source: string;
  /** Written whole, over what is there. */
  readonly target: string;
  readonly form: PictureForm;
  /** Longest side in pixels; absent: as large as it is. */
  readonly size?: number;
}

export type Converted = { readonly kind: 'ok' } | { readonly kind: 'failed'; readonly sentence: string };

export interface Converter {
  /** Upright, and of an animation the first picture. Never rejects. */
  convert(order: ConvertOrder): Promise<Converted>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 120_000;
const LIMIT_PIXELS = 120_000_000;
/** Larger than any picture within the limit is on one side. */
const NO_RESIZE = 65_535;

export function createConverter({ start }: { readonly start?: StartDecoder | undefined }): Converter {
  const pool = createDecoderPool({
    threads: 1,
    timeoutMs: TIMEOUT_MS,
    start: start ?? threadHost(workerPath('image-worker')),
  });
  return {
    async convert({ source, target, form, size = NO_RESIZE }) {
      const outcome = await pool.decode({
        source,
        target,
        size,
        as: form,
        isLossless: false,
        limitPixels: LIMIT_PIXELS,
      });
      return outcome === 'ok'
        ? { kind: 'ok' }
        : { kind: 'failed', sentence: SENTENCES[outcome](basename(source)) };
    },
    close: pool.close,
  };
}

const SENTENCES: Readonly<Record<Exclude<DecodeOutcome, 'ok'>, (name: string) => string>> = {
  too_many_pixels: (name) => `"${name}" has more than 120 million pixels: save it as it is.`,
  unreadable: (name) =>
    `"${name}" cannot be converted, or there is no room where it is to be saved: save it as it is.`,
  timeout: (name) => `"${name}" took longer than two minutes to convert: save it as it is.`,
  dropped: (name) => `"${name}" was not converted, because too many were asked for at once: try again.`,
  closed: (name) => `"${name}" was not converted, because the program is closing.`,
};
