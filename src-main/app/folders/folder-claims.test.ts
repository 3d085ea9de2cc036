/** Two runs never write into one folder at the same time, however they come to it. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { deferred } from '../../deferred';
import { claimAddress, claimFolder, type FolderClaim, refuseClaimed } from './folder-claims';
import type { FolderPlan } from '../runs/folder-plan';
import { meetingPlace } from '../../meeting-place';
import { startOnSources } from '../../testing/source-process';
import { aroundFileCalls } from '../testing/file-calls';
import { openPainterScene, type PainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../testing/test-library';

const TAKEN = /^Another run writes into .* at this moment/;

describe('a folder', () => {
  let base: string;
  let out: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'brushfleet-claims-'));
    out = join(base, 'out');
    await mkdir(out);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(base, { recursive: true, force: true });
  });

  const claim = (outputDir: string): Promise<FolderClaim> =>
    claimFolder({ outputDir, origin: 'dataset' }, (error) => {
      throw error;
    });

  it('is one run’s until that lets go of it, by all of its names', async () => {
    const link = join(base, 'link');
    await symlink(out, link);
    const held = await claim(out);
    await expect(claim(out)).rejects.toThrow(TAKEN);
    await expect(claim(link)).rejects.toThrow(TAKEN);
    await expect(refuseClaimed(link)).rejects.toThrow(TAKEN);
    // Moved, it is the same folder.
    await rename(out, join(base, 'moved'));
    await expect(claim(join(base, 'moved'))).rejects.toThrow(TAKEN);
    await held.release();
    await refuseClaimed(join(base, 'moved'));
    await (await claim(join(base, 'moved'))).release();
  });

  it('does not keep another from being used', async () => {
    await mkdir(join(base, 'other'));
    const claims = [await claim(out), await claim(join(base, 'other'))];
    await Promise.all(claims.map((one) => one.release()));
  });

  it.skipIf(process.platform === 'win32')(
    'is claimed by all, whatever their TMPDIR and its length',
    async () => {
      const held = await claim(out);
      const deep = join(base, 'd'.repeat(100));
      await mkdir(deep);
      vi.stubEnv('TMPDIR', deep);
      await expect(claim(out)).rejects.toThrow(TAKEN);
      await expect(refuseClaimed(out)).rejects.toThrow(TAKEN);
      await held.release();
      await (await claim(out)).release();
      expect(await readdir(deep)).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')('is nobody’s where no place is this user’s alone', async () => {
    // Made by this user, and so another's for the one that is asked for.
    const nobody = 4_000_000_000 + process.pid;
    const asked = vi.spyOn(process, 'getuid').mockReturnValue(nobody);
    const place = meetingPlace();
    try {
      await refuseClaimed(out);
      const errors: unknown[] = [];
      await claimFolder({ outputDir: out, origin: 'dataset' }, (error) => errors.push(error));
      expect(errors).toEqual([expect.objectContaining({ message: `${place} belongs to another user.` })]);
    } finally {
      asked.mockRestore();
      await rm(place, { recursive: true });
    }
  });

  it('goes to one of many that ask at once', async () => {
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => claim(out)));
    const held = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    expect(held).toHaveLength(1);
    await held[0]?.release();
  });

  it.skipIf(process.platform === 'win32')('is free when the process that had it was killed', async () => {
    const path = await claimAddress(out);
    const dies = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', dies]).signal).toBe('SIGKILL');
    expect((await lstat(path)).isSocket()).toBe(true);
    await refuseClaimed(out);
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => claim(out)));
    const claims = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    expect(claims).toHaveLength(1);
    await claims[0]?.release();
    expect(await namesAt(path)).toEqual([]);
  });

  describe.skipIf(process.platform === 'win32')('whose last run was killed', () => {
    let path: string;
    beforeEach(async () => {
      path = await claimAddress(out);
      // Nobody answers there, as at the socket of a dead process.
      await writeFile(path, '');
    });
    afterEach(async () => {
      await Promise.all((await namesAt(path)).map((name) => rm(join(dirname(path), name), { force: true })));
    });

    it('goes to one, although others come before and after the old name is cleared away', async () => {
      const lock = `${path}.lock`;
      const claims: Promise<FolderClaim>[] = [];
      let turnedAway = deferred();
      /** Until it has what it asks for, is refused, or sees that it must wait. */
      async function letAnotherTry(): Promise<void> {
        turnedAway = deferred();
        const other = claim(out);
        claims.push(other);
        await Promise.race([other.catch(() => undefined), turnedAway.promise]);
      }
      let isFirst = true;
      const undo = aroundFileCalls(async (what, call) => {
        if (what.path === path && isFirst) {
          isFirst = false;
          await letAnotherTry();
          await call();
          return letAnotherTry();
        }
        try {
          return await call();
        } catch (error) {
          if (what.path === lock) {
            turnedAway.resolve();
          }
          throw error;
        }
      });
      try {
        claims.push(claim(out));
        // Those of the others are there by the time that the first one is over.
        await Promise.allSettled(claims);
        const ends = await Promise.allSettled(claims);
        expect(ends).toHaveLength(3);
        const held = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
        expect(held).toHaveLength(1);
        await expect(refuseClaimed(out)).rejects.toThrow(TAKEN);
        await held[0]?.release();
        await refuseClaimed(out);
      } finally {
        undo();
      }
    });

    it('passes on, at whatever step of its claim another was killed, too', async () => {
      const dead = { pid: 2 ** 22 + 1, startedAt: '', token: 'dead-claimant' };
      let step = 0;
      for (let wasKilled = true; wasKilled; step += 1) {
        await writeFile(path, '').catch(() => undefined);
        // Of one that died with the lock in its hand.
        await writeFile(`${path}.lock`, JSON.stringify(dead), { flag: 'wx' }).catch(() => undefined);
        wasKilled = await diesAtStep(out, step);
        const ends = await Promise.allSettled(Array.from({ length: 3 }, () => claim(out)));
        const held = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
        expect([step, held.length]).toEqual([step, 1]);
        await held[0]?.release();
      }
      // Takes over, clears away, listens, gives the lock back.
      expect(step).toBeGreaterThan(8);
    });
  });

  async function namesAt(path: string): Promise<string[]> {
    return (await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)));
  }
});

/** Claims the folder in a process that is killed before that change of a name on disk; false: there was no such step. */
async function diesAtStep(outputDir: string, step: number): Promise<boolean> {
  const source = (name: string): string =>
    JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);
  const child = startOnSources(`
    const { aroundFileCalls } = await import(${source('../testing/file-calls.ts')});
    const { claimFolder } = await import(${source('folder-claims.ts')});
    let step = 0;
    aroundFileCalls((what, call) => {
      if (step++ === ${step}) process.kill(process.pid, 'SIGKILL');
      return call();
    });
    await claimFolder({ outputDir: ${JSON.stringify(outputDir)}, origin: 'dataset' }, (error) => { throw error; });
    process.exit(0);`);
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGKILL']);
  return signal !== null;
}

describe('two runs over one folder', () => {
  let server: ScriptedServer;
  let library: TestLibrary;
  let other: TestLibrary;
  let picture: PainterScene['picture'];
  beforeEach(async () => {
    ({ server, library, picture } = await openPainterScene());
    other = await openTestLibrary();
    await other.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    await addTestKeys(other.app, 'e', 'sk-other-key-0002');
    await mkdir(join(library.folder, 'out'));
    await symlink(join(library.folder, 'out'), join(library.folder, 'link'));
  });
  afterEach(async () => {
    await Promise.all([library.remove(), other.remove()]);
    await server.close();
  });

  function plan(folder: string, prompts: readonly string[]): FolderPlan {
    return picturePlan(library, {
      source: { kind: 'prompts', prompts },
      outputDir: join(library.folder, folder),
    });
  }

  it('neither a resume nor a rerun changes anything in it before it is refused', async () => {
    const { runs } = library.app;
    const { end } = await runPlan(library, plan('out', ['a cat', 'a dog']));
    const { id } = end.kind === 'finished' ? end.run : { id: 0 };
    const [job] = (await library.app.store.jobs({ runId: id, offset: 0, limit: 1 })).jobs;
    const files = await readdir(join(library.folder, 'out'));
    const claim = await claimFolder(
      { outputDir: join(library.folder, 'link'), origin: 'dataset' },
      (error) => {
        throw error;
      },
    );
    await expect(runs.rerunJob(job?.id ?? 0)).rejects.toThrow(TAKEN);
    await expect(runs.resume(id)).rejects.toThrow(TAKEN);
    expect(await readdir(join(library.folder, 'out'))).toEqual(files);
    expect(await library.app.store.counts(id)).toMatchObject({ done: 2, pending: 0 });
    await claim.release();
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['by another name', () => library, 'link'],
    ['from another library', () => other, 'out'],
  ])(
    'the second is refused before it sends anything: %s',
    async (_how, whose, folder) => {
      const { promise: isAsked, resolve: asked } = deferred();
      const { promise: isHeld, resolve: release } = deferred();
      server.reply(async () => {
        asked();
        await isHeld;
        return picture;
      });
      const first = runPlan(library, plan('out', ['a cat', 'a dog']));
      await isAsked;
      const second = await runPlan(whose(), plan(folder, ['a hen', 'a cow']));
      expect(second.end).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(TAKEN) });
      expect(await whose().app.store.runs()).toHaveLength(whose() === library ? 1 : 0);
      release();
      expect((await first).end).toMatchObject({ kind: 'finished', run: { counts: { done: 2 } } });
      expect(server.requests).toHaveLength(2);
      // What lies there now is the first one's: it is asked about, never replaced.
      const third = await runPlan(whose(), plan(folder, ['a hen', 'a cow']));
      expect(third.end).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining('no record of'),
      });
    },
    30_000,
  );
});
