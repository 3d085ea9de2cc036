/** Endpoints and keys as every door sees them. A secret is never part of these. */
import { z } from 'zod';
import { failureSchema } from './failure';
import { providerSchema } from './provider';

const count = z.number().int().nonnegative();

/** Limits that may stand on an endpoint, a key, a quota group or a model. Absent or 0: no limit. */
export const limitsSchema = z.object({
  requestsPerMinute: count.optional(),
  /** Counted from one daily reset of the provider to the next. */
  requestsPerDay: count.optional(),
  /** Input and output together, as the provider reports them. */
  tokensPerMinute: count.optional(),
  /** Requests in flight. */
  concurrency: count.optional(),
  /** Between two requests, milliseconds. */
  minIntervalMs: count.max(3_600_000).optional(),
  /** True: requests are spread over the minute instead of sent as a burst. */
  evenly: z.boolean().optional(),
});
export type Limits = Readonly<z.infer<typeof limitsSchema>>;

/** Limits of a key or a quota group; some providers limit each model by itself. */
export const keyLimitsSchema = limitsSchema.extend({
  /** By model id: these stand besides the limits over all models. */
  models: z.record(z.string().min(1).max(200), limitsSchema).optional(),
  /** US dollars in one calendar day, local time: then the key is out until the next. */
  costPerDay: z.number().positive().max(1_000_000).optional(),
});
export type KeyLimits = Readonly<z.infer<typeof keyLimitsSchema>>;

/** Keys of one account or project: they share its limits, and what uses up one uses up all. */
export const quotaGroupSchema = z.object({
  id: z.string().min(1),
  name: z.string().trim().min(1).max(120),
  limits: keyLimitsSchema,
});
export type QuotaGroup = Readonly<z.infer<typeof quotaGroupSchema>>;

/**
 * Whether the number in flight at an endpoint follows its answers (additive increase, multiplicative decrease on 429
 * and 503). `on`: it finds its own number; `ceiling`: it only ever lowers the number that was set.
 */
export const adaptiveSchema = z.enum(['off', 'on', 'ceiling']);
export type Adaptive = z.infer<typeof adaptiveSchema>;

/** How a relay deviates from its protocol. */
export const endpointOptionsSchema = z.object({
  /** Field name of several input images in /images/edits. Default `image[]`; some relays know only `image`. */
  editField: z.enum(['image', 'image[]']).optional(),
  /** `auto`: sent to models that know it; `always` / `never` for relays that need or refuse it. */
  responseFormat: z.enum(['auto', 'always', 'never']).optional(),
  /** Where images are asked for: the images API, or chat completions with images in the answer. */
  imagesVia: z.enum(['images', 'chat']).optional(),
  /** Where text is asked for; `auto`: of OpenAI itself the Responses API, where it can carry the request; else chat completions. */
  textVia: z.enum(['auto', 'chat', 'responses']).optional(),
  /** Whether it streams pictures on the way to the result; `auto`: OpenAI itself does. */
  partialImages: z.enum(['auto', 'always', 'never']).optional(),
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
  /** Absent: off. */
  adaptive: adaptiveSchema.optional(),
  /** IANA zone at whose midnight daily limits start anew; absent: the provider's own. */
  resetZone: z.string().max(60).optional(),
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
  /** Quota failures in a row; absent: none. */
  strikes: count.optional(),
  /** Quota failures ever; absent: none. */
  exhausted: count.optional(),
});
export type KeyState = Readonly<z.infer<typeof keyStateSchema>>;

/** How much of a limit is used; `limit` is absent where there is none. */
export const gaugeSchema = z.object({ used: z.number(), limit: z.number().optional() });
export type Gauge = Readonly<z.infer<typeof gaugeSchema>>;

/** What stands against the limits of an endpoint, a key or a group now. */
export const gaugesSchema = z.object({
  /** Requests in flight. */
  inFlight: gaugeSchema,
  /** Requests whose place in the last minute is still taken. */
  minute: gaugeSchema,
  /** Requests since the last daily reset. */
  today: gaugeSchema,
  /** Tokens in the last minute. */
  tokens: gaugeSchema,
});
export type Gauges = Readonly<z.infer<typeof gaugesSchema>>;

export const keyTierSchema = z.enum(['free', 'paid']);
export type KeyTier = z.infer<typeof keyTierSchema>;

export const keyInfoSchema = z.object({
  id: z.string().min(1),
  label: z.string().max(120),
  /** The last four characters. */
  tail: z.string().max(8),
  endpointIds: z.array(z.string()),
  paused: z.boolean(),
  state: keyStateSchema,
  limits: keyLimitsSchema.optional(),
  groupId: z.string().optional(),
  /** Absent: not said. */
  tier: keyTierSchema.optional(),
  /** The account that a test call found behind it, where the provider names one. */
  account: z.string().max(200).optional(),
  /** A rate found from refusals where none is set, requests a minute. */
  learnedPerMinute: z.number().optional(),
  gauges: gaugesSchema.optional(),
  /** False when the vault is locked or lost the secret: it must be entered again. */
  readable: z.boolean(),
});
export type KeyInfo = Readonly<z.infer<typeof keyInfoSchema>>;

/** Why an endpoint as a whole gets no requests for a while, although it is enabled. */
export const endpointRestSchema = z.object({
  /** `failing`: it failed many times in a row, one request at a time tries it; `ban`: several keys were refused at once. */
  reason: z.enum(['failing', 'ban']),
  /** Wall clock. */
  until: z.number(),
});
export type EndpointRest = Readonly<z.infer<typeof endpointRestSchema>>;

/** Whether an endpoint works, by its last success or the test call that failed since; `moved`: nothing has shown it at its new address. */
export const endpointProofSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered') }),
  z.object({ kind: z.literal('moved') }),
  z.object({ kind: z.literal('testFailed'), failure: failureSchema }),
]);
export type EndpointProof = Readonly<z.infer<typeof endpointProofSchema>>;

/** What the pool knows of an endpoint now. */
export const endpointHealthSchema = z.object({
  endpointId: z.string(),
  gauges: gaugesSchema,
  succeeded: z.number().int(),
  failed: z.number().int(),
  /** Weight after recent errors, between 0 and `weight`. */
  effectiveWeight: z.number(),
  rest: endpointRestSchema.optional(),
  lastFailure: failureSchema.optional(),
  /** Absent: neither a request nor a test call has shown anything in this session. */
  proof: endpointProofSchema.optional(),
});
export type EndpointHealth = Readonly<z.infer<typeof endpointHealthSchema>>;

/** What the journal tells of an endpoint. */
export const endpointMetricsSchema = z.object({
  /** Of the last answers, milliseconds; absent before the first. */
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  /** Since local midnight, US dollars. */
  spentTodayUsd: z.number(),
  /** The last 60 minutes, oldest first. */
  hour: z.array(z.object({ ok: z.number().int(), failed: z.number().int() })),
});
export type EndpointMetrics = Readonly<z.infer<typeof endpointMetricsSchema>>;

/** What the journal tells of a key at one endpoint. */
export const keyMetricsSchema = z.object({
  /** Since local midnight. */
  succeeded: count,
  failed: count,
  /** Of its last answers, milliseconds; absent before the first. */
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  /** Since local midnight, US dollars. */
  spentTodayUsd: z.number(),
  lastFailure: failureSchema.optional(),
});
export type KeyMetrics = Readonly<z.infer<typeof keyMetricsSchema>>;

/** One line of the event log: a change of state of a key or an endpoint. */
export const fleetEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('keyState'),
    id: z.number().int(),
    /** Wall clock. */
    at: z.number(),
    keyId: z.string(),
    keyTail: z.string(),
    keyLabel: z.string(),
    /** Where it happened; absent when a wait ended or a person did it. */
    endpointName: z.string().optional(),
    from: keyStatusSchema,
    to: keyStatusSchema,
    reason: failureSchema.optional(),
    until: z.number().optional(),
  }),
  z.object({
    kind: z.literal('endpointRest'),
    id: z.number().int(),
    at: z.number(),
    endpointId: z.string(),
    endpointName: z.string(),
    /** Absent: it is back. */
    rest: endpointRestSchema.optional(),
  }),
  z.object({
    kind: z.literal('rateLearned'),
    id: z.number().int(),
    at: z.number(),
    keyId: z.string(),
    keyTail: z.string(),
    keyLabel: z.string(),
    endpointName: z.string(),
    model: z.string(),
    perMinute: z.number(),
  }),
]);
export type FleetEvent = Readonly<z.infer<typeof fleetEventSchema>>;

/** What a test call found. */
export const testReportSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ok'),
    latencyMs: z.number(),
    /** Model ids the endpoint lists, when it lists any. */
    models: z.array(z.string()),
    detail: z.string(),
    /** The account or organisation behind the key, where the answer names it. */
    account: z.string().optional(),
  }),
  z.object({ kind: z.literal('failed'), latencyMs: z.number(), failure: failureSchema }),
]);
export type TestReport = Readonly<z.infer<typeof testReportSchema>>;

/** What one probe of the endpoint lab found: a real request for one picture. */
export const probeReportSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ok'),
    latencyMs: z.number(),
    width: z.number().int(),
    height: z.number().int(),
    mimeType: z.string(),
    /** US dollars; absent when neither the answer nor the catalogue tells. */
    costUsd: z.number().optional(),
    /** A data URL of the picture, as it came. */
    picture: z.string(),
  }),
  z.object({ kind: z.literal('failed'), latencyMs: z.number(), failure: failureSchema }),
]);
export type ProbeReport = Readonly<z.infer<typeof probeReportSchema>>;
