/** `brushfleet runs ...` as it was understood. Nothing was looked up yet. */
import type { Caps, Priority, UnknownPolicy } from '@shared/model/run';
import { type TableFormat, tableFormatSchema } from '@shared/model/table-format';
import type { LogLevel } from '../../log';
import type { PictureExport } from './picture-export';

export const TABLE_FORMATS = tableFormatSchema.options;

/** What changes of a run when it goes on; what is absent stays. */
export interface ResumeTerms {
  readonly unknown: UnknownPolicy;
  /** Jobs that failed or were cancelled are sent again. */
  readonly failed: boolean;
  readonly cancelled: boolean;
  /** Whole pictures in its folder that have no record are taken as done. */
  readonly adopt: boolean;
  readonly caps?: Caps;
  readonly priority?: Priority;
}

/** Takes effect at once, also where the run is under way; what is absent stays. */
export interface RunChange {
  readonly name?: string;
  readonly caps?: Caps;
  readonly priority?: Priority;
  /** Requests in flight. */
  readonly concurrency?: number;
  /** In the queue, from 0, among the runs of its priority that are not over. */
  readonly place?: number;
}

export type RunsAct =
  | { readonly kind: 'list' /** Also those in which all is well. */; readonly sessions: boolean }
  | { readonly kind: 'show'; readonly runId: number }
  | { readonly kind: 'resume'; readonly runId: number; readonly terms: ResumeTerms }
  | { readonly kind: 'set'; readonly runId: number; readonly change: RunChange }
  | { readonly kind: 'pause'; readonly runId: number }
  | { readonly kind: 'cancel'; readonly runId: number; readonly which: 'pending' | 'all' }
  | {
      readonly kind: 'export';
      readonly runId: number;
      readonly format: TableFormat;
      /** As it was typed; absent: beside the run's results. */
      readonly output?: string;
    }
  | ({ readonly kind: 'exportPictures'; readonly runId: number; readonly output?: string } & PictureExport);

export interface RunsCliRequest {
  readonly kind: 'runs';
  readonly act: RunsAct;
  readonly json: boolean;
  /** Another folder than the usual one. */
  readonly library?: string;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
