/** What a reviewer says of a result. */
import { z } from 'zod';
import { gallerySelectionSchema } from './gallery';
import { suspicionKindSchema } from './measures';

export const verdictSchema = z.enum(['accepted', 'rejected']);
export type Verdict = z.infer<typeof verdictSchema>;

export const reviewSchema = z.object({
  /** Absent: it is not judged, though it may be rated or noted. */
  verdict: verdictSchema.optional(),
  rating: z.number().int().min(1).max(5).optional(),
  /** Why it was rejected. */
  reasons: z.array(z.string().trim().min(1).max(60)).max(20),
  note: z.string().max(5000),
});
export type Review = Readonly<z.infer<typeof reviewSchema>>;

export const NO_REVIEW: Review = { reasons: [], note: '' };

/** Which results of a run are looked at; `unset`: those without a verdict. */
export const reviewFilterSchema = z.enum(['all', 'unset', 'accepted', 'rejected']);
export type ReviewFilter = z.infer<typeof reviewFilterSchema>;

/** Whose results are looked at. */
export const reviewSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), runId: z.number().int().positive() }),
  /** Of any runs: those chosen in the gallery, or all that a query finds. */
  z.object({ kind: z.literal('selection'), selection: gallerySelectionSchema }),
]);
export type ReviewSource = Readonly<z.infer<typeof reviewSourceSchema>>;

/** As the run (or the gallery) has them, or the most suspicious first. */
export const reviewOrderSchema = z.enum(['source', 'suspicious']);
export type ReviewOrder = z.infer<typeof reviewOrderSchema>;

/** What is to be looked at, and in which order. */
export const reviewQuestionSchema = z.object({
  source: reviewSourceSchema,
  filter: reviewFilterSchema,
  order: reviewOrderSchema,
  /** Only results that look suspicious in this way; `any`: in any way. */
  suspicion: z.union([suspicionKindSchema, z.literal('any')]).optional(),
});
export type ReviewQuestion = Readonly<z.infer<typeof reviewQuestionSchema>>;
export type SuspicionFilter = NonNullable<ReviewQuestion['suspicion']>;

/** Results of a run by what was said of them. */
export const reviewCountsSchema = z.object({
  accepted: z.number().int(),
  rejected: z.number().int(),
  unset: z.number().int(),
});
export type ReviewCounts = Readonly<z.infer<typeof reviewCountsSchema>>;

/** Of a source: what was said, and how many look suspicious in which way. */
export const reviewSumSchema = reviewCountsSchema.extend({
  suspicions: z.partialRecord(suspicionKindSchema, z.number().int()),
  /** Suspicious in any way. */
  suspicious: z.number().int(),
  /** Measured so far: of the others nobody knows yet whether they are suspicious. */
  measured: z.number().int(),
});
export type ReviewSum = Readonly<z.infer<typeof reviewSumSchema>>;

/** A result of a job: the one it shows, or an earlier one. What is absent is not known. */
export const versionSchema = z.object({
  resultId: z.number().int(),
  isCurrent: z.boolean(),
  width: z.number().int(),
  height: z.number().int(),
  /** media:// addresses. */
  thumbnail: z.string(),
  view: z.string(),
  instruction: z.string().optional(),
  review: reviewSchema.optional(),
  model: z.string().optional(),
  endpointName: z.string().optional(),
  costUsd: z.number().optional(),
  /** Wall clock, ms. */
  madeAt: z.number().optional(),
});
export type Version = Readonly<z.infer<typeof versionSchema>>;

/** Results of which nobody knows yet whether they look suspicious. */
export function unmeasured({ accepted, rejected, unset, measured }: ReviewSum): number {
  return accepted + rejected + unset - measured;
}

/** Offered as chips after a rejection; a user may write others. */
const PICTURE_REASONS: readonly string[] = [
  'Wrong object',
  'Artifacts',
  'Identity changed',
  'Instruction ignored',
  'Background changed',
  'Text wrong',
  'Wrong style',
  'Unchanged',
  'Cut off',
];

/** The same of an answer. */
const ANSWER_REASONS: readonly string[] = [
  'Wrong',
  'Made up',
  'Incomplete',
  'Instruction ignored',
  'Wrong format',
  'Too long',
  'Too short',
  'Wrong tone',
  'Wrong language',
];

export function rejectionReasons(isText: boolean): readonly string[] {
  return isText ? ANSWER_REASONS : PICTURE_REASONS;
}

export function isNoReview({ verdict, rating, reasons, note }: Review): boolean {
  return verdict === undefined && rating === undefined && reasons.length === 0 && note.trim() === '';
}
