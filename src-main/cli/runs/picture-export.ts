/** `brushfleet runs export` in the formats that hold pictures. */
import { resolve } from 'node:path';
import { type ExportFilter, type ExportOptions, PLAIN_EXPORT, type Splits } from '@shared/model/export';
import { say, sayJson } from '../fleet/fleet-work';
import { EXIT } from '../exit-codes';
import { type FlagValues, UsageError } from '../flag-values';
import { readOneOf } from '../read-flags';
import { findRun, type RunsWork } from './runs-work';

/** As they are called on the command line. */
export const PICTURE_FORMATS = {
  image_folder: 'imageFolder',
  parquet: 'parquet',
  zip: 'zip',
  pairs: 'pairs',
} as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[keyof typeof PICTURE_FORMATS];

const FILTERS = ['results', 'accepted', 'rejected', 'unset'] as const satisfies readonly ExportFilter[];

export interface PictureExport {
  readonly format: PictureFormat;
  readonly filter: (typeof FILTERS)[number];
  readonly options: ExportOptions;
}

/** Null: the format named is a table's. */
export function readPictureExport(flags: FlagValues): PictureExport | null {
  const word = flags.text('format');
  const format = Object.entries(PICTURE_FORMATS).find(([name]) => name === word)?.[1];
  const filter = readOneOf(flags, 'only', FILTERS);
  const splits = readSplits(flags);
  if (format === undefined) {
    const [stray] = ['only', 'validation', 'test', 'seed', 'embed_recipe'].filter((name) => flags.has(name));
    if (stray !== undefined) {
      throw new UsageError(
        `--${stray} goes with --format ${Object.keys(PICTURE_FORMATS).join(', ')}: tables have no pictures.`,
      );
    }
    return null;
  }
  return {
    format,
    filter: filter ?? 'results',
    options: {
      ...PLAIN_EXPORT,
      embedRecipe: flags.has('embed_recipe'),
      ...(splits === null ? {} : { splits }),
    },
  };
}

/** Null: all of it is for training. */
function readSplits(flags: FlagValues): Splits | null {
  const validation = flags.integer('validation', { min: 0, max: 90 });
  const test = flags.integer('test', { min: 0, max: 90 });
  const seed = flags.integer('seed', { min: 0, max: 2 ** 31 });
  if (validation === undefined && test === undefined) {
    if (seed !== undefined) {
      throw new UsageError('--seed goes with --validation or --test: without them nothing is split.');
    }
    return null;
  }
  const splits = { validation: validation ?? 0, test: test ?? 0, seed: seed ?? 1 };
  if (splits.validation + splits.test > 90) {
    throw new UsageError('--validation and --test together must leave at least 10 % for training.');
  }
  return splits;
}

const TELL_EVERY_MS = 2000;

/** Ctrl-C stops it; nothing is left of it then. */
export async function exportPictures(
  work: RunsWork,
  {
    runId,
    output,
    format,
    filter,
    options,
  }: PictureExport & { readonly runId: number; readonly output?: string },
): Promise<number> {
  const run = await findRun(work, runId);
  const path = output === undefined ? null : resolve(work.cwd, output);
  const stop = new AbortController();
  const forget = work.onInterrupt(() => {
    work.streams.err.write('Stopping: what was written of the export is removed.\n');
    stop.abort();
  });
  let toldAt = work.clock.now();
  try {
    const { path: file, sentence } = await work.runs.exportPictures(
      run,
      { format, filter, options, path },
      {
        signal: stop.signal,
        tell: ({ done, skipped, total }) => {
          if (work.clock.now() - toldAt >= TELL_EVERY_MS) {
            toldAt = work.clock.now();
            work.streams.err.write(`Exported ${done + skipped} of ${total}.\n`);
          }
        },
      },
    );
    return work.json
      ? sayJson(work, { id: runId, format, file, sentence })
      : say(work, `${sentence}\n${file}`);
  } catch (error) {
    if (stop.signal.aborted) {
      return EXIT.interrupted;
    }
    throw error;
  } finally {
    forget();
  }
}
