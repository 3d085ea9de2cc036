/** The run behind a session: a folder of the library, and in it a run without rows, which come one by one. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Recipe, RunOptions } from '@shared/model/run';
import { REQUEST_FIELD } from '@shared/model/text';
import type { Store, StoredRun } from '../../store/store';
import { hasLentKeys } from '../fleet/lent-keys';
import type { SessionOptions } from './session';

export interface SessionRunParts {
  readonly store: Pick<Store, 'runAt' | 'createDataset' | 'finishDataset' | 'createRun' | 'setRunOptions'>;
  /** Sessions have their folders below it. */
  readonly folder: string;
  retryDelayMs(): number;
}

const MOST_IN_FLIGHT = 1024;

/** Each of its rows says itself what it asks for: of this, nothing is sent. */
export const SESSION_RECIPE: Recipe = {
  task: 'text',
  models: [{ provider: 'google_genai', model: 'any' }],
  instruction: '',
  imageColumns: [],
  variants: 1,
  text: { system: '', generation: {}, answer: { kind: 'text' } },
};

/** The run of that name, made where there is none, with these options from now on. */
export async function sessionRun(parts: SessionRunParts, options: SessionOptions): Promise<StoredRun> {
  const { store } = parts;
  const outputDir = join(parts.folder, slugOf(options.name));
  const known = await store.runAt(outputDir);
  const wanted = {
    ...runOptionsOf(options, parts.retryDelayMs()),
    ...hasLentKeys(options.borrower, known),
  };
  if (known !== null) {
    await store.setRunOptions(known.id, wanted);
    return { ...known, options: wanted };
  }
  const dataset = await store.createDataset({
    name: options.name,
    // Those of this format the program made itself: they are not offered as datasets.
    format: 'images',
    sourcePath: null,
    baseDir: outputDir,
  });
  await store.finishDataset(dataset.id, [REQUEST_FIELD], []);
  return store.createRun({
    name: options.title ?? options.name,
    datasetId: dataset.id,
    recipe: SESSION_RECIPE,
    options: wanted,
    outputDir,
    origin: 'session',
  });
}

function runOptionsOf(options: SessionOptions, retryDelayMs: number): RunOptions {
  const { caps, endpointIds, payer, allowPrivateUrls = false } = options;
  return {
    filterRows: '',
    concurrency: inFlightOf(options.concurrency),
    workers: 1,
    maxRetries: options.maxRetries,
    retryDelayMs,
    allowPrivateUrls,
    // Somebody waits for each answer.
    priority: 'high',
    waitForQuota: options.waitForQuota ?? 'minutes',
    ...(endpointIds === undefined ? {} : { endpointIds: [...endpointIds] }),
    ...(caps === undefined ? {} : { caps }),
    ...(payer === undefined ? {} : { payer }),
  };
}

export function inFlightOf(concurrency: number): number {
  return Math.max(1, Math.min(MOST_IN_FLIGHT, Math.floor(concurrency)));
}

/** The folder of a name; names that differ have folders that differ. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  return slug === name ? slug : `${slug}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
