/** What one job costs the journal (sent, received, done), 64 of them in each commit, beside a million others. */
import { openStoreInProcess } from '../../src-main/store/sqlite-store';
import type { Store } from '../../src-main/store/store';
import { atMost, type Figure, note } from '../pool/figures';
import { cpuSeconds, timed } from './gauges';
import { libraryDir, MODEL, type Scene } from './scene';

const BAR_US = 50;
const TOGETHER = 64;
const ROUNDS = 200;
const REPEATS = 5;

export async function journalStage(scene: Scene): Promise<readonly Figure[]> {
  const store = openStoreInProcess({ libraryDir: libraryDir(scene) });
  const [run] = await store.runs();
  if (run === undefined) {
    throw new Error('Start a run first.');
  }
  const perJob: number[] = [];
  const cpuBefore = cpuSeconds();
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    perJob.push(await measure(store, run.id));
  }
  const cpu = cpuSeconds() - cpuBefore;
  await store.close();
  perJob.sort((a, b) => a - b);
  return [
    atMost('a job, microseconds (best of five)', perJob[0] ?? Number.NaN, BAR_US, 1),
    note('CPU a job, microseconds', ((cpu * 1e6) / (TOGETHER * ROUNDS * REPEATS)).toFixed(1)),
    note('all five', perJob.map((us) => us.toFixed(1)).join(' ')),
  ];
}

async function measure(store: Store, runId: number): Promise<number> {
  const pending = await store.pending(runId, -1, TOGETHER * ROUNDS);
  const [, ms] = await timed(async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await carry(store, pending.slice(round * TOGETHER, (round + 1) * TOGETHER));
    }
  });
  return (ms * 1000) / pending.length;
}

async function carry(store: Store, jobs: Awaited<ReturnType<Store['pending']>>): Promise<void> {
  const starts = jobs.map((job) => ({
    attemptId: store.nextAttemptId(),
    jobId: job.id,
    runId: job.runId,
    endpointId: 'mock',
    endpointName: 'Mock',
    keyId: 'bench',
    keyTail: '0001',
    model: MODEL.model,
    sentAt: Date.now(),
  }));
  await store.sent(starts);
  const file = {
    sha256: 'a'.repeat(64),
    mimeType: 'image/png',
    width: 1024,
    height: 1024,
    sizeBytes: 1_300_000,
  };
  const named = starts.map((start) => ({ ...start, file: { ...file, fileName: `${start.jobId}.png` } }));
  await Promise.all(named.map((start) => store.received(start.attemptId, start.file)));
  await Promise.all(
    named.map((start) =>
      store.ended({
        attemptId: start.attemptId,
        jobId: start.jobId,
        runId: start.runId,
        endedAt: Date.now(),
        bodySentAt: Date.now(),
        tookMs: 900,
        outcome: { kind: 'done', file: start.file, usage: { imageTokens: 1290 }, costUsd: 0.039 },
        next: { kind: 'done' },
      }),
    ),
  );
}
