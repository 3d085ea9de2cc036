import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '@shared/model/gallery';
import type { Store } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

describe.each(DRIVERS)('the journal on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  async function sentJob(runId: number) {
    const [job] = await store.pending(runId, 0, 1);
    if (job === undefined) throw new Error('No job is pending.');
    const start = attemptFor(store, job);
    await store.sent([start]);
    return start;
  }

  it('hands out pending jobs in the order of the run, after a given one', async () => {
    const { id } = await plannedRun(store, 5);
    const first = await store.pending(id, 0, 2);
    const rest = await store.pending(id, first.at(-1)?.id ?? 0, 10);
    expect([...first, ...rest].map((job) => job.id)).toEqual(
      (await store.jobs({ runId: id, offset: 0, limit: 9 })).jobs.map((j) => j.id),
    );
    expect(first[0]).toEqual({
      id: first[0]?.id,
      runId: id,
      model: { provider: 'openai', model: 'gpt-image-1' },
      retriesUsed: 0,
    });
    expect(await store.pending(id, rest.at(-1)?.id ?? 0, 10)).toEqual([]);
  });

  it('follows a job to its picture', async () => {
    const run = await plannedRun(store, 1, '/out/a');
    const start = await sentJob(run.id);
    expect(await store.job(start.jobId)).toMatchObject({ state: 'sent', attempts: 1, endpointName: 'Relay' });
    expect(await store.counts(run.id)).toMatchObject({ pending: 0, sent: 1 });
    const file = fileOf('000000');
    await store.received(start.attemptId, file);
    await store.ended(doneEnd(start, file));
    const job = await store.job(start.jobId);
    expect(job).toMatchObject({
      state: 'done',
      seconds: 2.5,
      costUsd: 0.04,
      failure: null,
      width: 1024,
      height: 768,
    });
    expect(job?.result).toEqual({ ...file, id: job?.resultId });
    expect(await store.result(job?.resultId ?? 0)).toEqual({
      result: job?.result,
      path: join('/out/a', '000000.png'),
      jobId: job?.id,
    });
    expect(await store.run(run.id)).toMatchObject({
      counts: { done: 1, sent: 0 },
      costUsd: 0.04,
      failures: {},
    });
    expect(await store.attempts(start.jobId)).toEqual([
      {
        id: start.attemptId,
        number: 1,
        endpointId: 'relay',
        endpointName: 'Relay',
        keyTail: 'wxyz',
        sentAt: 1000,
        endedAt: 3500,
        costUsd: 0.04,
      },
    ]);
  });

  it('keeps the last failure of a job that is tried again, and counts only what counts', async () => {
    const run = await plannedRun(store, 1);
    await store.ended(failedEnd(await sentJob(run.id), 'quota_minute', { kind: 'again', counted: false }));
    await store.ended(failedEnd(await sentJob(run.id), 'overloaded', { kind: 'again', counted: true }));
    const [pending] = await store.pending(run.id, 0, 1);
    expect(pending?.retriesUsed).toBe(1);
    const job = await store.job(pending?.id ?? 0);
    expect(job).toMatchObject({
      state: 'pending',
      failureKind: 'overloaded',
      failure: { message: 'It was overloaded.' },
      attempts: 2,
    });
    expect((await store.run(run.id))?.failures).toEqual({});
    expect(
      (await store.attempts(job?.id ?? 0)).map((attempt) => [attempt.number, attempt.failure?.kind]),
    ).toEqual([
      [1, 'quota_minute'],
      [2, 'overloaded'],
    ]);
    await finishNext(store, run.id);
    expect(await store.job(job?.id ?? 0)).toMatchObject({ state: 'done', failure: null, attempts: 3 });
  });

  it('counts failures by kind and groups them by text', async () => {
    const run = await plannedRun(store, 4);
    for (const kind of ['blocked', 'bad_input', 'blocked'] as const) {
      await store.ended(failedEnd(await sentJob(run.id), kind));
    }
    expect(await store.run(run.id)).toMatchObject({
      counts: { failed: 3, pending: 1 },
      failures: { blocked: 2, bad_input: 1 },
    });
    expect(await store.failureGroups(run.id)).toMatchObject([
      { kind: 'blocked', message: 'It was blocked.', count: 2 },
      { kind: 'bad_input', message: 'It was bad_input.', count: 1 },
    ]);
    expect(await store.requeue(run.id, { kind: 'failed', failureKind: 'blocked' })).toBe(2);
    expect(await store.run(run.id)).toMatchObject({
      counts: { failed: 1, pending: 3 },
      failures: { bad_input: 1 },
    });
    expect(await store.requeue(run.id, { kind: 'failed' })).toBe(1);
    expect(await store.requeue(run.id, { kind: 'failed' })).toBe(0);
  });

  it('refuses to send what is not pending, and to end what is not under way', async () => {
    const run = await plannedRun(store, 2);
    const start = await sentJob(run.id);
    const job = { id: start.jobId, runId: run.id };
    await expect(store.sent([attemptFor(store, job)])).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    await store.ended(doneEnd(start, fileOf('000000')));
    await expect(store.sent([attemptFor(store, job)])).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    await expect(store.ended(doneEnd(start, fileOf('000000')))).rejects.toMatchObject({
      code: 'UNEXPECTED_STATE',
    });
    await expect(store.received(start.attemptId, fileOf('000000'))).rejects.toMatchObject({
      code: 'UNEXPECTED_STATE',
    });
    expect(await store.counts(run.id)).toMatchObject({ done: 1, pending: 1, sent: 0 });
  });

  it('sends all of a batch or none of it', async () => {
    const run = await plannedRun(store, 2);
    const [first] = await store.pending(run.id, 0, 2);
    if (first === undefined) throw new Error('two jobs');
    const batch = [attemptFor(store, first), { ...attemptFor(store, first), jobId: 999 }];
    await expect(store.sent(batch)).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    expect(await store.counts(run.id)).toMatchObject({ pending: 2, sent: 0 });
  });

  it('gathers what may wait, and commits it at once with what may not', async () => {
    let timers = 0;
    store = await library.open({
      setTimer: () => {
        timers += 1;
        return () => undefined;
      },
    });
    const run = await plannedRun(store, 3);
    const [a, b] = [await sentJob(run.id), await sentJob(run.id)];
    timers = 0;
    let acknowledged = 0;
    const ends = [a, b].map((start) =>
      store.ended(failedEnd(start, 'blocked')).then(() => {
        acknowledged += 1;
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect([timers, acknowledged]).toEqual([1, 0]);
    await sentJob(run.id);
    await Promise.all(ends);
    expect(acknowledged).toBe(2);
  });

  it('lets a read see what was written before it was asked', async () => {
    store = await library.open({ setTimer: () => () => undefined });
    const run = await plannedRun(store, 1);
    const start = await sentJob(run.id);
    const ended = store.ended(doneEnd(start, fileOf('000000')));
    expect(await store.job(start.jobId)).toMatchObject({ state: 'done' });
    await ended;
  });

  it('never gives an attempt id twice, also across openings', async () => {
    const run = await plannedRun(store, 1);
    const start = await sentJob(run.id);
    store = await library.open();
    expect(store.nextAttemptId()).toBeGreaterThan(start.attemptId);
  });

  describe('a job that is asked for again', () => {
    it('goes back to pending when its row changed; an unchanged one stays done', async () => {
      const run = await plannedRun(store, 2);
      const [first, second] = [await finishNext(store, run.id), await finishNext(store, run.id)];
      const plan = newJobs(2).map((job) => (job.row === 1 ? { ...job, digest: 'second' } : job));
      expect(await store.planJobs(run.id, plan)).toMatchObject({ added: 0, changed: 1 });
      expect(await store.planJobs(run.id, plan)).toMatchObject({ added: 0, changed: 0 });
      expect((await store.job(first))?.state).toBe('done');
      expect(await store.job(second)).toMatchObject({ state: 'pending', result: null });
      expect(await store.galleryPage({ query: EVERYTHING }, 0, 10)).toMatchObject({
        total: 1,
        jobs: [{ id: first }],
      });
    });

    it('replaces its result once the successor is whole, and its cost adds up', async () => {
      const run = await plannedRun(store, 1);
      const jobId = await finishNext(store, run.id);
      const old = (await store.job(jobId))?.resultId ?? 0;
      expect(await store.requeue(run.id, { kind: 'jobs', jobIds: [jobId, 999] })).toBe(1);
      expect(await store.result(old)).not.toBeNull();
      await finishNext(store, run.id);
      expect(await store.result(old)).toBeNull();
      expect(await store.job(jobId)).toMatchObject({ costUsd: 0.08, attempts: 2 });
      expect((await store.run(run.id))?.costUsd).toBe(0.08);
      expect((await store.galleryPage({ query: EVERYTHING }, 0, 10)).total).toBe(1);
    });

    it('is not taken from whoever is sending it', async () => {
      const run = await plannedRun(store, 2);
      const start = await sentJob(run.id);
      await finishNext(store, run.id);
      expect(await store.requeue(run.id, { kind: 'all' })).toBe(1);
      const plan = newJobs(2).map((job) => ({ ...job, digest: 'second' }));
      expect(await store.planJobs(run.id, plan)).toMatchObject({ added: 0, changed: 1 });
      expect((await store.job(start.jobId))?.state).toBe('sent');
    });
  });

  describe('after a crash', () => {
    it('calls unknown what was sent and never heard of again, and pauses its run', async () => {
      const run = await plannedRun(store, 3);
      await store.setRunState(run.id, { kind: 'running' });
      const start = await sentJob(run.id);
      await finishNext(store, run.id);
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
      expect(await store.recover()).toEqual({ unknown: 0, released: 0 });
      expect(await store.run(run.id)).toMatchObject({
        counts: { unknown: 1, done: 1, pending: 1, sent: 0 },
        state: { kind: 'paused' },
      });
      await expect(store.ended(doneEnd(start, fileOf('000000')))).rejects.toMatchObject({
        code: 'UNEXPECTED_STATE',
      });
      expect(await store.requeue(run.id, { kind: 'unknown' })).toBe(1);
      expect((await store.pending(run.id, 0, 10)).map((job) => job.id)).toContain(start.jobId);
    });

    it.each([
      ['its final name', '000000.png'],
      ['its temporary name', 'TEMPORARY'],
    ])('keeps a result whose file is whole under %s', async (_, name) => {
      const out = join(library.dir, 'out');
      mkdirSync(out);
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      writeFileSync(
        join(out, name.replace('TEMPORARY', `000000.${start.attemptId}.part`)),
        'bytes of 000000',
      );
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 0, released: 0 });
      expect(await store.job(start.jobId)).toMatchObject({ state: 'done', result: fileOf('000000') });
      expect(readdirSync(out)).toEqual(['000000.png']);
    });

    it('keeps what somebody has put in the place of such a result meanwhile', async () => {
      const out = join(library.dir, 'out');
      mkdirSync(out);
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      writeFileSync(join(out, `000000.${start.attemptId}.part`), 'bytes of 000000');
      writeFileSync(join(out, '000000.png'), 'of somebody');
      writeFileSync(join(out, '000000.found.png'), 'of an earlier time');
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 0, released: 0 });
      expect(await store.job(start.jobId)).toMatchObject({ state: 'done', result: fileOf('000000') });
      expect(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')])).toEqual([
        ['000000.found-2.png', 'of somebody'],
        ['000000.found.png', 'of an earlier time'],
        ['000000.png', 'bytes of 000000'],
      ]);
    });

    it('lets such a result take the place of a file that holds nothing', async () => {
      const out = join(library.dir, 'out');
      mkdirSync(out);
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      writeFileSync(join(out, `000000.${start.attemptId}.part`), 'bytes of 000000');
      writeFileSync(join(out, '000000.png'), '');
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 0, released: 0 });
      expect(readdirSync(out)).toEqual(['000000.png']);
      expect(readFileSync(join(out, '000000.png'), 'utf8')).toBe('bytes of 000000');
    });

    it('does not believe a file with another hash', async () => {
      const out = join(library.dir, 'out');
      mkdirSync(out);
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      writeFileSync(join(out, '000000.png'), 'torn');
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
      expect((await store.job(start.jobId))?.state).toBe('unknown');
    });

    it('adopts what lay on a disk that was not connected, once it is', async () => {
      const [out, away] = [join(library.dir, 'out'), join(library.dir, 'away')];
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      mkdirSync(away);
      writeFileSync(join(away, `000000.${start.attemptId}.part`), 'bytes of 000000');
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
      expect((await store.job(start.jobId))?.state).toBe('unknown');
      renameSync(away, out);
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 0, released: 0 });
      expect((await store.job(start.jobId))?.state).toBe('done');
    });

    it('adopts what a lost worker had received, unless the job was sent again since', async () => {
      const out = join(library.dir, 'out');
      mkdirSync(out);
      const run = await plannedRun(store, 1, out);
      const start = await sentJob(run.id);
      await store.received(start.attemptId, fileOf('000000'));
      const { attemptId, jobId, runId } = start;
      await store.ended({
        attemptId,
        jobId,
        runId,
        bodySentAt: null,
        endedAt: 1,
        tookMs: 1,
        outcome: { kind: 'lost' },
        next: { kind: 'unknown' },
      });
      expect((await store.job(jobId))?.state).toBe('unknown');
      await store.requeue(run.id, { kind: 'unknown' });
      await sentJob(run.id);
      writeFileSync(join(out, '000000.png'), 'bytes of 000000');
      store = await library.open();
      expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
    });
  });
});
