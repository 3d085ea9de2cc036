/** How many requests a run may have in flight when nobody set a number: as many as the pool's limits can use. */
import type { Provider } from '@shared/model/provider';
import type { Pool } from '../pool/pool';
import type { Lane } from './work-list';

const MOST = 1024;

export interface AutoSlotsContext {
  readonly pool: Pick<Pool, 'demand'>;
  /** Monotonic. */
  readonly now: number;
  /** Counts for each provider whose rates or latency are not known. */
  readonly otherwise: number;
}

/** Models of one provider mostly share its keys, so that the one that can use most counts for all of them. */
export function autoSlots(lanes: readonly Lane[], { pool, now, otherwise }: AutoSlotsContext): number {
  const byProvider = new Map<Provider, number>();
  for (const lane of lanes) {
    const choice = lane.choices[lane.verdicts.inUse(now)];
    if (choice !== undefined) {
      const demand = pool.demand(choice) ?? otherwise;
      byProvider.set(choice.provider, Math.max(demand, byProvider.get(choice.provider) ?? 0));
    }
  }
  if (byProvider.size === 0) {
    return otherwise;
  }
  const sum = [...byProvider.values()].reduce((total, demand) => total + demand, 0);
  return Math.min(MOST, Math.max(1, sum));
}
