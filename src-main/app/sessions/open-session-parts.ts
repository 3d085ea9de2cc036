/** What an open session works with. */
import type { ModelChoice } from '@shared/model/run';
import type { Store } from '../../store/store';
import type { Arrivals } from '../runs/arrivals';
import type { KnownRequest } from '../orders/order-book';
import type { Runs } from '../runs/runs';
import type { InForce } from '../planning/unpriced';
import type { WaitingList } from './waiting-list';

export interface OpenSessionParts {
  readonly store: Pick<Store, 'addRequests' | 'reserveJobs' | 'cancelPendingJobs' | 'jobsById'>;
  readonly runs: Pick<
    Runs,
    'start' | 'stop' | 'over' | 'isActive' | 'found' | 'cancelJobs' | 'setOptions' | 'refreshOrder'
  >;
  readonly arrivals: Arrivals;
  readonly orders: {
    note(request: KnownRequest): void;
    forget(jobId: number): void;
  };
  readonly waiting: WaitingList;
  /** The endpoints that may serve a model now. */
  endpointsFor(model: ModelChoice): readonly string[];
  /** Why a cap on cost bars this model, one sentence; null: none does. */
  unpriced(model: ModelChoice, inForce: InForce & { readonly runId: number }): string | null;
  wallNow(): number;
  onError(error: unknown): void;
}
