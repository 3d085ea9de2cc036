/**
 * A mask as what was done to make it: strokes and shapes in the source's own pixels, in order. It is drawn at whatever size is
 * needed (mask-raster.ts), undone by leaving the last away, and kept as JSON.
 */
import { z } from 'zod';

/** Alternately x and y, in pixels of the source. */
const corners = z.array(z.number()).readonly();

const strokeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['brush', 'eraser']),
    /** x, y and pressure (0 to 1) of each point, one after the other. */
    points: z.array(z.number()).readonly(),
    radiusPx: z.number().positive(),
    /** 0: fades from its middle; 1: a sharp edge. */
    hardness: z.number().min(0).max(1),
  }),
  z.object({ kind: z.literal('lasso'), corners, how: z.enum(['add', 'subtract']) }),
  /** left, top, right, bottom. */
  z.object({
    kind: z.literal('rectangle'),
    box: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
    how: z.enum(['add', 'subtract']),
  }),
  z.object({ kind: z.enum(['invert', 'clear']) }),
  /** Over how many pixels, each way, every edge fades. */
  z.object({ kind: z.literal('feather'), px: z.number().int().min(0).max(500) }),
  /** A mask that came as a file, of any size of the same shape; it takes the place of all before it. */
  z.object({
    kind: z.literal('loaded'),
    name: z.string(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    /** Coverage, by loaded-mask.ts. */
    runs: z.string(),
  }),
]);

const documentSchema = z.object({
  version: z.literal(1),
  /** Of the source, in pixels. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  strokes: z.array(strokeSchema).readonly(),
  /** Undone, the next to be done again last. */
  undone: z.array(strokeSchema).readonly(),
});

export type MaskStroke = Readonly<z.infer<typeof strokeSchema>>;
export type MaskDocument = Readonly<z.infer<typeof documentSchema>>;
export type BrushStroke = Extract<MaskStroke, { points: readonly number[] }>;
export type LoadedMask = Extract<MaskStroke, { kind: 'loaded' }>;

export const MOST_FEATHER_PX = 500;

export function emptyMask(size: { readonly width: number; readonly height: number }): MaskDocument {
  return { version: 1, width: size.width, height: size.height, strokes: [], undone: [] };
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

/** Null: it is no mask document, or one of a later version. */
export function parseMaskDocument(text: string): MaskDocument | null {
  try {
    return documentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
