/** What is measured of a result when it lands, and what makes it suspicious. */
import { z } from 'zod';

/** The order is that of the bits in the library and never changes; new kinds come last. */
export const SUSPICION_KINDS = [
  'unchanged',
  'blank',
  'duplicate',
  'rewritten',
  'wrong_shape',
  'smaller',
  'unreadable',
] as const;
export const suspicionKindSchema = z.enum(SUSPICION_KINDS);
export type SuspicionKind = z.infer<typeof suspicionKindSchema>;

export interface SuspicionWords {
  /** Two or three words for a badge. */
  readonly title: string;
  /** One sentence. */
  readonly meaning: string;
}

export const SUSPICIONS: Readonly<Record<SuspicionKind, SuspicionWords>> = {
  unchanged: { title: 'Unchanged', meaning: 'The result is its source again: the edit was not made.' },
  blank: { title: 'Blank', meaning: 'The result is empty, or of one colour.' },
  duplicate: { title: 'Duplicate', meaning: 'Another row of the run has the same result.' },
  rewritten: {
    title: 'Rewritten',
    meaning: 'The whole picture was redrawn: hardly any of the lines of its source are left.',
  },
  wrong_shape: { title: 'Wrong shape', meaning: 'The result has another ratio than the one asked for.' },
  smaller: { title: 'Too small', meaning: 'The result has fewer pixels than were asked for.' },
  unreadable: { title: 'Unreadable', meaning: 'The result cannot be opened as a picture.' },
};

export function suspicionBit(kind: SuspicionKind): number {
  return 2 ** SUSPICION_KINDS.indexOf(kind);
}

export function suspicionBits(kinds: readonly SuspicionKind[]): number {
  return [...new Set(kinds)].reduce((sum, kind) => sum + suspicionBit(kind), 0);
}

/** Bits of kinds that a later version knows are passed over. */
export function suspicionsOf(bits: number): SuspicionKind[] {
  return SUSPICION_KINDS.filter((kind) => Math.floor(bits / suspicionBit(kind)) % 2 === 1);
}

/** What was asked for, as far as it says what must be delivered. */
export const askedSchema = z.object({
  task: z.enum(['edit', 't2i']),
  /** `16:9`. */
  aspectRatio: z.string().optional(),
  /** `1536x1024` or `2K`, as it was sent. */
  imageSize: z.string().optional(),
  /** Pixels, where they were named. */
  width: z.number().optional(),
  height: z.number().optional(),
});
export type Asked = Readonly<z.infer<typeof askedSchema>>;

/** Answer to source: a point (x, y) of the answer lies at (x * scaleX + shiftX, y * scaleY + shiftY) of the source, pixels. */
export const placementSchema = z.object({
  scaleX: z.number(),
  scaleY: z.number(),
  shiftX: z.number(),
  shiftY: z.number(),
});
export type Placement = Readonly<z.infer<typeof placementSchema>>;

/** How a result was turned against its source: mirrored left to right or not, and then turned clockwise. */
export const turnedSchema = z.object({ degrees: z.number(), isMirrored: z.boolean() });
export type Turned = Readonly<z.infer<typeof turnedSchema>>;

/** How a result stands to the first input of its row. */
export const againstSourceSchema = z.object({
  width: z.number().int(),
  height: z.number().int(),
  /** Hamming distance of the two perceptual hashes, 0 to 64. */
  hashDistance: z.number(),
  /** Of all pixels, how many differ visibly once the result lies on its source, 0 to 1. */
  changedShare: z.number(),
  /** Mean distance of those pixels that differ most (the highest thousandth), in OKLab, 0 to 1. */
  peakChange: z.number(),
  /** How many of the source's edges are still there, and the other way round; 1: all, 0: none. */
  structure: z.number(),
  placement: placementSchema,
  /** Absent: it was not. The other figures are of the result turned back. */
  turned: turnedSchema.optional(),
});
export type AgainstSource = Readonly<z.infer<typeof againstSourceSchema>>;

/** Another result of the same run that looks the same. */
const duplicateSchema = z.object({
  jobId: z.number().int(),
  row: z.number().int(),
  /** True: the very same bytes. */
  exact: z.boolean(),
  /** Hamming distance of the hashes, 0 to 64. */
  distance: z.number(),
});

export const measuresSchema = z.object({
  /** Of the way of measuring. */
  version: z.number().int(),
  /** Delivered; upright. */
  width: z.number().int(),
  height: z.number().int(),
  mimeType: z.string(),
  /** 64 bits as 16 hexadecimal digits; null: too even for one. */
  hash: z.string().nullable(),
  /** Share of the picture that has anything in it: tiles with visible contrast, 0 to 1. */
  filled: z.number(),
  /** Bits per pixel of its grey values, 0 to 8. */
  entropy: z.number(),
  asked: askedSchema,
  /** Absent: there was no source, or it could not be read (`sourceProblem`). */
  source: againstSourceSchema.optional(),
  /** One sentence. */
  sourceProblem: z.string().optional(),
  duplicate: duplicateSchema.optional(),
  /** Each with the figure that speaks for it and the bound it crossed. */
  suspicions: z.array(
    z.object({
      kind: suspicionKindSchema,
      /** How bad, 0 to 1. */
      weight: z.number(),
      figure: z.number(),
      bound: z.number(),
      /** One sentence with the figure, for a badge's description. */
      sentence: z.string(),
    }),
  ),
});
export type Measures = Readonly<z.infer<typeof measuresSchema>>;
export type Suspicion = Measures['suspicions'][number];

/** How suspicious a result is as a whole: each reason takes its share of what innocence is left. */
export function suspicionOf(suspicions: readonly Pick<Suspicion, 'weight'>[]): number {
  return 1 - suspicions.reduce((innocence, { weight }) => innocence * (1 - Math.min(1, weight)), 1);
}
