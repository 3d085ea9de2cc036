/** What a reviewer says of a result. */
import { z } from 'zod';

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

/** Results of a run by what was said of them. */
export const reviewCountsSchema = z.object({
  accepted: z.number().int(),
  rejected: z.number().int(),
  unset: z.number().int(),
});
export type ReviewCounts = Readonly<z.infer<typeof reviewCountsSchema>>;

/** Offered as chips after a rejection; a user may write others. */
export const REJECTION_REASONS: readonly string[] = [
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

export function isNoReview({ verdict, rating, reasons, note }: Review): boolean {
  return verdict === undefined && rating === undefined && reasons.length === 0 && note.trim() === '';
}
