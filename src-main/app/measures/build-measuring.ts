/** Measuring on the app's own store, runs and catalogue. */
import { join } from 'node:path';
import { isFile } from '../../file-facts';
import type { PictureLab } from '../../images/lab/picture-lab';
import type { StoredDataset, StoredRun } from '../../store/store';
import type { Foundation } from '../foundation';
import { type ChangeMaps, type ChangeMapsOptions, createChangeMaps } from './change-maps';
import { createMeasuring, type Measuring, type MeasuringOptions } from './measuring';
import { type RowSources, rowSources } from './row-sources';

export interface BuildMeasuringOptions
  extends GroundOptions,
    Pick<MeasuringOptions, 'lab' | 'events' | 'isOn'> {
  readonly foundation: GroundOptions['foundation'] & { readonly log: Pick<Foundation['log'], 'error'> };
}

interface GroundOptions {
  readonly foundation: Pick<Foundation, 'store' | 'paths'> & {
    readonly models: Pick<Foundation['models'], 'find'>;
  };
  /** Folders a dataset's images may lie in. */
  imageRoots(dataset: StoredDataset): readonly string[] | 'all';
}

interface Ground {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
}

/** Datasets that are held, with the list of what they could not use; results of one come together. */
const HELD = 8;

/** What results stand on: their runs' recipes, and the images of their rows. */
function createGround(options: GroundOptions) {
  const { store, models, paths } = options.foundation;
  const datasets = new Map<number, Promise<StoredDataset | null>>();

  /** A run is asked for each time: a resume moves it to a new reading of its file. */
  async function groundOf(runId: number): Promise<Ground | null> {
    const run = await store.run(runId);
    const dataset = run === null ? null : await datasetOf(run);
    return run === null || dataset === null ? null : { run, dataset };
  }

  function datasetOf({ datasetId }: StoredRun): Promise<StoredDataset | null> {
    const known = datasets.get(datasetId) ?? store.dataset(datasetId);
    datasets.set(datasetId, known);
    if (datasets.size > HELD) datasets.delete(datasets.keys().next().value ?? datasetId);
    return known;
  }

  return {
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
  const { rowOf } = createGround(options);
  return createMeasuring({
    store,
    lab: options.lab,
    events: options.events,
    isOn: options.isOn,
    rowOf,
    async pathOf(result, runId) {
      const run = await store.run(runId);
      return run === null ? null : join(run.outputDir, result.fileName);
    },
    isFile,
    onError: (error) => log.error('measures', `results could not be measured: ${String(error)}`),
  });
}
