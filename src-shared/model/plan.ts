/** What is known of a run before it starts. */
import { z } from 'zod';

const id = z.number().int().positive();

/** What a chosen output folder holds: a run of this library, or pictures that it has no record of. */
export const existingOutputSchema = z.discriminatedUnion('kind', [
  /** `changes`: one phrase for each difference of its recipe from the one asked for now; empty: the same. */
  z.object({ kind: z.literal('run'), runId: id, name: z.string(), changes: z.array(z.string()) }),
  /** Named as results of this run would be: made by the earlier tool, or by a library that was lost. */
  z.object({ kind: z.literal('pictures'), whole: z.number().int(), torn: z.number().int() }),
]);
export type ExistingOutput = Readonly<z.infer<typeof existingOutputSchema>>;

/** Rows with the same problem. */
export const preflightProblemSchema = z.object({
  message: z.string(),
  count: z.number().int(),
  /** The first 20. */
  rows: z.array(z.number().int()),
});
export type PreflightProblem = Readonly<z.infer<typeof preflightProblemSchema>>;

/** How far the check of the rows is, and what it found so far. */
export const preflightReportSchema = z.object({
  checked: z.number().int(),
  total: z.number().int(),
  /** Of the input images read so far. */
  inputBytes: z.number(),
  /** Most frequent first, at most 100. */
  problems: z.array(preflightProblemSchema),
  done: z.boolean(),
});
export type PreflightReport = Readonly<z.infer<typeof preflightReportSchema>>;

/** What a run would do, before it does it. */
export const planSchema = z.object({
  rows: z.number().int(),
  jobs: z.number().int(),
  /** US dollars; absent when a model's price is not known. */
  costUsd: z.object({ low: z.number(), high: z.number() }).optional(),
  /** How long it may take, by what was measured and the limits that are known; absent: nothing is known. */
  seconds: z.object({ low: z.number(), high: z.number() }).optional(),
  /** What lies in the chosen output folder already. */
  existing: existingOutputSchema.optional(),
  /** One sentence each: what will be odd about this run (an ended model, a plain-http endpoint, no key). */
  warnings: z.array(z.string()),
  /** One sentence each: why it cannot start. */
  blockers: z.array(z.string()),
});
export type Plan = Readonly<z.infer<typeof planSchema>>;
