/** What thumbnailer and worker say to each other. Types only: the worker must load without anything of ours. */
import type { WorkerHost } from './worker-host';

/** A whole picture in another form, in place of a preview. */
export interface PictureForm {
  readonly format: 'png' | 'jpeg' | 'webp';
  /** 1 to 100; of a PNG it says nothing. */
  readonly quality: number;
  /** `keep`: its colour profile and the same numbers; `srgb`: converted, for whoever ignores profiles. */
  readonly colour: 'keep' | 'srgb';
}

export interface ThumbnailJob {
  readonly id: number;
  readonly source: string;
  /** Longest side, in pixels. */
  readonly size: number;
  /** Written beside and renamed, so that it is whole or not there. */
  readonly target: string;
  readonly timeoutSeconds: number;
  /** Pixels as they are; else a smaller file that looks the same. */
  readonly isLossless: boolean;
  /** Absent: a WebP. */
  readonly as?: PictureForm;
  /** Images of more are refused by their header, before a pixel is decoded. */
  readonly limitPixels: number;
}

export type ThumbnailAnswer =
  | { readonly id: number; readonly kind: 'ok' }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: 'too_many_pixels' | 'unreadable' };

export type DecoderHost = WorkerHost<ThumbnailJob, ThumbnailAnswer>;
export type StartDecoder = () => DecoderHost;
