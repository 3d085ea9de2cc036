/** Runs that go on by themselves on a timer: rows are sent, finish, fail for various reasons, and can be rerun. */
import type { RunRequest } from '@shared/contract';
import type { FailureKind } from '@shared/model/failure';
import { NO_COUNTS } from '@shared/model/run';
import type { Counts, JobDetail, JobTile, Run } from '@shared/model/run';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { fakeRow } from './fake-data';
import { figureUrl } from './fake-pictures';

export interface FakeRun {
  run: Run;
  readonly jobs: JobTile[];
}

/** Every so many rows one fails, and why. */
const FAILING: readonly (readonly [number, FailureKind, string])[] = [
  [7, 'blocked', 'The provider refused this picture for safety.'],
  [13, 'no_image', 'The model answered "I cannot edit this picture." and no image.'],
  [17, 'bad_input', 'faces/0016.jpg is not there.'],
  [19, 'timeout', 'No answer within 300 s.'],
];

export function failureOf(row: number): readonly [FailureKind, string] | null {
  const found = FAILING.find(([every]) => row % every === every - 1);
  return found === undefined ? null : [found[1], found[2]];
}

export function newRun(id: number, request: RunRequest, rows: number): FakeRun {
  const jobs: JobTile[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const { model } of request.recipe.models) {
      for (let variant = 0; variant < request.recipe.variants; variant += 1) {
        const position = jobs.length;
        jobs.push({
          id: id * 1_000_000 + position,
          runId: id,
          position,
          row,
          index: row,
          variant,
          model,
          state: 'pending',
        });
      }
    }
  }
  const run: Run = {
    id,
    origin: 'dataset',
    name: request.name ?? `run ${id}`,
    datasetId: request.datasetId,
    recipe: request.recipe,
    options: { ...DEFAULT_SETTINGS, filterRows: '', ...request.options } as Run['options'],
    outputDir: `/home/ana/Pictures/Brushfleet/${request.name ?? `run-${id}`}`,
    createdAt: id,
    state: { kind: 'running' },
    counts: { ...NO_COUNTS, pending: jobs.length },
    failures: {},
    ratePerSecond: 0,
    costUsd: 0,
    requests: 0,
    place: id,
    emptied: 0,
    look: 0,
  };
  return { run, jobs };
}

/** Settles up to `count` jobs and sends as many new ones; returns those that changed. */
export function step(fake: FakeRun, count: number): readonly JobTile[] {
  const changed: JobTile[] = [];
  const put = (job: JobTile) => {
    fake.jobs[job.position] = job;
    changed.push(job);
  };
  for (const job of fake.jobs.filter((one) => one.state === 'sent').slice(0, count)) {
    put(settled(job));
  }
  if (fake.run.state.kind === 'running') {
    for (const job of fake.jobs.filter((one) => one.state === 'pending').slice(0, count)) {
      put({ ...job, state: 'sent' });
    }
  }
  recount(fake, count);
  return changed;
}

function settled(job: JobTile): JobTile {
  const failure = failureOf(job.row);
  return failure === null
    ? { ...job, state: 'done', resultId: job.id, width: 1024, height: 1024 }
    : { ...job, state: 'failed', failureKind: failure[0] };
}

export function recount(fake: FakeRun, ratePerSecond = 0): void {
  const counts: Counts = { ...NO_COUNTS };
  const mutable: Record<string, number> = counts;
  const failures: Partial<Record<FailureKind, number>> = {};
  for (const job of fake.jobs) {
    mutable[job.state] = (mutable[job.state] ?? 0) + 1;
    if (job.state === 'failed' && job.failureKind !== undefined) {
      failures[job.failureKind] = (failures[job.failureKind] ?? 0) + 1;
    }
  }
  const left = counts.pending + counts.sent;
  const isOver = left === 0;
  fake.run = {
    ...fake.run,
    counts,
    failures,
    ratePerSecond: isOver ? 0 : ratePerSecond,
    ...(isOver || ratePerSecond === 0 ? {} : { etaSeconds: left / ratePerSecond }),
    costUsd: counts.done * 0.0336,
    requests: counts.done + counts.failed + counts.unknown + counts.sent,
    state: isOver ? { kind: 'finished' } : fake.run.state,
  };
}

export function detailOf(job: JobTile): JobDetail {
  const { fields } = fakeRow(job.row);
  const failure = job.state === 'failed' ? failureOf(job.row) : null;
  const sentAt = Date.now() - 60_000;
  const isDone = job.state === 'done';
  const attempt = { endpointId: 'google', endpointName: 'Google official', sentAt };
  return {
    job,
    instruction: fields['instruction'] ?? '',
    fields,
    inputs: [figureUrl(job.row, false)],
    inputNames: [fields['image'] ?? ''],
    ...(isDone ? { output: figureUrl(job.row, true), heatMap: `${figureUrl(job.row, false)}#changed` } : {}),
    ...(isDone
      ? {
          result: {
            id: job.id,
            fileName: `${String(job.index).padStart(6, '0')}.png`,
            mimeType: 'image/png',
            width: 1024,
            height: 1024,
            sizeBytes: 1_482_113,
            sha256: '0'.repeat(64),
          },
        }
      : {}),
    ...(failure === null ? {} : { failure: { kind: failure[0], message: failure[1], bodySent: true } }),
    attempts: [
      {
        ...attempt,
        id: 1,
        number: 1,
        keyTail: 'p0Lk',
        endedAt: sentAt + 300,
        failure: { kind: 'quota_minute', message: 'Over 60 requests a minute.', httpStatus: 429 },
      },
      ...(isDone
        ? [{ ...attempt, id: 2, number: 2, keyTail: 'x7Qd', endedAt: sentAt + 8400, costUsd: 0.0336 }]
        : []),
    ],
  };
}
