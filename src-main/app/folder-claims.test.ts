/** Two runs never write into one folder at the same time, however they come to it. */
import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Recipe } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../providers/testing/scripted-server';
import { deferred } from './deferred';
import { claimAddress, claimFolder, type FolderClaim, refuseClaimed } from './folder-claims';
import type { FolderPlan } from './folder-plan';
import { FolderRun } from './folder-run';
import { openPainterScene, type PainterScene } from './testing/painter-scene';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from './testing/test-library';

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
    'does without claims where a socket cannot have its name',
    async () => {
      const deep = join(base, 'd'.repeat(100));
      await mkdir(deep);
      vi.stubEnv('TMPDIR', deep);
      await refuseClaimed(out);
      const errors: unknown[] = [];
      await claimFolder({ outputDir: out, origin: 'dataset' }, (error) => errors.push(error));
      expect(errors).toHaveLength(1);
    },
  );

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
    expect((await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)))).toEqual([]);
  });
});

describe('two runs over one folder', () => {
  const RECIPE: Recipe = {
    task: 't2i',
    models: [{ provider: 'openai', model: 'm' }],
    instruction: '{{prompt}}',
    imageColumns: [],
    variants: 1,
  };
  const HOOKS = { onNote: () => undefined, onProgress: () => undefined, onJob: () => undefined };
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
    return {
      name: 'animals',
      task: 't2i',
      source: { kind: 'prompts', prompts },
      recipe: RECIPE,
      options: ONE_AT_A_TIME,
      outputDir: join(library.folder, folder),
      resume: true,
      adopt: false,
    };
  }

  it('neither a resume nor a rerun changes anything in it before it is refused', async () => {
    const { runs } = library.app;
    const finished = await new FolderRun(library.app).run(plan('out', ['a cat', 'a dog']), HOOKS);
    const { id } = finished.kind === 'finished' ? finished.run : { id: 0 };
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
      const first = new FolderRun(library.app).run(plan('out', ['a cat', 'a dog']), HOOKS);
      await isAsked;
      const second = await new FolderRun(whose().app).run(plan(folder, ['a hen', 'a cow']), HOOKS);
      expect(second).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(TAKEN) });
      expect(await whose().app.store.runs()).toHaveLength(whose() === library ? 1 : 0);
      release();
      expect(await first).toMatchObject({ kind: 'finished', run: { counts: { done: 2 } } });
      expect(server.requests).toHaveLength(2);
      // What lies there now is the first one's: it is asked about, never replaced.
      expect(await new FolderRun(whose().app).run(plan(folder, ['a hen', 'a cow']), HOOKS)).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining('no record of'),
      });
    },
    30_000,
  );
});
