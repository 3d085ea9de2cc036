import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabFailure, MeasureOutcome } from '../../images/lab/picture-lab';
import type { Store } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { createMeasuring, type Measuring, type MeasuringOptions } from './measuring';

let library: Library;
let store: Store;
let measuring: Measuring | null = null;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(async () => {
  await measuring?.close();
  measuring = null;
  await library.remove();
});

const GONE: LabFailure = { kind: 'failed', sentence: 'The lab is closed.', isPicture: false };

function figures(hash: string | null): MeasureOutcome {
  return { kind: 'ok', width: 1024, height: 768, mimeType: 'image/png', hash, filled: 0.7, entropy: 7 };
}

/** Measuring on the store with a lab that says what `hashOf` says of each file. */
function measuringWith(given: {
  hashOf: (file: string) => MeasureOutcome;
  isSame?: boolean;
  isOn?: () => boolean;
  isFile?: (path: string) => boolean;
}) {
  const measured: string[] = [];
  const touched: number[] = [];
  const errors: unknown[] = [];
  const options: MeasuringOptions = {
    store,
    lab: {
      measure: ({ result }) => {
        measured.push(String(result).slice('/out/'.length));
        return Promise.resolve(given.hashOf(String(result).slice('/out/'.length)));
      },
      same: () =>
        Promise.resolve({
          kind: 'ok',
          changedShare: given.isSame === false ? 0.3 : 0,
          peakChange: 0.01,
          placement: { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 },
        }),
    },
    events: { touchJob: (_runId, jobId) => void touched.push(jobId) },
    isOn: given.isOn ?? (() => true),
    rowOf: () => Promise.resolve({ asked: { task: 'edit' }, sources: [], inputs: 1 }),
    pathOf: ({ fileName }) => Promise.resolve(join('/out', fileName)),
    isFile: (path) => Promise.resolve(given.isFile?.(path) ?? true),
    onError: (error) => void errors.push(error),
  };
  measuring = createMeasuring(options);
  return { measuring, measured, touched, errors };
}

/** Jobs that are done, and their ids. */
async function doneJobs(count: number, bytes: (at: number) => string = (at) => `bytes ${at}`) {
  const run = await plannedRun(store, count, '/out');
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: count });
  const starts = jobs.map((job) => ({ start: attemptFor(store, job), stem: job.stem }));
  await store.sent(starts.map(({ start }) => start));
  await Promise.all(
    starts.map(async ({ start, stem }, at) => store.ended(doneEnd(start, fileOf(stem, bytes(at))))),
  );
  return { run, jobIds: jobs.map(({ id }) => id) };
}

async function finish(job: { id: number; runId: number; stem: string }, bytes: string): Promise<void> {
  const start = attemptFor(store, job);
  await store.sent([start]);
  await store.ended(doneEnd(start, fileOf(job.stem, bytes)));
}

const distinct = (file: string): MeasureOutcome =>
  figures(
    `${(Number(file.slice(0, 6)) * 0x9e37).toString(16).padStart(8, '0')}${file.slice(2, 6).repeat(2)}`,
  );

describe('measuring', () => {
  it('measures each result as it lands, tells of it, and does not measure it twice', async () => {
    const { jobIds } = await doneJobs(3);
    const { measured, touched, measuring: one } = measuringWith({ hashOf: distinct });
    for (const jobId of jobIds) one.onEnded({ jobId, next: { kind: 'done' } });
    await one.settled();
    one.catchUp();
    await one.settled();
    expect(measured).toEqual(['000000.png', '000001.png', '000002.png']);
    expect(touched).toEqual(jobIds);
    const [tile] = await store.jobsById(jobIds);
    expect(tile).toMatchObject({ suspicion: 0 });
  });

  it('catches up, newest first, with what landed while nobody measured', async () => {
    const { jobIds } = await doneJobs(40);
    await library.open().then((again) => (store = again));
    const { measured, measuring: one } = measuringWith({ hashOf: distinct });
    one.catchUp();
    await one.settled();
    expect(measured).toHaveLength(40);
    expect(measured[0]).toBe('000039.png');
    expect(await store.resultsToMeasure(jobIds)).toEqual([]);
    expect(await store.unmeasured(null, 10)).toEqual([]);
  });

  it('loses nothing when more lands than it keeps in mind', async () => {
    const { jobIds } = await doneJobs(540);
    const { measured, measuring: one } = measuringWith({ hashOf: () => figures(null) });
    for (const jobId of jobIds) one.onEnded({ jobId, next: { kind: 'done' } });
    await one.settled();
    expect(new Set(measured).size).toBe(540);
  });

  it('measures the new result of a rerun anew', async () => {
    const { run, jobIds } = await doneJobs(1);
    const { measured, measuring: one } = measuringWith({ hashOf: distinct });
    one.catchUp();
    await one.settled();
    await store.requeue(run.id, { kind: 'jobs', jobIds });
    const [job] = await store.jobsById(jobIds);
    if (job === undefined) throw new Error('no job');
    await finish(job, 'other bytes');
    expect((await store.jobsById(jobIds))[0]?.suspicion).toBeUndefined();
    one.onEnded({ jobId: job.id, next: { kind: 'done' } });
    await one.settled();
    expect(measured).toHaveLength(2);
  });

  it('marks both of two rows with the same picture', async () => {
    const { jobIds } = await doneJobs(3, (at) => (at === 2 ? 'bytes 0' : `bytes ${at}`));
    const { touched, measuring: one } = measuringWith({ hashOf: distinct });
    for (const jobId of jobIds) one.onEnded({ jobId, next: { kind: 'done' } });
    await one.settled();
    const jobs = await store.jobsById(jobIds);
    expect(jobs.map(({ suspicions }) => suspicions ?? [])).toEqual([['duplicate'], [], ['duplicate']]);
    const last = await store.measures(jobs[2]?.resultId ?? 0);
    expect(last?.duplicate).toEqual({ jobId: jobIds[0], row: 0, exact: true, distance: 0 });
    expect(touched).toContain(jobIds[0]);
  });

  it('takes the mark from a row whose twin was replaced by a rerun', async () => {
    const { run, jobIds } = await doneJobs(2, () => 'the same bytes');
    const { measuring: one } = measuringWith({ hashOf: distinct });
    one.catchUp();
    await one.settled();
    const [, second] = await store.jobsById(jobIds);
    expect(second?.suspicions).toEqual(['duplicate']);
    if (second === undefined) throw new Error('no job');
    await store.requeue(run.id, { kind: 'jobs', jobIds: [second.id] });
    await finish(second, 'bytes of its own');
    one.onEnded({ jobId: second.id, next: { kind: 'done' } });
    await one.settled();
    const jobs = await store.jobsById(jobIds);
    expect(jobs.map(({ suspicions }) => suspicions ?? [])).toEqual([[], []]);
    expect((await store.measures(jobs[0]?.resultId ?? 0))?.duplicate).toBeUndefined();
  });

  it.each([
    [true, ['duplicate']],
    [false, []],
  ])(
    'believes a look-alike only when the pixels agree (%s), also of an earlier session',
    async (isSame, kinds) => {
      const { jobIds } = await doneJobs(2);
      const alike = (file: string) =>
        figures(file === '000000.png' ? '0123456789abcdef' : '0123456789abcdee');
      const before = measuringWith({ hashOf: alike });
      before.measuring.onEnded({ jobId: jobIds[0] ?? 0, next: { kind: 'done' } });
      await before.measuring.settled();
      const after = measuringWith({ hashOf: alike, isSame });
      after.measuring.onEnded({ jobId: jobIds[1] ?? 0, next: { kind: 'done' } });
      await after.measuring.settled();
      expect((await store.jobsById(jobIds)).map(({ suspicions }) => suspicions ?? [])).toEqual([
        kinds,
        kinds,
      ]);
    },
  );

  it('calls a result that cannot be opened unreadable, and leaves what the machine is at fault for', async () => {
    const { jobIds } = await doneJobs(2);
    const broken: LabFailure = { kind: 'failed', sentence: 'The result is damaged.', isPicture: true };
    const { measuring: one } = measuringWith({ hashOf: (file) => (file === '000000.png' ? broken : GONE) });
    one.catchUp();
    await one.settled();
    const [first, second] = await store.jobsById(jobIds);
    expect(first).toMatchObject({ suspicions: ['unreadable'] });
    expect(second?.suspicion).toBeUndefined();
  });

  it('leaves results whose file is away, and goes on', async () => {
    await doneJobs(3);
    const { measured, measuring: one } = measuringWith({
      hashOf: distinct,
      isFile: (path) => !path.includes('000001'),
    });
    one.catchUp();
    await one.settled();
    expect(measured).toEqual(['000002.png', '000000.png']);
  });

  it('does nothing while it is switched off', async () => {
    let isOn = false;
    const { jobIds } = await doneJobs(1);
    const { measured, measuring: one } = measuringWith({ hashOf: distinct, isOn: () => isOn });
    one.onEnded({ jobId: jobIds[0] ?? 0, next: { kind: 'done' } });
    one.catchUp();
    await one.settled();
    expect(measured).toEqual([]);
    isOn = true;
    one.catchUp();
    await one.settled();
    expect(measured).toHaveLength(1);
  });

  it('survives a store that fails, and hears of it', async () => {
    await doneJobs(1);
    const { errors, measured, measuring: one } = measuringWith({ hashOf: distinct });
    const { saveMeasures } = store;
    store.saveMeasures = () => Promise.reject(new Error('disk full'));
    one.catchUp();
    await one.settled();
    expect(errors).toHaveLength(1);
    store.saveMeasures = saveMeasures;
    one.catchUp();
    await one.settled();
    expect(measured).toHaveLength(2);
  });
});
