/** Datasets, runs, jobs, attempts and results: what the journal holds and the screens show. */
import { z } from 'zod';
import { failureKindSchema, failureSchema } from './failure';
import { measuresSchema, suspicionKindSchema } from './measures';
import { modelChoiceSchema } from './model-choice';
import { reviewSchema, verdictSchema } from './review';
import { textRecipeSchema, textResultSchema } from './text';

export const datasetFormatSchema = z.enum([
  'csv',
  'jsonl',
  'json',
  'txt',
  'parquet',
  'folder',
  'prompts',
  'images',
]);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

/** A row that could not be used, or a remark about one that could. `line` counts as the file does, from 1. */
export const rowProblemSchema = z.object({
  line: z.number().int(),
  severity: z.enum(['skipped', 'note']),
  message: z.string(),
  /** Folders in a folder of images were left out: they can be taken in. */
  about: z.literal('folders').optional(),
});
export type RowProblem = Readonly<z.infer<typeof rowProblemSchema>>;

export const datasetSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  format: datasetFormatSchema,
  /** Columns in file order; empty for a prompt list. */
  columns: z.array(z.string()),
  rows: z.number().int(),
  problems: z.array(rowProblemSchema),
  /** True while rows are still being read. */
  importing: z.boolean(),
});
export type Dataset = Readonly<z.infer<typeof datasetSchema>>;

/** One line of a dataset. `row` counts from 0 in file order; `index` is the file's own number, else `row`. */
export const rowSchema = z.object({
  row: z.number().int(),
  index: z.number().int(),
  fields: z.record(z.string(), z.string()),
  /** media:// URLs of small previews of its input images. */
  thumbnails: z.array(z.string()),
});
export type Row = Readonly<z.infer<typeof rowSchema>>;

export const taskSchema = z.enum(['edit', 't2i', 'text']);
export type Task = z.infer<typeof taskSchema>;

export { type ModelChoice, modelChoiceSchema } from './model-choice';

/** What is asked of every row. Two runs with equal recipes ask for the same pictures. */
export const recipeSchema = z.object({
  task: taskSchema,
  models: z.array(modelChoiceSchema).min(1).max(16),
  /** A template with `{{column}}`; the command line's `--instruction_key k` is `{{k}}`. */
  instruction: z.string().max(100_000),
  /** Columns that hold input images, in the order they are sent; empty: by the alias rule (src-shared/columns.ts). */
  imageColumns: z.array(z.string()),
  /** Column of the mask, sent as OpenAI's `mask`. */
  maskColumn: z.string().optional(),
  /** `16:9` and so on; absent: the model's own choice. */
  aspectRatio: z.string().optional(),
  /** `1K`, `2K`, `4K` (google_genai) or `WIDTHxHEIGHT` / `auto` (openai). */
  imageSize: z.string().optional(),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  /** So many pictures on the way to the result are asked for, where the endpoint streams them; each is charged. */
  partialImages: z.number().int().min(1).max(3).optional(),
  /** `low`, `medium`, `high`, `auto`: sent where the provider has the parameter. */
  quality: z.string().max(40).optional(),
  variants: z.number().int().min(1).max(100),
  /** Column whose value names the output file. */
  outputNameColumn: z.string().optional(),
  /** With the task `text`, and only with it. */
  text: textRecipeSchema.optional(),
});
export type Recipe = Readonly<z.infer<typeof recipeSchema>>;

/** Whether a run waits for keys that are out of quota: not at all, for minute quotas only, or for another day too. */
export const waitForQuotaSchema = z.enum(['never', 'minutes', 'always']);
export type WaitForQuota = z.infer<typeof waitForQuotaSchema>;

/** Where a run's jobs go when all that may serve them are out. */
export const fallbackSchema = z.object({ endpointId: z.string().min(1), model: z.string().min(1).max(200) });
export type Fallback = Readonly<z.infer<typeof fallbackSchema>>;

/** A run of a higher priority is served first; those of one priority share fairly. */
export const prioritySchema = z.enum(['high', 'normal', 'low']);
export type Priority = z.infer<typeof prioritySchema>;

/** What may be spent at most; absent: no bound. */
export const capsSchema = z.object({
  /** US dollars. */
  costUsd: z.number().positive().max(1_000_000).optional(),
  /** Requests sent, whatever became of them. */
  requests: z.number().int().positive().max(1_000_000_000).optional(),
});
export type Caps = Readonly<z.infer<typeof capsSchema>>;

/** What becomes of jobs whose request was sent and whose answer nobody knows, when a run goes on. */
export const unknownPolicySchema = z.enum(['keep', 'resend']);
export type UnknownPolicy = z.infer<typeof unknownPolicySchema>;

/** Jobs of one model and variant; `rows` as a row filter names them. */
export const chosenJobsSchema = modelChoiceSchema.extend({
  variant: z.number().int().nonnegative(),
  rows: z.string().min(1),
});
export type ChosenJobs = Readonly<z.infer<typeof chosenJobsSchema>>;

/** How a run is carried out; may change while it runs or between resumes. */
export const runOptionsSchema = z.object({
  /** `0:100,205`; blank: all rows. */
  filterRows: z.string(),
  /** Of these rows, the jobs that alone are wanted; absent: all of them. */
  chosen: z.array(chosenJobsSchema).optional(),
  concurrency: z.number().int().min(1).max(1024),
  /** True: the number in flight follows rate x latency; `concurrency` counts until both are known. */
  autoConcurrency: z.boolean().optional(),
  workers: z.number().int().min(1).max(64),
  maxRetries: z.number().int().min(0).max(100),
  retryDelayMs: z.number().int().min(0).max(3_600_000),
  allowPrivateUrls: z.boolean(),
  /** Only these endpoints may serve it; absent: all that offer the protocol. */
  endpointIds: z.array(z.string()).max(2000).optional(),
  /** In this order, when all of the first are out. */
  fallback: z.array(fallbackSchema).max(20).optional(),
  /** Absent: `always` in the window, `minutes` on the command line. */
  waitForQuota: waitForQuotaSchema.optional(),
  /** Absent: normal. */
  priority: prioritySchema.optional(),
  /** Over all sessions of the run. When one is reached, it drains and pauses. */
  caps: capsSchema.optional(),
  /** Only the jobs of so many first rows are sent; then the run pauses, and goes on whole when it is continued. */
  canary: z.number().int().min(1).max(1000).optional(),
  /** Absent: keep. */
  unknown: unknownPolicySchema.optional(),
  /** Of a session: some of its requests were sent with keys that their caller lent, and go out with no others. */
  lentKeys: z.literal(true).optional(),
  /** The token of the service whose caps all of it counts against; absent: none. */
  payer: z.string().max(64).optional(),
  /** Of a run of a text model that scores pictures: the run that made them. */
  judges: z.number().int().positive().optional(),
});
export type RunOptions = Readonly<z.infer<typeof runOptionsSchema>>;

export const jobStateSchema = z.enum(['pending', 'leased', 'sent', 'done', 'failed', 'unknown', 'cancelled']);
export type JobState = z.infer<typeof jobStateSchema>;

export const runStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('planned') }),
  z.object({ kind: z.literal('running') }),
  /** Nothing can be sent before `until` (wall clock, ms). */
  z.object({ kind: z.literal('waiting'), until: z.number(), reason: z.string() }),
  /** No more is sent; requests in flight finish. */
  z.object({ kind: z.literal('draining') }),
  z.object({
    kind: z.literal('paused'),
    reason: z.string(),
    failure: failureKindSchema.optional(),
    /** When what it lacks comes back by itself; wall clock, ms. */
    until: z.number().optional(),
    /** Somebody wanted it so, and knows. */
    asked: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('finished') }),
]);
export type RunState = Readonly<z.infer<typeof runStateSchema>>;

/** Whether it is being carried out now: by this process, or by the one that owns the library. */
export function isUnderWay({ state: { kind } }: { readonly state: RunState }): boolean {
  return kind === 'running' || kind === 'waiting' || kind === 'draining';
}

export const countsSchema = z.object({
  pending: z.number().int(),
  leased: z.number().int(),
  sent: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  cancelled: z.number().int(),
});
export type Counts = Readonly<z.infer<typeof countsSchema>>;

export const NO_COUNTS: Counts = {
  pending: 0,
  leased: 0,
  sent: 0,
  done: 0,
  failed: 0,
  unknown: 0,
  cancelled: 0,
};

/**
 * Where a run was asked for: over a dataset; as one request of the studio, which shows it itself; or a session, whose
 * requests come one by one while it is open (the Text screen, the service, a stream).
 */
export const runOriginSchema = z.enum(['dataset', 'studio', 'session']);
export type RunOrigin = z.infer<typeof runOriginSchema>;

/** As a person gives it; a file after which it was named may have a long one. */
export const runNameSchema = z.string().trim().min(1, 'A run needs a name.').max(500);

export const runSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  origin: runOriginSchema,
  datasetId: z.number().int(),
  recipe: recipeSchema,
  options: runOptionsSchema,
  outputDir: z.string(),
  createdAt: z.number(),
  state: runStateSchema,
  counts: countsSchema,
  /** Of the cancelled jobs, those whose results were deleted for good: they were sent, and are not put back. */
  emptied: z.number().int(),
  /** Failed jobs by kind. */
  failures: z.partialRecord(failureKindSchema, z.number().int()),
  /** Results per second over the last 30 s, and the seconds left at that rate. */
  ratePerSecond: z.number(),
  etaSeconds: z.number().optional(),
  costUsd: z.number(),
  /** Requests sent so far, whatever became of them. */
  requests: z.number().int(),
  /** Its place in the queue, ascending; places have gaps. */
  place: z.number(),
  /** Counts this process's looks at runs: of two views of one run, the one with the higher number is of later. */
  look: z.number().int(),
});
export type Run = Readonly<z.infer<typeof runSchema>>;

/** How many of its jobs were cancelled and can be put back. */
export function cancelledJobs({ counts, emptied }: Pick<Run, 'counts' | 'emptied'>): number {
  return counts.cancelled - emptied;
}

export const resultSchema = z.object({
  id: z.number().int(),
  fileName: z.string(),
  mimeType: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
});
export type Result = Readonly<z.infer<typeof resultSchema>>;

/** A job as a gallery tile needs it. */
export const jobTileSchema = z.object({
  id: z.number().int(),
  runId: z.number().int(),
  /** Position in the run, from 0, without gaps: the gallery's order. */
  position: z.number().int(),
  row: z.number().int(),
  index: z.number().int(),
  variant: z.number().int(),
  model: z.string(),
  state: jobStateSchema,
  failureKind: failureKindSchema.optional(),
  resultId: z.number().int().optional(),
  verdict: verdictSchema.optional(),
  rating: z.number().int().optional(),
  /** Delivered pixels, once done. */
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  /** Of its result, 0 (none) to 1; absent: not measured yet. */
  suspicion: z.number().optional(),
  /** Absent: none, or not measured yet. */
  suspicions: z.array(suspicionKindSchema).optional(),
});
export type JobTile = Readonly<z.infer<typeof jobTileSchema>>;

export const attemptSchema = z.object({
  id: z.number().int(),
  number: z.number().int(),
  endpointId: z.string(),
  endpointName: z.string(),
  keyTail: z.string(),
  /** The model that was asked: a fallback may ask another than the job names. */
  model: z.string().optional(),
  sentAt: z.number(),
  endedAt: z.number().optional(),
  failure: failureSchema.optional(),
  costUsd: z.number().optional(),
});
export type Attempt = Readonly<z.infer<typeof attemptSchema>>;

/** Answers that were paid for and lie whole on disk, with no place in the folder of their run. */
export const unplacedAnswersSchema = z.object({
  total: z.number().int(),
  /** Absolute; the first 5. */
  paths: z.array(z.string()),
});
export type UnplacedAnswers = Readonly<z.infer<typeof unplacedAnswersSchema>>;

export const jobDetailSchema = z.object({
  job: jobTileSchema,
  instruction: z.string(),
  fields: z.record(z.string(), z.string()),
  /** media:// URLs of the inputs, large enough to compare. */
  inputs: z.array(z.string()),
  /** What the row calls each of them: a path or an address. Of a picture inside the row only how that begins. */
  inputNames: z.array(z.string()),
  /** media:// URL of the result, large enough to compare. */
  output: z.string().optional(),
  /** media:// URL of where the result differs from its first input, to be laid over it; absent: they cannot be laid on each other. */
  heatMap: z.string().optional(),
  result: resultSchema.optional(),
  /** Of a text job. */
  answer: textResultSchema.optional(),
  failure: failureSchema.optional(),
  /** Of the present result. */
  review: reviewSchema.optional(),
  /** Of the present result; absent: not measured yet. */
  measures: measuresSchema.optional(),
  attempts: z.array(attemptSchema),
});
export type JobDetail = Readonly<z.infer<typeof jobDetailSchema>>;
