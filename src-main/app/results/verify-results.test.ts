import { mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredRun } from '../../store/store';
import { finishNext, type Library, plannedRun, temporaryLibrary } from '../../store/testing/library-fixture';
import { deferred } from '../../deferred';
import { inFiles } from './file-turns';
import { Unreadable } from './unreadable';
import { type Verified, verifyResults } from './verify-results';

let folder: string;
let library: Library;
let store: Store;
let run: StoredRun;
let jobIds: number[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-verify-'));
  library = temporaryLibrary('node');
  store = await library.open();
  run = await plannedRun(store, 6, folder);
  jobIds = [];
  for (let job = 0; job < 4; job += 1) {
    jobIds.push(await finishNext(store, run.id));
    await writeFile(file(job), bytesOf(job));
  }
});
afterEach(async () => {
  await library.remove();
  await rm(folder, { recursive: true, force: true });
});

const stem = (job: number): string => String(job).padStart(6, '0');
const file = (job: number): string => join(folder, `${stem(job)}.png`);
const bytesOf = (job: number): string => `bytes of ${stem(job)}`;

async function verify(): Promise<{ checked: number; broken: number[] }> {
  let checked = 0;
  const broken: number[] = [];
  for await (const page of verifyResults(store, run, new AbortController().signal)) {
    checked = page.checked;
    broken.push(...page.broken.map(({ jobId }) => jobId));
  }
  return { checked, broken };
}

const flipped = async (job: number): Promise<Buffer> => {
  const bytes = await readFile(file(job));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes;
};

describe('the results of a run, compared with the disk', () => {
  it('are broken when they are gone, of another size, or of other bytes', async () => {
    await rm(file(0));
    await writeFile(file(1), 'short');
    await writeFile(file(2), await flipped(2));
    expect(await verify()).toEqual({ checked: 4, broken: jobIds.slice(0, 3) });
  });

  it('are hashed once when younger than the journal knows, and again when they change', async () => {
    // Written after the moment the journal says they were whole.
    expect(await store.doneResults(run.id, -1, 1)).toMatchObject([{ file: { wholeAt: 3500 } }]);
    expect((await verify()).broken).toEqual([]);
    // Of the same size and age: it is not read again, so that a million results cost a look each.
    const { mtime } = await stat(file(2));
    await writeFile(file(2), await flipped(2));
    await utimes(file(2), mtime, mtime);
    expect((await verify()).broken).toEqual([]);
    await utimes(file(2), new Date(), new Date(Date.now() + 5000));
    expect((await verify()).broken).toEqual([jobIds[2]]);
  });

  it('that somebody has retouched are kept under names of their own, and what is cut off is not', async () => {
    const create = { width: 9, height: 4, channels: 3, background: 'blue' } as const;
    const retouched = await sharp({ create }).png().toBuffer();
    await writeFile(file(1), retouched);
    await writeFile(file(2), retouched.subarray(0, -5));
    await writeFile(join(folder, `${stem(3)}.changed.png`), 'of an earlier time');
    await writeFile(file(3), retouched);
    const pages: Verified[] = [];
    for await (const page of verifyResults(store, run, new AbortController().signal)) {
      pages.push(page);
    }
    expect(pages).toEqual([
      {
        checked: 4,
        broken: jobIds.slice(1).map((jobId) => ({ jobId, resultId: expect.any(Number) })),
        kept: [`${stem(1)}.changed.png`, `${stem(3)}.changed-2.png`],
      },
    ]);
    expect(await readFile(join(folder, `${stem(1)}.changed.png`))).toEqual(retouched);
    expect(await readFile(join(folder, `${stem(3)}.changed-2.png`))).toEqual(retouched);
    expect((await readdir(folder)).filter((name) => name.startsWith(stem(2)))).toEqual([`${stem(2)}.png`]);
    // Killed before its job was pending again, it is broken still.
    expect((await verify()).broken).toEqual(jobIds.slice(1));
  });

  it('are all looked at, though some are found broken meanwhile', async () => {
    await Promise.all([rm(file(0)), rm(file(3))]);
    const broken: number[] = [];
    // Pages of one.
    const narrow = {
      ...store,
      doneResults: (runId: number, after: number) => store.doneResults(runId, after, 1),
    };
    for await (const page of verifyResults(narrow, run, new AbortController().signal)) {
      const found = page.broken.map(({ jobId }) => jobId);
      broken.push(...found);
      await store.requeue(run.id, { kind: 'jobs', jobIds: found });
    }
    expect(broken).toEqual([jobIds[0], jobIds[3]]);
    expect(await store.counts(run.id)).toMatchObject({ done: 2, pending: 4 });
  });

  it('are let be where a version was taken back meanwhile: its file has the name by now', async () => {
    const { result } = (await store.job(jobIds[0] ?? 0)) ?? {};
    const create = { width: 9, height: 4, channels: 3, background: 'blue' } as const;
    const earlier = await sharp({ create }).png().toBuffer();
    const reading = {
      ...store,
      doneResults: async (runId: number, after: number, limit: number) => {
        const page = await store.doneResults(runId, after, limit);
        // As taking back leaves it: the result that was there has a name of its own, and another picture has this one.
        await rename(file(0), join(folder, `${stem(0)}.v2.png`));
        await store.movedResults([{ resultId: result?.id ?? 0, fileName: `${stem(0)}.v2.png` }]);
        await writeFile(file(0), earlier);
        return page.slice(0, 1);
      },
    };
    for await (const page of verifyResults(reading, run, new AbortController().signal)) {
      expect(page).toEqual({ checked: 1, broken: [], kept: [] });
      break;
    }
    expect(await readFile(file(0))).toEqual(earlier);
  });

  it('wait for who is just taking a version back', async () => {
    await rename(file(0), join(folder, 'aside'));
    const { promise: isNamed, resolve: name } = deferred();
    const naming = inFiles(store, async () => {
      await isNamed;
      await rename(join(folder, 'aside'), file(0));
    });
    const verified = verify();
    // Whatever it would do without a turn is through by then.
    for (let looked = 0; looked < 500; looked += 1) {
      await stat(folder);
    }
    name();
    await naming;
    expect((await verified).broken).toEqual([]);
  });

  it('are not broken when nobody can tell: the check ends there, with the file and the way out', async () => {
    await rm(file(0));
    await rm(file(1));
    // The system refuses to follow it, whoever asks.
    await symlink(file(1), file(1));
    await expect(verify()).rejects.toThrow(
      new RegExp(`^Cannot read ${file(1)}: .*, then resume the run\\.$`),
    );
    expect(await store.counts(run.id)).toMatchObject({ done: 4 });
    await rm(file(1));
    expect((await verify()).broken).toEqual(jobIds.slice(0, 2));
  });

  it.each([
    ['EACCES', 'there is no permission to read it; give yourself that permission'],
    ['EIO', 'the disk reports an error; check the disk'],
    ['EMFILE', 'too many files are open; close other programs'],
    ['ESTALE', 'its network folder was disconnected; connect it again'],
  ])('that %s keeps from being read say so', (code, words) => {
    const { failure } = new Unreadable(Object.assign(new Error('x'), { code }), '/out/a.png');
    expect(failure).toEqual({
      kind: 'storage',
      message: `Cannot read /out/a.png: ${words}, then resume the run.`,
      providerCode: code,
    });
  });

  it('are left alone once nobody asks any more', async () => {
    const stop = new AbortController();
    stop.abort();
    await rm(file(0));
    for await (const page of verifyResults(store, run, stop.signal)) {
      expect(page).toBe('nothing');
    }
  });
});
