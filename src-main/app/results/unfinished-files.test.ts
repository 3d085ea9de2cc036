/** What attempts of a process that died left in the output folder, on a real store and a real disk. */
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AttemptStart } from '../../engine/ports';
import { openDatabase } from '../../store/database/open-database';
import { libraryPaths } from '../../library';
import type { Store, StoredRun } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  failedEnd,
  fileOf,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { createUnfinishedFiles } from './unfinished-files';

const MARK = '0a1b2c3d';

let library: Library;
let store: Store;
let out: string;
let run: StoredRun;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  out = join(library.dir, 'out');
  await mkdir(out);
  run = await plannedRun(store, 3, out);
});
afterEach(() => library.remove());

const put = (name: string, content: string | Uint8Array = 'half a pic'): Promise<void> =>
  writeFile(join(out, name), content);
const sweep = (runId: number | null = run.id): Promise<void> =>
  createUnfinishedFiles({
    store,
    mark: MARK,
    spareDir: join(library.dir, 'spare'),
    onError: (error) => {
      throw error;
    },
  }).sweep(runId);

/** As the next start of the program finds it. */
async function die(): Promise<void> {
  store = await library.open();
  await store.recover(MARK);
}

async function sent(): Promise<AttemptStart & { readonly part: string }> {
  const start = await sendNext(store, run.id, {});
  return { ...start, part: `${(await store.job(start.jobId))?.stem}.${MARK}.${start.attemptId}` };
}

it('goes at the next start, and nothing else does', async () => {
  const { part, attemptId } = await sent();
  const { part: other } = await sent();
  await put(`${part}.part`);
  await put(`${part}-1.part`);
  await put(`${part}.partial-0.part`);
  await put(`${other}.part`);
  const strangers = [
    '000000.png',
    '000001.part',
    `000002.${attemptId}.part`,
    `mine.${attemptId}.part`,
    `000000.${MARK}.${attemptId + 100}.part`,
    // Of another library, and of one of before.
    `000000.ffffffff.${attemptId}.part`,
    `000000.${attemptId}.part`,
    `${part}.part.txt`,
  ];
  await Promise.all(strangers.map((name) => put(name)));
  await mkdir(join(out, `${part}-2.part`));
  await die();
  await sweep(null);
  expect((await readdir(out)).toSorted()).toEqual([...strangers, `${part}-2.part`].toSorted());
  expect(await store.unfinishedFiles(null, 0, 9)).toEqual([]);
});

it('stays while its attempt is under way, or may still be found whole', async () => {
  const { part } = await sent();
  await put(`${part}.part`);
  const received = await sent();
  await store.received(received.attemptId, fileOf('000001'));
  await store.ended({
    ...failedEnd(received, 'network'),
    outcome: { kind: 'lost' },
    next: { kind: 'unknown' },
  });
  await put(`${received.part}.part`, 'bytes of 000001');
  await sweep();
  expect((await readdir(out)).toSorted()).toEqual([`${part}.part`, `${received.part}.part`].toSorted());
  await die();
  expect(await store.job(received.jobId)).toMatchObject({ state: 'done' });
  await sweep();
  expect(await readdir(out)).toEqual(['000001.png']);
});

it('goes when its worker died in a process that lives on', async () => {
  const { part, ...start } = await sent();
  await put(`${part}.part`);
  await store.ended({ ...failedEnd(start, 'network'), outcome: { kind: 'lost' }, next: { kind: 'unknown' } });
  await sweep();
  expect(await readdir(out)).toEqual([]);
});

it('goes when its attempt failed and it could not be removed then', async () => {
  const { part, ...start } = await sent();
  const { part: refused, ...other } = await sent();
  await put(`${part}.part`);
  await put(`${refused}.part`);
  await store.ended(failedEnd(start, 'malformed'));
  await store.ended(failedEnd(other, 'network', { kind: 'again', counted: true }));
  await sweep();
  expect(await readdir(out)).toEqual([]);
});

it('that is whole stays while its answer is unknown', async () => {
  const create = { width: 8, height: 4, channels: 3, background: 'red' } as const;
  const { part, jobId } = await sent();
  await put(`${part}.part`, await sharp({ create }).png().toBuffer());
  await die();
  await sweep();
  expect(await readdir(out)).toEqual([`${part}.part`]);
  await store.requeue(run.id, { kind: 'jobs', jobIds: [jobId] });
  await store.sent([attemptFor(store, { id: jobId, runId: run.id })]);
  await sweep();
  expect(await readdir(out)).toEqual([]);
});

it('is looked for again where its folder is out of reach', async () => {
  const { part } = await sent();
  await put(`${part}.part`);
  await die();
  await rename(out, `${out}-elsewhere`);
  await sweep();
  await rename(`${out}-elsewhere`, out);
  await access(join(out, `${part}.part`));
  await sweep();
  expect(await readdir(out)).toEqual([]);
});

it('of a library of before goes, too', async () => {
  const { attemptId } = await sent();
  await put(`000000.${attemptId}.part`);
  await die();
  await store.close();
  const { db } = openDatabase(libraryPaths(library.dir).database);
  // As the step before left it.
  db.exec(`DROP TRIGGER attempts_lost; DROP TRIGGER attempts_failed; DROP TABLE former_names; DROP TABLE unfinished_files; ALTER TABLE attempts DROP COLUMN misfit;
    ALTER TABLE jobs DROP COLUMN misfit_id; ALTER TABLE runs DROP COLUMN answers_file; ALTER TABLE attempts DROP COLUMN price_micro_usd;
    ALTER TABLE runs DROP COLUMN maybe_micro_usd; ALTER TABLE runs DROP COLUMN maybe_unpriced; ALTER TABLE runs DROP COLUMN quiet_folders; ALTER TABLE runs DROP COLUMN named_table; ALTER TABLE runs DROP COLUMN rest_cancelled;
    ALTER TABLE sent_quarters DROP COLUMN maybe_micro_usd;
    DROP INDEX jobs_emptied; DROP INDEX results_set_aside; DROP INDEX results_unnamed; ALTER TABLE results DROP COLUMN digest; ALTER TABLE results DROP COLUMN tags;
    PRAGMA user_version = 7;`);
  db.close();
  store = await library.open();
  await sweep(null);
  expect(await readdir(out)).toEqual([]);
  await rm(out, { recursive: true });
});

it('of which the library keeps the answer is remembered until its job is done', async () => {
  const { attemptId, jobId } = await sent();
  const spare = join(library.dir, 'spare');
  await mkdir(spare);
  await writeFile(join(spare, `${attemptId}.whole.part`), 'a whole picture');
  await die();
  await sweep(null);
  expect(await store.unfinishedFiles(null, 0, 9)).toMatchObject([{ attemptId }]);
  expect(await readdir(spare)).toHaveLength(1);
  await store.requeue(run.id, { kind: 'jobs', jobIds: [jobId] });
  const again = attemptFor(store, { id: jobId, runId: run.id });
  await store.sent([again]);
  await sweep();
  expect(await readdir(spare)).toHaveLength(1);
  await store.ended(doneEnd(again, fileOf('000000')));
  await sweep();
  expect(await readdir(spare)).toEqual([]);
  expect(await store.unfinishedFiles(null, 0, 9)).toEqual([]);
});

it('stays while somebody may be writing it into its place', async () => {
  const { part, attemptId, jobId } = await sent();
  await put(`${part}-0.part`);
  await die();
  await sweep(null);
  expect(await readdir(out)).toEqual([`${part}-0.part`]);
  await store.foundWhole(attemptId, fileOf('000000'));
  await store.ended(
    doneEnd({ ...attemptFor(store, { id: jobId, runId: run.id }), attemptId }, fileOf('000000')),
  );
  await sweep();
  expect(await readdir(out)).toEqual([]);
});
