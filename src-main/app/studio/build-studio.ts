/** The studio on the app's own parts. */
import type { Settings } from '@shared/model/settings';
import type { Clock } from '../../engine/ports';
import type { StoredDataset } from '../../store/store';
import type { PayerScope } from '../access/payer-scope';
import type { EventHub } from '../event-hub';
import type { Fleet } from '../fleet/fleet';
import type { Foundation } from '../foundation';
import type { Importer } from '../datasets/importer';
import type { Runs } from '../runs/runs';
import type { Unpriced } from '../planning/unpriced';
import type { StudioLab } from './lab';
import { createStudio, type Studio } from './studio';

export interface StudioGround {
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly events: Pick<EventHub, 'tell'>;
  readonly fleet: Pick<Fleet, 'views'>;
  readonly runs: Runs;
  readonly importer: Pick<Importer, 'whole'>;
  readonly lab: StudioLab;
  readonly payers: PayerScope;
  readonly unpriced: Unpriced;
  readonly images: {
    of(dataset: StoredDataset): readonly string[] | 'all';
    allow(datasetId: number, roots: readonly string[]): void;
  };
  settings(): Settings;
}

export function buildStudio(ground: StudioGround): Studio {
  const { store, paths, log, models } = ground.foundation;
  return createStudio({
    store,
    folder: paths.studio,
    libraryRoot: paths.root,
    clock: ground.clock,
    log,
    runs: ground.runs,
    models,
    lab: ground.lab,
    unpriced: (model, recipe) => ground.unpriced(model, recipe, { payer: ground.payers.current() }),
    asPayer: (payer, work) =>
      payer === undefined ? ground.payers.outside(work) : ground.payers.run(payer, work),
    tell: ground.events.tell,
    endpoints: ground.fleet.views,
    settings: ground.settings,
    wholeDataset: ground.importer.whole,
    allow: ground.images.allow,
    async inputRoots(datasetId) {
      const dataset = await store.dataset(datasetId);
      return dataset === null
        ? null
        : {
            baseDir: dataset.baseDir ?? '',
            roots: ground.images.of(dataset),
            embeddedDir: paths.embedded,
          };
    },
  });
}
