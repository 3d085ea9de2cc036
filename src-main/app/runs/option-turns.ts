/** Options of runs are read, changed and written in turn: two at once would write back what the other has changed. */
import { createTurns, type InTurn } from '@shared/in-turn';
import { type RunOptions, runOptionsSchema } from '@shared/model/run';
import type { Store } from '../../store/store';

/** By library. */
const turns = new WeakMap<Pick<Store, 'setRunOptions'>, InTurn>();

export function optionTurns(store: Pick<Store, 'setRunOptions'>): InTurn {
  const inTurn = turns.get(store) ?? createTurns();
  turns.set(store, inTurn);
  return inTurn;
}

/** What was `wanted` of a run when it stood as `before`; what somebody has changed since is newer, and stays. */
export function withNewer(
  wanted: RunOptions,
  { before, now }: { readonly before: RunOptions; readonly now: RunOptions },
): RunOptions {
  const changed = runOptionsSchema
    .keyof()
    .options.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return {
    ...wanted,
    ...Object.fromEntries(changed.map((name) => [name, now[name]])),
  };
}
