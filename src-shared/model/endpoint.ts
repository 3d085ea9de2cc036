/** Endpoints and keys as every door sees them. A secret is never part of these. */
import { z } from 'zod';
import { failureSchema } from './failure';
import { providerSchema } from './provider';

/** Limits that may stand on an endpoint or a key. Absent or 0: no limit. */
export const limitsSchema = z.object({
  requestsPerMinute: z.number().int().nonnegative().optional(),
  concurrency: z.number().int().nonnegative().optional(),
});
export type Limits = Readonly<z.infer<typeof limitsSchema>>;

/** How a relay deviates from its protocol (reference: PROVIDERS.md section 3). */
export const endpointOptionsSchema = z.object({
  /** Field name of several input images in /images/edits. Default `image[]`; some relays know only `image`. */
  editField: z.enum(['image', 'image[]']).optional(),
  /** `auto`: sent to models that know it; `always` / `never` for relays that need or refuse it. */
  responseFormat: z.enum(['auto', 'always', 'never']).optional(),
  /** Where images are asked for: the images API, or chat completions with images in the answer. */
  imagesVia: z.enum(['images', 'chat']).optional(),
});
export type EndpointOptions = Readonly<z.infer<typeof endpointOptionsSchema>>;

export const endpointSchema = z.object({
  id: z.string().min(1),
  name: z.string().min(1).max(120),
  provider: providerSchema,
  /** Blank: the official URL. */
  baseUrl: z.string().max(2000),
  /** google_genai only: `v1`, `v1beta` or `v1alpha`; blank: taken from the base URL, else `v1beta`. */
  apiVersion: z.string().max(20),
  enabled: z.boolean(),
  weight: z.number().nonnegative().max(10_000),
  limits: limitsSchema,
  timeoutMs: z.number().int().positive().max(3_600_000),
  options: endpointOptionsSchema,
  /** The embedded demo endpoint: needs no key, costs nothing, its URL is chosen at start. */
  demo: z.boolean(),
});
export type Endpoint = Readonly<z.infer<typeof endpointSchema>>;

export const keyStatusSchema = z.enum([
  'AVAILABLE',
  'COOLDOWN',
  'TEMPORARILY_EXHAUSTED',
  'FULLY_EXHAUSTED',
  'FAILED_INIT',
]);
export type KeyStatus = z.infer<typeof keyStatusSchema>;

export const keyStateSchema = z.object({
  status: keyStatusSchema,
  reason: failureSchema.optional(),
  /** Wall clock, milliseconds since 1970. */
  since: z.number(),
  until: z.number().optional(),
});
export type KeyState = Readonly<z.infer<typeof keyStateSchema>>;

export const keyInfoSchema = z.object({
  id: z.string().min(1),
  label: z.string().max(120),
  /** The last four characters. */
  tail: z.string().max(8),
  endpointIds: z.array(z.string()),
  paused: z.boolean(),
  state: keyStateSchema,
  /** False when the vault is locked or lost the secret: it must be entered again. */
  readable: z.boolean(),
});
export type KeyInfo = Readonly<z.infer<typeof keyInfoSchema>>;

/** What an endpoint is doing now. */
export const endpointHealthSchema = z.object({
  endpointId: z.string(),
  inFlight: z.number().int(),
  succeeded: z.number().int(),
  failed: z.number().int(),
  /** Weight after recent errors, between 0 and `weight`. */
  effectiveWeight: z.number(),
  lastFailure: failureSchema.optional(),
});
export type EndpointHealth = Readonly<z.infer<typeof endpointHealthSchema>>;

/** What a test call found. */
export const testReportSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ok'),
    latencyMs: z.number(),
    /** Model ids the endpoint lists, when it lists any. */
    models: z.array(z.string()),
    detail: z.string(),
  }),
  z.object({ kind: z.literal('failed'), latencyMs: z.number(), failure: failureSchema }),
]);
export type TestReport = Readonly<z.infer<typeof testReportSchema>>;
