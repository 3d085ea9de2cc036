/** What can be taken out of the library, and how. */
import { z } from 'zod';
import { gallerySelectionSchema } from './gallery';

export const EXPORT_FORMATS = [
  'csv',
  'jsonl',
  'spreadsheet',
  'imageFolder',
  'parquet',
  'zip',
  'pairs',
] as const;
export const exportFormatSchema = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** Formats that hold no pictures: they can list jobs without a result, too. */
export const TABLES: readonly ExportFormat[] = ['csv', 'jsonl', 'spreadsheet'];

/** `jobs`: whatever became of them; `failures`: failed, or with an unknown outcome; the others: of results. */
export const exportFilterSchema = z.enum(['jobs', 'failures', 'results', 'accepted', 'rejected', 'unset']);
export type ExportFilter = z.infer<typeof exportFilterSchema>;

export const exportSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), runId: z.number().int().positive(), filter: exportFilterSchema }),
  z.object({ kind: z.literal('selection'), selection: gallerySelectionSchema }),
]);
export type ExportSource = Readonly<z.infer<typeof exportSourceSchema>>;

const percent = z.number().int().min(0).max(90);

/** Per cent of the rows, the rest is for training. The same seed and rows give the same splits. */
export const splitsSchema = z
  .object({
    validation: percent,
    test: percent,
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31),
  })
  .refine(({ validation, test }) => validation + test <= 90, 'At least 10 % must be left for training.');
export type Splits = Readonly<z.infer<typeof splitsSchema>>;

/** What makes one result of a row better than another: of two verdicts, of two ratings, or the choices of an arena. */
export const pairRulesSchema = z.object({
  verdicts: z.boolean(),
  ratings: z.boolean(),
  arenaId: z.number().int().positive().optional(),
});
export type PairRules = Readonly<z.infer<typeof pairRulesSchema>>;

export const exportOptionsSchema = z.object({
  /** Absent: all of it is for training. */
  splits: splitsSchema.optional(),
  /** Pictures carry how they came about; signed ones have it in a file beside them. Off: every byte as it came. */
  embedRecipe: z.boolean(),
  pairs: pairRulesSchema,
});
export type ExportOptions = Readonly<z.infer<typeof exportOptionsSchema>>;

export const PLAIN_EXPORT: ExportOptions = { embedRecipe: false, pairs: { verdicts: true, ratings: true } };

/** What is written: a file under this name, or a new folder. */
export function exportTarget(
  format: ExportFormat,
  { splits }: Pick<ExportOptions, 'splits'>,
): { readonly kind: 'file'; readonly extension: string } | { readonly kind: 'folder' } {
  switch (format) {
    case 'csv':
    case 'spreadsheet':
      return { kind: 'file', extension: 'csv' };
    case 'jsonl':
      return { kind: 'file', extension: 'jsonl' };
    case 'zip':
      return { kind: 'file', extension: 'zip' };
    case 'parquet':
      return splits === undefined ? { kind: 'file', extension: 'parquet' } : { kind: 'folder' };
    case 'imageFolder':
    case 'pairs':
      return { kind: 'folder' };
  }
}
