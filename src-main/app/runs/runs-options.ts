/** What the runs of a library are carried out with. */
import type { ModelChoice, Recipe, RunState } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import type { Spending } from '../../engine/runs/budget';
import type { Scheduler } from '../../engine/runs/scheduler';
import type { Log } from '../../log';
import type { Store } from '../../store/store';
import type { EventHub } from '../event-hub';
import type { BrokenResults } from '../results/broken-results';
import type { RunContext } from '../orders/order-book';
import type { FleetLook } from './run-order';

export interface RunsOptions extends FleetLook {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly orders: {
    open(context: RunContext): void;
    close(runId: number): void;
    forget(jobId: number): void;
  };
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly broken: Pick<BrokenResults, 'start' | 'stop'>;
  /** Removes files that attempts left which nobody carries any more. */
  tidy(runId: number): void;
  /** Results of this run that wait for their place get it, as far as they can; nothing of it is asked for anew before. */
  settle(runId: number): Promise<void>;
  readonly budget: Pick<Spending, 'open' | 'setCaps' | 'close'>;
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice, recipe: Recipe): number | null;
  /** A run ended or paused, and its tables are written. */
  onOver?(runId: number, state: RunState): void;
  /** Number of worker threads the run asks for. */
  onWorkers(workers: number): void;
}
