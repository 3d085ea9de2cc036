/** What the calls of every domain are made of. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { vaultStatusSchema } from '../model/settings';

export const text = z.string().max(100_000);
export const id = z.number().int().positive();
export const page = {
  offset: z.number().int().nonnegative(),
  limit: z.number().int().min(1).max(500),
};
export const none = z.void();
/** Of a file or folder that the user's own hand named. */
export const grantToken = z.string().uuid();
/** Files that are dropped at once; more are in a folder. */
export const MOST_FILES = 20_000;

/**
 * Every refusal a call can answer with, as data. `message` is one clear sentence that names the thing and the way out.
 * A bug answers `INTERNAL_SERVER_ERROR` without stack or path; the log has them.
 */
export const base = oc.errors({
  /** What the user gave cannot be used; `field` names the control it belongs to. */
  BAD_INPUT: { data: z.object({ field: z.string().optional() }).optional() },
  NOT_FOUND: {},
  /** The vault must be unlocked, or how to keep secrets must be chosen, first. */
  VAULT: { data: vaultStatusSchema },
});

/** How far something that lasts is. */
export const progressSchema = z.object({
  done: z.number().int(),
  total: z.number().int(),
  /** Could not be done; each was told. */
  skipped: z.number().int(),
  isOver: z.boolean(),
  /** What became of it, one sentence, at the end. */
  sentence: z.string().optional(),
});
export type Progress = Readonly<z.infer<typeof progressSchema>>;
