/** What the studio stands on. */
import type { AppEvent, EndpointView } from '@shared/contract';
import type { ModelChoice, Recipe } from '@shared/model/run';
import type { Settings } from '@shared/model/settings';
import type { Clock } from '../../engine/ports';
import type { Log } from '../../log';
import type { Store, StoredDataset } from '../../store/store';
import type { Models } from '../fleet/models';
import type { Runs } from '../runs/runs';
import type { StudioLab } from './lab';

export interface StudioParts {
  readonly store: Store;
  /** Absolute: what the studio keeps lies below it. */
  readonly folder: string;
  readonly libraryRoot: string;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warning'>;
  readonly runs: Pick<
    Runs,
    | 'start'
    | 'prepare'
    | 'planBeside'
    | 'stop'
    | 'over'
    | 'isActive'
    | 'found'
    | 'cancel'
    | 'cancelJobs'
    | 'view'
  >;
  readonly models: Pick<Models, 'find'>;
  readonly lab: StudioLab;
  /** Why a cap on cost bars this model, one sentence; null: none does. */
  unpriced(model: ModelChoice, recipe: Recipe): string | null;
  /** Does it as a call of that token; as nobody's where it is undefined. */
  asPayer<T>(payer: string | undefined, work: () => Promise<T>): Promise<T>;
  tell(event: AppEvent): void;
  endpoints(): readonly EndpointView[];
  settings(): Settings;
  wholeDataset(datasetId: number): Promise<StoredDataset>;
  /** Folders whose images this dataset may name besides. */
  allow(datasetId: number, roots: readonly string[]): void;
}
