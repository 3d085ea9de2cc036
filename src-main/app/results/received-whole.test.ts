/** Answers that had come whole, by the journal's hash, and whose place was barred when their process died. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AttemptStart } from '../../engine/ports';
import type { Store, StoredRun } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  failedEnd,
  fileOf,
  type Library,
  newJobs,
  newRun,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { adoptWhole, lyingWhole, spareName } from './found-whole';
import { createUnfinishedFiles } from './unfinished-files';

const MARK = '0a1b2c3d';
/** No end can be told of them, and their hash alone says that they are whole. */
const BYTES = 'bytes of 000000';

let library: Library;
let store: Store;
let out: string;
let place: string;
let spareDir: string;
let run: StoredRun;
let errors: unknown[];
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  out = join(library.dir, 'out');
  place = join(out, '000000.png');
  spareDir = join(library.dir, 'spare');
  await mkdir(spareDir);
  await mkdir(join(place, 'x'), { recursive: true });
  run = await plannedRun(store, 2, out);
  errors = [];
});
afterEach(() => library.remove());

const onError = (error: unknown): void => void errors.push(error);
const adopt = () =>
  adoptWhole({ store, mark: MARK, spareDir, clock: { wallNow: () => 5000 }, onError }, run.id);
const lying = () => lyingWhole({ store, mark: MARK, spareDir }, run.id);
const sweep = () => createUnfinishedFiles({ store, mark: MARK, spareDir, onError }).sweep(null);
const stateOf = async (jobId: number) => (await store.job(jobId))?.state;

async function die() {
  store = await library.open();
  return store.recover(MARK);
}

/** Noted as whole, and no more. */
async function received(): Promise<AttemptStart & { readonly part: string }> {
  const start = await sendNext(store, run.id, {});
  const part = join(out, `000000.${MARK}.${start.attemptId}.part`);
  await writeFile(part, BYTES);
  await store.received(start.attemptId, fileOf('000000'));
  return { ...start, part };
}

async function sendAgain(jobId: number): Promise<void> {
  await store.requeue(run.id, { kind: 'unknown' });
  await store.sent([attemptFor(store, { id: jobId, runId: run.id })]);
}

it('is named, kept, and placed as soon as it can be, without another start', async () => {
  const { jobId, part } = await received();
  expect(await die()).toEqual({ unknown: 1, released: 0 });
  expect(await lying()).toEqual([part]);
  expect(await adopt()).toEqual([]);
  expect(errors.map(String)).toEqual([expect.stringContaining(`The picture is kept in ${part}.`)]);
  await sweep();
  expect(await lying()).toEqual([part]);
  await rm(place, { recursive: true });
  expect(await adopt()).toMatchObject([{ jobId, next: { kind: 'done' } }]);
  expect(await store.job(jobId)).toMatchObject({ state: 'done', result: fileOf('000000') });
  expect(await readdir(out)).toEqual(['000000.png']);
  expect(await readFile(place, 'utf8')).toBe(BYTES);
  expect([await lying(), await store.unfinishedFiles(null, 0, 9)]).toEqual([[], []]);
  expect(await store.counts(run.id)).toMatchObject({ done: 1, unknown: 0, pending: 1 });
});

it('is placed in the process whose worker died, too', async () => {
  const { part, ...start } = await received();
  await store.ended({ ...failedEnd(start, 'network'), outcome: { kind: 'lost' }, next: { kind: 'unknown' } });
  expect(await lying()).toEqual([part]);
  await sweep();
  await rm(place, { recursive: true });
  expect(await adopt()).toMatchObject([{ jobId: start.jobId }]);
  expect(await stateOf(start.jobId)).toBe('done');
});

it('is taken by its hash where it had its final name already', async () => {
  const { jobId, part } = await received();
  await die();
  await rm(place, { recursive: true });
  await rename(part, place);
  await sweep();
  expect(await lying()).toEqual([place]);
  expect(await adopt()).toMatchObject([{ jobId }]);
  expect(await readdir(out)).toEqual(['000000.png']);
});

it.each(['while it is barred', 'once it has a place'])(
  'is not the answer to what its row asks by now: planned anew %s',
  async (when) => {
    const { jobId, part } = await received();
    await die();
    const changed = newJobs(2).map((job) => ({ ...job, digest: 'second' }));
    if (when === 'while it is barred') {
      await store.planJobs(run.id, changed);
      await rm(place, { recursive: true });
    } else {
      await rm(place, { recursive: true });
      await store.planJobs(run.id, changed);
    }
    expect(await adopt()).toEqual([]);
    expect(await lying()).toEqual([]);
    await die();
    expect(await stateOf(jobId)).toBe('unknown');
    await sweep();
    expect(await readFile(part, 'utf8')).toBe(BYTES);
  },
);

it.each(['before', 'after'])(
  'is found by the name that it had: its job got another %s its process died',
  async (when) => {
    const { jobId, part } = await received();
    await (when === 'after' ? die() : undefined);
    await store.planJobs(
      run.id,
      newJobs(2).map((job) => ({ ...job, stem: `renamed_${job.index}` })),
    );
    await mkdir(join(out, 'renamed_0.png', 'x'), { recursive: true });
    await (when === 'before' ? die() : undefined);
    expect([await lying(), await adopt(), await lying()]).toEqual([[part], [], [part]]);
    await rm(join(out, 'renamed_0.png'), { recursive: true });
    expect(await adopt()).toMatchObject([{ jobId }]);
    expect((await readdir(out)).toSorted()).toEqual(['000000.png', 'renamed_0.png']);
  },
);

it('is found by the name that it has, however often its job got another whose place was barred', async () => {
  const { jobId, part } = await received();
  await die();
  for (const name of ['second', 'third']) {
    await store.planJobs(
      run.id,
      newJobs(2).map((job) => ({ ...job, stem: `${name}/${job.index}` })),
    );
    await mkdir(join(out, name, '0.png', 'x'), { recursive: true });
    expect([await lying(), await adopt()]).toEqual([[part], []]);
    await sweep();
  }
  await rm(join(out, 'third', '0.png'), { recursive: true });
  expect(await adopt()).toMatchObject([{ jobId }]);
  expect(await readdir(join(out, 'third'))).toEqual(['0.png']);
  await sweep();
  expect([await readdir(out), await store.unfinishedFiles(null, 0, 9)]).toEqual([
    expect.not.arrayContaining([basename(part)]),
    [],
  ]);
});

it.each([
  ['goes where its job got another answer to the same', 'digest', false],
  ['stays where its job was asked for something else meanwhile', 'second', true],
])('%s', async (_, digest, isKept) => {
  const { jobId, part } = await received();
  await die();
  const spare = join(spareDir, spareName((await store.attempts(jobId)).at(-1)?.id ?? 0));
  await writeFile(spare, BYTES);
  await store.planJobs(
    run.id,
    newJobs(2).map((job) => ({ ...job, digest: digest === 'digest' ? job.digest : digest })),
  );
  await store.requeue(run.id, { kind: 'unknown' });
  await store.ended(doneEnd(await sendNext(store, run.id, {}), fileOf('000000')));
  expect(await stateOf(jobId)).toBe('done');
  await sweep();
  const left = [part, spare].filter((path) => existsSync(path));
  expect(left).toEqual(isKept ? [part, spare] : []);
});

it('is kept while its job goes again, and is the answer still where that was in vain', async () => {
  const { jobId, part } = await received();
  await die();
  await sendAgain(jobId);
  await sweep();
  expect(await readFile(part, 'utf8')).toBe(BYTES);
  expect(await lying()).toEqual([]);
  await rm(place, { recursive: true });
  expect(await adopt()).toEqual([]);
  await die();
  expect(await adopt()).toMatchObject([{ jobId }]);
  expect(await readFile(place, 'utf8')).toBe(BYTES);
});

it('is found though another folder had the name while its disk was not connected', async () => {
  const { jobId } = await received();
  await rm(place, { recursive: true });
  await rename(out, `${out}-disk`);
  await mkdir(out);
  await die();
  await sweep();
  expect([await adopt(), await stateOf(jobId)]).toEqual([[], 'unknown']);
  await rm(out, { recursive: true });
  await rename(`${out}-disk`, out);
  expect(await adopt()).toMatchObject([{ jobId }]);
  expect(await readdir(out)).toEqual(['000000.png']);
});

it('takes no name where another run has replaced its own: there lies what that one has made', async () => {
  const { part } = await received();
  await die();
  await store.createRun(newRun(run.datasetId, out));
  await rm(place, { recursive: true });
  await writeFile(place, 'of the run that is there now');
  expect(await adopt()).toEqual([]);
  expect(await lying()).toEqual([]);
  await sweep();
  expect([await readFile(place, 'utf8'), await readFile(part, 'utf8')]).toEqual([
    'of the run that is there now',
    BYTES,
  ]);
});

it('takes none at the next start either, where its run was replaced before', async () => {
  const { jobId, part } = await received();
  await store.createRun(newRun(run.datasetId, out));
  await rm(place, { recursive: true });
  expect(await die()).toEqual({ unknown: 1, released: 0 });
  expect(await adopt()).toEqual([]);
  await sweep();
  expect(await stateOf(jobId)).toBe('unknown');
  expect(await readdir(out)).toEqual([basename(part)]);
});
