/** A cap on cost holds, or nothing is sent under it: models without a price (engine/runs/budget.ts says why). */
import { mayServe } from '@shared/demo';
import type { Endpoint } from '@shared/model/endpoint';
import type { Caps, ModelChoice, Recipe } from '@shared/model/run';
import { unpricedSentence } from '../../engine/pool/unpriced-sentence';
import type { StoredKey } from '../../store/store';
import type { Payer } from '../access/payers';

export interface UnpricedParts {
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice, recipe: Recipe): number | null;
  dayCaps(): Caps;
  /** Null: the token was revoked. */
  payer(tokenId: string): Pick<Payer, 'name' | 'caps'> | null;
  /** As they are stored: this is asked for each request. */
  fleet(): { readonly endpoints: readonly Endpoint[]; readonly keys: readonly StoredKey[] };
  lentKeys(borrower: string): readonly LentKey[];
}

interface LentKey {
  readonly id: string;
  readonly endpointIds: readonly string[];
}

/** What stands over a request beside the caps of the day and of keys. */
export interface InForce {
  /** Of the run. */
  readonly caps?: Caps | undefined;
  /** The token that pays for it. */
  readonly payer?: string | null | undefined;
  /** Those that alone may serve it. */
  readonly endpointIds?: readonly string[] | undefined;
  /** Who brought the keys that alone serve it. */
  readonly borrower?: string | undefined;
}

/** Why this model is not sent under the caps in force, one sentence; null: nothing is against it. */
export type Unpriced = (model: ModelChoice, recipe: Recipe, inForce: InForce) => string | null;

export function createUnpriced(parts: UnpricedParts): Unpriced {
  return (model, recipe, inForce) => {
    // Which cap holds is looked up only for the few that have no price.
    const cap = parts.price(model, recipe) === null ? capInForce(parts, model, inForce) : null;
    return cap === null ? null : unpricedSentence(model, cap);
  };
}

function capInForce(parts: UnpricedParts, model: ModelChoice, inForce: InForce): string | null {
  const { caps, payer = null } = inForce;
  const token = payer === null ? null : parts.payer(payer);
  if (token?.caps.costUsd !== undefined) {
    return `the cost cap of the token "${token.name}"`;
  }
  if (caps?.costUsd !== undefined) {
    return 'the cost cap of this run';
  }
  if (parts.dayCaps().costUsd !== undefined) {
    return 'the daily cost cap';
  }
  const key = cappedKey(parts, model, inForce);
  return key === undefined ? null : `the cost cap of the key "${key.label}"`;
}

/** The cap of one key bars nothing where another without one may serve it: then that one does. */
function cappedKey(parts: UnpricedParts, model: ModelChoice, { endpointIds, borrower }: InForce) {
  const { endpoints, keys } = parts.fleet();
  if (!keys.some(isCapped)) {
    return undefined;
  }
  const lent = borrower === undefined ? null : parts.lentKeys(borrower);
  const serving = endpoints
    .filter((endpoint) => endpoint.enabled && endpoint.weight > 0 && mayServe(endpoint, model))
    .filter(({ id }) => endpointIds?.includes(id) ?? true)
    .map(({ id }) => id);
  const able = keys.filter(
    (key) =>
      !key.paused &&
      (lent?.some(({ id }) => id === key.id) ?? true) &&
      key.endpointIds.some((id) => serving.includes(id)),
  );
  const isAlone = able.every(isCapped) && !(lent ?? []).some((one) => isBrought(one, keys, endpointIds));
  return isAlone ? able[0] : undefined;
}

const isCapped = ({ limits }: StoredKey): boolean => limits?.costPerDay !== undefined;

/** The library has no such key, and so no cap for it. */
function isBrought(
  { id, endpointIds }: LentKey,
  keys: readonly StoredKey[],
  among: InForce['endpointIds'],
): boolean {
  return keys.every((key) => key.id !== id) && endpointIds.some((at) => among?.includes(at) ?? true);
}
