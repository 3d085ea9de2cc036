/** What thumbnailer and worker say to each other. Types only: the worker must load without anything of ours. */

export interface ThumbnailJob {
  readonly id: number;
  readonly source: string;
  /** Longest side, in pixels. */
  readonly size: number;
  /** Written beside and renamed, so that it is whole or not there. */
  readonly target: string;
  readonly timeoutSeconds: number;
  /** Images of more are refused by their header, before a pixel is decoded. */
  readonly limitPixels: number;
}

export type ThumbnailAnswer =
  | { readonly id: number; readonly kind: 'ok' }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: 'too_many_pixels' | 'unreadable' };
