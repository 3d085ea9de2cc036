/** What a dead process left whole, on a real store and a real disk. */
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { png } from '../../providers/testing/calls';
import type { Store, StoredRun } from '../../store/store';
import {
  attemptFor,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { adoptWhole, lyingWhole } from './found-whole';

const MARK = '0a1b2c3d';

let library: Library;
let store: Store;
let out: string;
let spareDir: string;
let run: StoredRun;
let errors: unknown[];
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  out = join(library.dir, 'out');
  spareDir = join(library.dir, 'spare');
  await Promise.all([mkdir(out), mkdir(spareDir)]);
  run = await plannedRun(store, 2, out);
  errors = [];
});
afterEach(() => library.remove());

async function die(): Promise<void> {
  store = await library.open();
  await store.recover(MARK);
}

const adopt = (runId: number | null = null) =>
  adoptWhole(
    { store, mark: MARK, spareDir, clock: { wallNow: () => 5000 }, onError: (error) => errors.push(error) },
    runId,
  );

it('becomes the result of its job, in its place', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.whole.part`), png(5));
  await die();
  expect(await store.counts(run.id)).toMatchObject({ unknown: 1 });
  expect(await adopt()).toMatchObject([{ jobId: start.jobId, next: { kind: 'done' } }]);
  expect(await readdir(out)).toEqual(['000000.png']);
  expect(await store.job(start.jobId)).toMatchObject({ state: 'done', result: { fileName: '000000.png' } });
  expect(await store.unfinishedFiles(null, 0, 9)).toEqual([]);
  expect(await adopt()).toEqual([]);
  expect(errors).toEqual([]);
});

it('takes the place of no picture that nobody knew of', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.whole.part`), png(5));
  await writeFile(join(out, '000000.png'), png(6));
  await die();
  expect(await adopt()).toMatchObject([{ outcome: { kind: 'done', keptAs: '000000.found.png' } }]);
  expect(await readFile(join(out, '000000.found.png'))).toEqual(png(6));
  expect(await readFile(join(out, '000000.png'))).toEqual(png(5));
  expect(errors).toEqual([]);
});

it('is taken from the library, too', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(spareDir, `${start.attemptId}.whole.part`), png(5));
  await die();
  expect(await adopt(run.id)).toHaveLength(1);
  expect([await readdir(out), await readdir(spareDir)]).toEqual([['000000.png'], []]);
});

it('may lie in a folder of the library that cannot be read: whoever goes on with its run is refused', async () => {
  const start = await sendNext(store, run.id, {});
  await rm(spareDir, { recursive: true });
  // The system refuses to follow it, whoever asks.
  await symlink(spareDir, spareDir);
  await die();
  await expect(adopt(run.id)).rejects.toThrow(`Cannot read ${spareDir}`);
  await expect(lyingWhole({ store, mark: MARK, spareDir }, run.id)).rejects.toThrow('Cannot read');
  expect(await adopt()).toEqual([]);
  expect(errors).toHaveLength(2);
  await store.requeue(run.id, { kind: 'unknown' });
  expect(await adopt(run.id)).toEqual([]);
  expect(await store.job(start.jobId)).toMatchObject({ state: 'pending' });
});

it.each([
  ['with something behind its end', Buffer.concat([png(5), Buffer.alloc(100)]), 'png'],
  ['of a kind whose end cannot be told', Buffer.from('MM\0*and the rest of it', 'latin1'), 'tiff'],
])('%s is what the answer was taken for', async (_what, bytes, extension) => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(spareDir, `${start.attemptId}.whole.part`), bytes);
  await die();
  expect(await adopt()).toHaveLength(1);
  expect(await readdir(out)).toEqual([`000000.${extension}`]);
});

it.each([
  ['of another library', 'ffffffff', png(5)],
  ['cut off', MARK, png(5).subarray(0, -1)],
])('%s is left where it is', async (_what, mark, bytes) => {
  const start = await sendNext(store, run.id, {});
  const name = `000000.${mark}.${start.attemptId}.whole.part`;
  await writeFile(join(out, name), bytes);
  await die();
  expect(await adopt()).toEqual([]);
  expect(await readdir(out)).toEqual([name]);
  expect((await store.job(start.jobId))?.state).toBe('unknown');
});

it('that is no more than a draft may be is not taken for the answer', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.part`), png(5));
  await die();
  expect(await adopt()).toEqual([]);
  expect((await store.job(start.jobId))?.state).toBe('unknown');
});

it('without a place is named by its path, in the library or beside its place', async () => {
  const lying = () => lyingWhole({ store, mark: MARK, spareDir }, run.id);
  const start = await sendNext(store, run.id, {});
  const spare = join(spareDir, `${start.attemptId}.whole.part`);
  await writeFile(spare, png(5));
  await rename(out, `${out}-away`);
  await die();
  expect(await adopt(run.id)).toEqual([]);
  expect(errors.map(String)).toEqual([expect.stringContaining(`The picture is kept in ${spare}.`)]);
  expect(await lying()).toEqual([spare]);
  await rename(`${out}-away`, out);
  await mkdir(join(out, '000000.png', 'x'), { recursive: true });
  expect(await adopt(run.id)).toEqual([]);
  expect(await lying()).toEqual([join(out, `000000.${MARK}.${start.attemptId}.whole.part`)]);
  await rm(join(out, '000000.png'), { recursive: true });
  expect(await adopt(run.id)).toHaveLength(1);
  expect(await lying()).toEqual([]);
});

it('comes too late for a job that is sent again', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.whole.part`), png(5));
  await die();
  await store.requeue(run.id, { kind: 'unknown' });
  await store.sent([attemptFor(store, { id: start.jobId, runId: run.id })]);
  expect(await adopt()).toEqual([]);
  expect((await store.job(start.jobId))?.state).toBe('sent');
});

it('leaves nothing beside an earlier answer with the same bytes', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, '000000.png'), png(5));
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.whole.part`), png(5));
  await die();
  expect(await adopt()).toHaveLength(1);
  expect(await readdir(out)).toEqual(['000000.png']);
});

it('waits for a folder that is not there yet', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(spareDir, `${start.attemptId}.whole.part`), png(5));
  await rename(out, `${out}-away`);
  await die();
  expect(await adopt()).toEqual([]);
  expect((await store.job(start.jobId))?.state).toBe('unknown');
  await rename(`${out}-away`, out);
  expect(await adopt()).toHaveLength(1);
  expect(await readdir(out)).toEqual(['000000.png']);
});

it('is adopted once more where its adoption was cut off', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(out, `000000.${MARK}.${start.attemptId}.whole.part`), png(5));
  await die();
  const ended = () => Promise.reject(new Error('cut off'));
  await adoptWhole(
    {
      store: { ...store, ended },
      mark: MARK,
      spareDir,
      clock: { wallNow: () => 5000 },
      onError: (error) => errors.push(error),
    },
    null,
  );
  expect(errors).toHaveLength(1);
  await die();
  expect(await store.job(start.jobId)).toMatchObject({ state: 'done' });
});

it('is not the answer to another instruction', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(spareDir, `${start.attemptId}.whole.part`), png(5));
  await die();
  await store.requeueWith(start.jobId, 'Something else');
  await store.sent([attemptFor(store, { id: start.jobId, runId: run.id })]);
  await die();
  expect((await store.job(start.jobId))?.state).toBe('unknown');
  expect(await adopt()).toEqual([]);
  expect((await store.job(start.jobId))?.state).toBe('unknown');
});

it('is the answer still where the same was asked once more in vain', async () => {
  const start = await sendNext(store, run.id, {});
  await writeFile(join(spareDir, `${start.attemptId}.whole.part`), png(5));
  await die();
  await store.requeue(run.id, { kind: 'unknown' });
  await store.sent([attemptFor(store, { id: start.jobId, runId: run.id })]);
  await die();
  expect(await adopt()).toMatchObject([{ jobId: start.jobId, next: { kind: 'done' } }]);
});
