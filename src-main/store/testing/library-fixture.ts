/** A library in a temporary folder, and what a run in it is made of. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptEnd, AttemptStart, ReceivedFile } from '../../engine/ports';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import type { FailureKind } from '@shared/model/failure';
import type { DriverName } from '../database/driver';
import { type InProcessOptions, openStoreInProcess } from '../sqlite-store';
import type { NewJob, NewRun, Store, StoredRun } from '../store';

export const DRIVERS: readonly DriverName[] = ['node', 'libsql'];

export const MODEL = { provider: 'openai', model: 'gpt-image-1' } as const;

export interface Library {
  readonly dir: string;
  /** Opens, or closes and opens again. */
  open(options?: Partial<InProcessOptions>): Promise<Store>;
  remove(): Promise<void>;
}

export function temporaryLibrary(driver: DriverName): Library {
  const dir = mkdtempSync(join(tmpdir(), 'brushfleet-store-'));
  let store: Store | null = null;
  return {
    dir,
    async open(options = {}) {
      await store?.close();
      store = openStoreInProcess({ libraryDir: dir, driver, ...options });
      return store;
    },
    async remove() {
      await store?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function newRun(datasetId: number, outputDir = '/nowhere/out'): NewRun {
  const { concurrency, workers, maxRetries, retryDelayMs } = DEFAULT_SETTINGS;
  return {
    name: 'cats',
    datasetId,
    recipe: { task: 'edit', models: [MODEL], instruction: '{{instruction}}', imageColumns: [], variants: 1 },
    options: { filterRows: '', concurrency, workers, maxRetries, retryDelayMs, allowPrivateUrls: false },
    outputDir,
  };
}

export function newJobs(count: number, from = 0): NewJob[] {
  return Array.from({ length: count }, (_, at) => ({
    position: from + at,
    row: from + at,
    index: from + at,
    variant: 0,
    model: MODEL,
    stem: String(from + at).padStart(6, '0'),
    digest: 'first',
  }));
}

/** A run of `count` pending jobs. */
export async function plannedRun(store: Store, count: number, outputDir?: string): Promise<StoredRun> {
  const dataset = await store.createDataset({
    name: 'cats.csv',
    format: 'csv',
    sourcePath: '/data/cats.csv',
    baseDir: '/data',
  });
  const run = await store.createRun(newRun(dataset.id, outputDir));
  await store.planJobs(run.id, newJobs(count));
  return run;
}

export function attemptFor(store: Store, job: { id: number; runId: number }): AttemptStart {
  return {
    attemptId: store.nextAttemptId(),
    jobId: job.id,
    runId: job.runId,
    endpointId: 'relay',
    endpointName: 'Relay',
    keyId: 'key-1',
    keyTail: 'wxyz',
    model: MODEL.model,
    sentAt: 1000,
  };
}

export function fileOf(stem: string, bytes = `bytes of ${stem}`): ReceivedFile {
  return {
    fileName: `${stem}.png`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mimeType: 'image/png',
    width: 1024,
    height: 768,
    sizeBytes: bytes.length,
  };
}

export function doneEnd(start: AttemptStart, file: ReceivedFile, costUsd: number | null = 0.04): AttemptEnd {
  const { attemptId, jobId, runId } = start;
  const outcome = { kind: 'done', file, usage: { imageTokens: 1290 }, costUsd } as const;
  return {
    attemptId,
    jobId,
    runId,
    endedAt: 3500,
    bodySentAt: 1200,
    tookMs: 2500.4,
    outcome,
    next: { kind: 'done' },
  };
}

export function failedEnd(
  start: AttemptStart,
  kind: FailureKind,
  next: AttemptEnd['next'] = { kind: 'failed' },
): AttemptEnd {
  const { attemptId, jobId, runId } = start;
  const outcome = { kind: 'failed', failure: { kind, message: `It was ${kind}.` } } as const;
  return { attemptId, jobId, runId, endedAt: 3500, bodySentAt: 1200, tookMs: 2500, outcome, next };
}

/** Carries the run's next pending job through to its picture. */
export async function finishNext(store: Store, runId: number): Promise<number> {
  const [job] = await store.pending(runId, 0, 1);
  if (job === undefined) {
    throw new Error('No job is pending.');
  }
  const stem = (await store.job(job.id))?.stem ?? '';
  const start = attemptFor(store, job);
  await store.sent([start]);
  await store.received(start.attemptId, fileOf(stem));
  await store.ended(doneEnd(start, fileOf(stem)));
  return job.id;
}

/** Sends the run's next pending job at that moment; `given` says what is special about it. */
export async function sendNext(
  store: Store,
  runId: number,
  given: Partial<AttemptStart>,
): Promise<AttemptStart> {
  const [job] = await store.pending(runId, -1, 1);
  if (job === undefined) {
    throw new Error('No job is pending.');
  }
  const start = { ...attemptFor(store, job), ...given };
  await store.sent([start]);
  return start;
}
