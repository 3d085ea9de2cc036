/** Measuring on the app's own store, runs and catalogue. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureLab } from '../../images/lab/picture-lab';
import type { StoredDataset, StoredRun } from '../../store/store';
import type { EventHub } from '../event-hub';
import type { Foundation } from '../foundation';
import { type ChangeMaps, type ChangeMapsOptions, createChangeMaps } from './change-maps';
import { createMeasuring, type Measuring } from './measuring';
import { type RowSources, rowSources } from './row-sources';

export interface BuildMeasuringOptions extends GroundOptions {
  readonly lab: PictureLab;
  readonly events: EventHub;
  isOn(): boolean;
}

interface GroundOptions {
  readonly foundation: Pick<Foundation, 'store' | 'models' | 'paths' | 'log'>;
  /** Folders a dataset's images may lie in. */
  imageRoots(dataset: StoredDataset): readonly string[] | 'all';
}

interface Ground {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
}

/** Runs whose recipe is held; results of one come together. */
const HELD = 8;

/** What results stand on: their runs' recipes, and the images of their rows. */
function createGround(options: GroundOptions) {
  const { store, models, paths } = options.foundation;
  const grounds = new Map<number, Promise<Ground | null>>();

  async function look(runId: number): Promise<Ground | null> {
    const run = await store.run(runId);
    const dataset = run === null ? null : await store.dataset(run.datasetId);
    return run === null || dataset === null ? null : { run, dataset };
  }

  function groundOf(runId: number): Promise<Ground | null> {
    const known = grounds.get(runId) ?? look(runId);
    grounds.set(runId, known);
    if (grounds.size > HELD) grounds.delete(grounds.keys().next().value ?? runId);
    return known;
  }

  return {
    groundOf,
    async rowOf(result: { runId: number; jobId: number; row: number }): Promise<RowSources | null> {
      const ground = await groundOf(result.runId);
      const [job] = await store.jobsById([result.jobId]);
      if (ground === null || job === undefined) return null;
      const { run, dataset } = ground;
      const [row] = await store.rowsAt(dataset.id, [result.row]);
      const choice = { provider: job.provider, model: job.model };
      return rowSources({
        run,
        row: row ?? { row: result.row, index: result.row, fields: {} },
        choice,
        model: models.find(choice),
        rules: {
          baseDir: dataset.baseDir ?? '',
          // The studio's own pictures lie in the library.
          roots: run.origin === 'studio' ? 'all' : options.imageRoots(dataset),
          embeddedDir: paths.embedded,
        },
      });
    },
  };
}

/** On the app's own store, with maps kept beside its previews. */
export function buildChangeMaps(
  options: GroundOptions & Pick<ChangeMapsOptions, 'files'> & { readonly lab: PictureLab },
): ChangeMaps {
  const { store, paths } = options.foundation;
  const { rowOf } = createGround(options);
  return createChangeMaps({
    store,
    lab: options.lab,
    folder: join(paths.thumbnails, 'changes'),
    files: options.files,
    rowOf,
  });
}

export function buildMeasuring(options: BuildMeasuringOptions): Measuring {
  const { store, log } = options.foundation;
  const { groundOf, rowOf } = createGround(options);
  return createMeasuring({
    store,
    lab: options.lab,
    events: options.events,
    isOn: options.isOn,
    rowOf,
    async pathOf(result, runId) {
      const ground = await groundOf(runId);
      return ground === null ? null : join(ground.run.outputDir, result.fileName);
    },
    isFile: (path) =>
      stat(path).then(
        (found) => found.isFile(),
        () => false,
      ),
    onError: (error) => log.error('measures', `results could not be measured: ${String(error)}`),
  });
}
