/**
 * A mask as what was done to make it: strokes and shapes in the source's own pixels, in order. It is drawn at whatever size
 * is needed (mask-raster.ts), and undone by leaving the last away.
 */

export interface BrushStroke {
  readonly kind: 'brush' | 'eraser';
  /** x, y and pressure (0 to 1) of each point, one after the other. */
  readonly points: readonly number[];
  readonly radiusPx: number;
  /** 0: fades from its middle; 1: a sharp edge. */
  readonly hardness: number;
}

/** A mask that came as a file, of any size of the same shape; it takes the place of all before it. */
export interface LoadedMask {
  readonly kind: 'loaded';
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Coverage, by loaded-mask.ts. */
  readonly runs: string;
}

type How = 'add' | 'subtract';

export type MaskStroke =
  | BrushStroke
  | LoadedMask
  /** Alternately x and y, in pixels of the source. */
  | { readonly kind: 'lasso'; readonly corners: readonly number[]; readonly how: How }
  /** left, top, right, bottom. */
  | { readonly kind: 'rectangle'; readonly box: readonly [number, number, number, number]; readonly how: How }
  | { readonly kind: 'invert' | 'clear' }
  /** Over how many pixels, each way, every edge fades. */
  | { readonly kind: 'feather'; readonly px: number };

export interface MaskDocument {
  /** Of the source, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly MaskStroke[];
  /** Undone, the next to be done again last. */
  readonly undone: readonly MaskStroke[];
}

export const MOST_FEATHER_PX = 500;

export function emptyMask(size: { readonly width: number; readonly height: number }): MaskDocument {
  return { width: size.width, height: size.height, strokes: [], undone: [] };
}

/** What was undone before is gone. One feather after the other is one step, so that a slider is undone at once. */
export function withStroke(document: MaskDocument, stroke: MaskStroke): MaskDocument {
  const last = document.strokes.at(-1);
  const before =
    stroke.kind === 'feather' && last?.kind === 'feather' ? document.strokes.slice(0, -1) : document.strokes;
  return { ...document, strokes: [...before, stroke], undone: [] };
}

export function undo(document: MaskDocument): MaskDocument {
  const last = document.strokes.at(-1);
  return last === undefined
    ? document
    : { ...document, strokes: document.strokes.slice(0, -1), undone: [...document.undone, last] };
}

export function redo(document: MaskDocument): MaskDocument {
  const next = document.undone.at(-1);
  return next === undefined
    ? document
    : { ...document, strokes: [...document.strokes, next], undone: document.undone.slice(0, -1) };
}

export function featherOf(document: MaskDocument): number {
  const last = document.strokes.findLast((stroke) => stroke.kind === 'feather');
  return last?.kind === 'feather' ? last.px : 0;
}

/** The strokes that still count: what stands before a clearing or a loaded mask is covered by it. */
export function livingStrokes(document: MaskDocument): readonly MaskStroke[] {
  const from = document.strokes.findLastIndex(({ kind }) => kind === 'clear' || kind === 'loaded');
  return from < 0 ? document.strokes : document.strokes.slice(from);
}

/** Whether nothing was ever marked. What was marked and erased again only drawing it tells: mask-raster.ts, mask-png.ts. */
export function isUntouched(document: MaskDocument): boolean {
  return !livingStrokes(document).some(
    (stroke) =>
      stroke.kind === 'brush' ||
      stroke.kind === 'invert' ||
      stroke.kind === 'loaded' ||
      ((stroke.kind === 'lasso' || stroke.kind === 'rectangle') && stroke.how === 'add'),
  );
}
