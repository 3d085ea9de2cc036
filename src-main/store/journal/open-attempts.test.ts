import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptStart } from '../../engine/ports';
import { createOpenAttempts } from './open-attempts';
import type { Store } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  fileOf,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

const place = {
  job_id: 1,
  run_id: 1,
  endpoint_id: 'relay',
  key_id: null,
  model: 'gpt-image-1',
  sent_at: 1000,
  price_micro_usd: null,
} as const;

describe('attempts under way', () => {
  it('are told once', () => {
    const open = createOpenAttempts();
    open.add(7, place);
    expect(open.take(7)).toEqual(place);
    expect(open.take(7)).toBeUndefined();
  });

  it('do not pile up when their ends never come', () => {
    const open = createOpenAttempts(3);
    const ids = Array.from({ length: 100 }, (_, at) => at);
    ids.forEach((id) => open.add(id, place));
    expect(ids.filter((id) => open.take(id) !== undefined).length).toBeLessThanOrEqual(3);
    open.add(100, place);
    expect(open.take(100)).toEqual(place);
  });
});

describe.each(DRIVERS)('the end of an attempt on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    // Nothing commits but with company or before a read.
    store = await library.open({ setTimer: () => () => undefined });
  });
  afterEach(() => library.remove());

  /** What the journal wrote of a job and its attempts. */
  async function told({ jobId }: AttemptStart) {
    const job = await store.job(jobId);
    const attempts = (await store.attempts(jobId)).map((attempt) => ({ ...attempt, id: 0 }));
    return {
      attempts,
      state: job?.state,
      number: job?.attempts,
      endpointName: job?.endpointName,
      seconds: job?.seconds,
      costUsd: job?.costUsd,
      failure: job?.failure,
      width: job?.width,
    };
  }

  it('is the same whether this process sent it or one before', async () => {
    const run = await plannedRun(store, 2);
    const here = await sendNext(store, run.id, { sentAt: 1000.4 });
    const before = await sendNext(store, run.id, { sentAt: 1000.4 });
    await Promise.all([store.ended(doneEnd(here, fileOf('000000'))), store.counts(run.id)]);
    const sums = await Promise.all([store.keyFigures(0), store.spentSince(0), store.endpointMinutes(0)]);
    store = await library.open();
    await store.ended(doneEnd(before, fileOf('000001')));
    expect(await told(before)).toEqual(await told(here));
    expect(await store.counts(run.id)).toMatchObject({ done: 2, sent: 0, pending: 0 });
    expect(sums).toMatchObject([
      [{ succeeded: 1, failed: 0, costUsd: 0.04 }],
      { requests: 2, costUsd: 0.04 },
      [{ ok: 1, failed: 0 }],
    ]);
    expect(await store.keyFigures(0)).toMatchObject([{ succeeded: 2, failed: 0, costUsd: 0.08 }]);
    expect(await store.spentSince(0)).toEqual({ requests: 2, costUsd: 0.08, maybeUsd: 0 });
    expect(await store.endpointMinutes(0)).toMatchObject([{ ok: 2, failed: 0 }]);
  });

  it('is refused once the attempt was given up, however well it is remembered', async () => {
    const run = await plannedRun(store, 1);
    const start = await sendNext(store, run.id, {});
    expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
    const ended = store.ended(doneEnd(start, fileOf('000000')));
    expect(await store.counts(run.id)).toMatchObject({ unknown: 1, done: 0 });
    await expect(ended).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    expect(await store.run(run.id)).toMatchObject({ costUsd: 0 });
  });

  it('is refused while another attempt carries its job', async () => {
    const run = await plannedRun(store, 1);
    const lost = await sendNext(store, run.id, {});
    await store.recover();
    await store.requeue(run.id, { kind: 'unknown' });
    const start = await sendNext(store, run.id, {});
    const late = store.ended(doneEnd(lost, fileOf('000000')));
    expect(await store.counts(run.id)).toMatchObject({ sent: 1, done: 0 });
    await expect(late).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    await Promise.all([store.ended(doneEnd(start, fileOf('000000'))), store.counts(run.id)]);
    expect(await store.counts(run.id)).toMatchObject({ sent: 0, done: 1 });
    expect((await store.run(run.id))?.costUsd).toBe(0.04);
  });

  it('never comes for a job that was cancelled before it was sent', async () => {
    const run = await plannedRun(store, 1);
    const [job] = await store.pending(run.id, -1, 1);
    await store.cancelPending(run.id);
    const sent = store.sent([attemptFor(store, job ?? { id: 0, runId: 0 })]);
    await expect(sent).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    expect(await store.counts(run.id)).toMatchObject({ cancelled: 1, sent: 0 });
  });

  it('counts by how its job stands, not by how it was sent', async () => {
    const run = await plannedRun(store, 1);
    const start = await sendNext(store, run.id, {});
    const kept = store.received(start.attemptId, fileOf('000000'));
    // Its folder is not there: the file may be found later.
    expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
    await kept;
    const ended = store.ended(doneEnd(start, fileOf('000000')));
    expect(await store.counts(run.id)).toMatchObject({ unknown: 0, sent: 0, done: 1 });
    await ended;
    expect(await store.job(start.jobId)).toMatchObject({ state: 'done', result: fileOf('000000') });
  });

  it('comes through when another that shares its commit is refused', async () => {
    const run = await plannedRun(store, 2);
    const [over, good] = [await sendNext(store, run.id, {}), await sendNext(store, run.id, {})];
    await Promise.all([store.ended(doneEnd(over, fileOf('000000'))), store.counts(run.id)]);
    const ends = [good, over].map((start) => store.ended(doneEnd(start, fileOf('000001'))));
    expect(await store.counts(run.id)).toMatchObject({ done: 2, sent: 0 });
    await expect(ends[1]).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    await ends[0];
    expect((await store.run(run.id))?.costUsd).toBe(0.08);
  });

  it('numbers the attempts of a job, and counts each for the run of its job', async () => {
    const [mine, other] = [await plannedRun(store, 1), await plannedRun(store, 1, '/nowhere/else')];
    const first = await sendNext(store, mine.id, {});
    await Promise.all([
      store.ended({
        ...doneEnd(first, fileOf('000000')),
        outcome: { kind: 'lost' },
        next: { kind: 'again', counted: false },
      }),
      store.counts(mine.id),
    ]);
    const [job] = await store.pending(mine.id, -1, 1);
    const again = { ...attemptFor(store, job ?? { id: 0, runId: 0 }), runId: other.id };
    await store.sent([again]);
    expect((await store.attempts(first.jobId)).map(({ number }) => number)).toEqual([1, 2]);
    expect(await store.counts(mine.id)).toMatchObject({ sent: 1, pending: 0 });
    expect(await store.counts(other.id)).toMatchObject({ sent: 0, pending: 1 });
    const [fresh] = await store.pending(other.id, -1, 1);
    await store.sent([{ ...attemptFor(store, fresh ?? { id: 0, runId: 0 }), runId: mine.id }]);
    expect(await store.counts(other.id)).toMatchObject({ sent: 1, pending: 0 });
  });
});
