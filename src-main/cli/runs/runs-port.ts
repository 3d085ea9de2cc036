/** What `brushfleet runs` needs of whoever owns the library: this process, or another that serves it. */
import type { Run } from '@shared/model/run';
import type { Environment } from '../../fleet-env/variables';
import type { ContractClient } from '../own-client';
import type { Tell } from '../../app/exports/progress-stream';
import type { PictureExport } from './picture-export';
import type { TableFormat } from '@shared/model/table-format';

export interface CliRuns {
  readonly client: ContractClient;
  /** True: the library is open in another process, which goes on when this one ends. */
  readonly isElsewhere: boolean;
  /** True from when the window was promised the library: runs stop, and go on through the window. */
  isHandedOver(): boolean;
  /** Before a run goes on: sees to it that keys can serve it. Answers which, as sentences; throws a Refusal. */
  readyKeys(run: Run, env: Environment): Promise<readonly string[]>;
  /** Writes a table; `path` is absolute, null: beside the results. Answers the whole path. */
  exportTable(run: Run, format: TableFormat, path: string | null): Promise<string>;
  /** Writes a run's pictures; `path` as for a table. Rejects once `signal` is aborted, and nothing is left then. */
  exportPictures(
    run: Run,
    order: PictureExport & { readonly path: string | null },
    how: { readonly tell: Tell; readonly signal: AbortSignal },
  ): Promise<{ readonly path: string; readonly sentence: string }>;
  close(): Promise<void>;
}

export type OpenedRuns =
  | { readonly kind: 'ok'; readonly runs: CliRuns }
  | { readonly kind: 'refused'; readonly sentence: string };
