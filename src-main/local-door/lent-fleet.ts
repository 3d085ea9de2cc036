/** Endpoints and keys that another process lends. Secrets of its environment cross here, over its user's own socket. */
import { endpointSchema } from '@shared/model/endpoint';
import { z } from 'zod';
import { Secret } from '../providers/secret';

export const lentFleetSchema = z.object({
  endpoints: z.array(endpointSchema).max(2000),
  keys: z
    .array(
      z.object({
        id: z.string(),
        label: z.string(),
        /** Revealed: it is sealed again as soon as it is read. */
        secret: z.string(),
        endpointIds: z.array(z.string()),
      }),
    )
    .max(5000),
});
type LentFleet = z.infer<typeof lentFleetSchema>;

interface SealedFleet {
  readonly endpoints: LentFleet['endpoints'];
  readonly keys: readonly (Omit<LentFleet['keys'][number], 'secret'> & { readonly secret: Secret })[];
}

export function sealed({ endpoints, keys }: LentFleet): SealedFleet {
  return { endpoints, keys: keys.map((key) => ({ ...key, secret: new Secret(key.secret) })) };
}

/** The socket is this user's alone; the owner seals them again as soon as it has read them. */
export function revealed({
  endpoints,
  keys,
}: {
  readonly endpoints: readonly LentFleet['endpoints'][number][];
  readonly keys: readonly {
    readonly id: string;
    readonly label: string;
    readonly secret: Secret;
    readonly endpointIds: readonly string[];
  }[];
}): LentFleet {
  return {
    endpoints: [...endpoints],
    keys: keys.map(({ id, label, secret, endpointIds }) => ({
      id,
      label,
      secret: secret.reveal(),
      endpointIds: [...endpointIds],
    })),
  };
}
