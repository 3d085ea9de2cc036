/** What was sent and what it cost, added up by day, endpoint, key and model. */
import { z } from 'zod';

export const LONGEST_USAGE_DAYS = 366;

const usedSchema = z.object({
  /** Each attempt counts: what was sent again, too. */
  requests: z.number().int().nonnegative(),
  /** Told by the provider, or by its price list. US dollars. */
  costUsd: z.number(),
  /** Of requests whose outcome nobody knows, at their price; those in flight are among them. US dollars. */
  maybeUsd: z.number(),
});
export type Used = Readonly<z.infer<typeof usedSchema>>;

export const usageSchema = z.object({
  /** Oldest first, every calendar day of the span; the last one is today. */
  days: z.array(
    z.object({
      /** Local midnight, milliseconds since 1970. */
      startsAt: z.number(),
      endpoints: z.array(usedSchema.extend({ endpointId: z.string() })),
    }),
  ),
  /** Over the whole span, the dearest first. `keyId` null: sent without a key. Some are gone by now. */
  keys: z.array(
    usedSchema.extend({ endpointId: z.string(), keyId: z.string().nullable(), model: z.string() }),
  ),
});
export type Usage = Readonly<z.infer<typeof usageSchema>>;
export type KeyUsage = Usage['keys'][number];

export const UNUSED: Used = { requests: 0, costUsd: 0, maybeUsd: 0 };

export function addUsed(one: Used, other: Used): Used {
  return {
    requests: one.requests + other.requests,
    costUsd: one.costUsd + other.costUsd,
    maybeUsd: one.maybeUsd + other.maybeUsd,
  };
}
