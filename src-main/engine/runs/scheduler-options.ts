/** What the scheduler is given, and what it tells. */
import type { Failure } from '@shared/model/failure';
import type { JobState, RunState } from '@shared/model/run';
import type { Pool } from '../pool/pool';
import type { Budget, Clock, Journal, Random, Transport } from '../ports';

export type SchedulerEvent =
  | { readonly kind: 'state'; readonly runId: number; readonly state: RunState }
  /** Of a run that gives up by itself what nothing can serve: these are pending still, and will not be sent. */
  | {
      readonly kind: 'givenUp';
      readonly runId: number;
      readonly jobIds: readonly number[];
      readonly why: Extract<RunState, { kind: 'paused' }>;
    }
  /** `failure` tells why a job failed, or why it is pending again. */
  | {
      readonly kind: 'job';
      readonly runId: number;
      readonly jobId: number;
      readonly state: JobState;
      readonly failure?: Failure;
    };

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly transport: Transport;
  /** Absent: nothing is capped. */
  readonly budget?: Budget;
  onEvent(event: SchedulerEvent): void;
  /** The journal or the transport threw; for the log. */
  onFault?(error: unknown): void;
  /** IANA name for times in sentences; absent: the machine's. */
  readonly timeZone?: string;
}
