/** What the fleet was used for, by calendar day and by key: for who pays, and who is asked what a project has cost. */
import { addUsed, type KeyUsage, type Usage, UNUSED } from '@shared/model/usage';
import type { Clock } from '../../engine/ports';
import { dayStart } from '../../engine/runs/budget';
import type { Store } from '../../store/store';

export interface UsageParts {
  readonly store: Pick<Store, 'usedBetween'>;
  readonly clock: Pick<Clock, 'wallNow'>;
  /** IANA, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Of so many calendar days, today among them. */
export function createUsage({ store, clock, timeZone }: UsageParts): (days: number) => Promise<Usage> {
  return async (count) => {
    const days: Usage['days'][number][] = [];
    const keys = new Map<string, KeyUsage>();
    // A day at a time, the newest first: journals do not wait for a year of them.
    let to = Number.MAX_SAFE_INTEGER;
    for (let from = dayStart(clock.wallNow(), timeZone); days.length < count; ) {
      const used = await store.usedBetween(from, to);
      days.unshift({ startsAt: from, endpoints: byEndpoint(used) });
      for (const one of used) {
        const name = `${one.endpointId}\n${one.keyId ?? ''}\n${one.model}`;
        keys.set(name, { ...one, ...addUsed(keys.get(name) ?? UNUSED, one) });
      }
      to = from;
      from = dayStart(from - 1, timeZone);
    }
    return { days, keys: [...keys.values()].sort(dearestFirst) };
  };
}

function byEndpoint(all: readonly KeyUsage[]): Usage['days'][number]['endpoints'] {
  const sums = new Map<string, Usage['days'][number]['endpoints'][number]>();
  for (const { endpointId, ...one } of all) {
    sums.set(endpointId, { endpointId, ...addUsed(sums.get(endpointId) ?? UNUSED, one) });
  }
  return [...sums.values()];
}

function dearestFirst(one: KeyUsage, other: KeyUsage): number {
  return other.costUsd + other.maybeUsd - one.costUsd - one.maybeUsd || other.requests - one.requests;
}
