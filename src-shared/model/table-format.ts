/** The tables that a run can be written as. */
import { z } from 'zod';

/**
 * Exact CSV, JSON Lines, and CSV that no spreadsheet takes for formulas: of all jobs. Exact CSVs of some: `failures` of
 * those that failed or whose outcome is unknown, `reviewed` of results with their verdicts, `accepted` of those that
 * were accepted.
 */
export const tableFormatSchema = z.enum(['csv', 'jsonl', 'spreadsheet', 'failures', 'reviewed', 'accepted']);
export type TableFormat = z.infer<typeof tableFormatSchema>;
