/** The local HTTP service: its switch, its address, and the tokens that may use it. */
import { z } from 'zod';
import { capsSchema } from '../model/run';
import { base, none } from './base';

export const serviceSettingsSchema = z.object({
  enabled: z.boolean(),
  port: z.number().int().min(1).max(65_535),
  /** Names besides loopback under which it may be called. */
  allowedHosts: z.array(z.string().max(253)).max(50),
});
export type ServiceSettings = Readonly<z.infer<typeof serviceSettingsSchema>>;

export const DEFAULT_SERVICE_SETTINGS: ServiceSettings = { enabled: false, port: 5004, allowedHosts: [] };

export const serviceStatusSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  z.object({
    kind: z.literal('on'),
    /** `http://127.0.0.1:5004`. */
    address: z.string(),
    /** Wall clock, ms. */
    since: z.number(),
    requests: z.number().int(),
    inFlight: z.number().int(),
    waiting: z.number().int(),
    concurrency: z.number().int(),
  }),
  /** It was to be on and is not: one sentence. */
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type ServiceStatus = Readonly<z.infer<typeof serviceStatusSchema>>;

export const serviceTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Its last characters, for people. */
  tail: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number().optional(),
  caps: capsSchema,
  /** Requests in flight at most; absent: no bound of its own. */
  concurrency: z.number().int().positive().optional(),
  spentUsd: z.number(),
  requests: z.number().int(),
});
export type ServiceToken = Readonly<z.infer<typeof serviceTokenSchema>>;

const tokenDraft = {
  name: z.string().trim().min(1).max(120),
  caps: capsSchema,
  concurrency: z.number().int().positive().max(1024).optional(),
};

export const serviceContract = {
  status: base.output(serviceStatusSchema),
  settings: base.output(serviceSettingsSchema),
  /** Starts, stops or moves it at once. */
  set: base.input(serviceSettingsSchema).output(serviceStatusSchema),
  tokens: base.output(z.array(serviceTokenSchema)),
  /**
   * Makes a token and puts it into the clipboard of the machine that runs the program: the page never has it. Refused
   * where there is no such clipboard.
   */
  addToken: base.input(z.object(tokenDraft)).output(serviceTokenSchema),
  updateToken: base.input(z.object({ id: z.string(), ...tokenDraft })).output(serviceTokenSchema),
  /** From now on nobody gets in with it. */
  revokeToken: base.input(z.object({ id: z.string() })).output(none),
};
