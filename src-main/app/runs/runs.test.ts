/** Runs of a real app over a real socket: what a person does with them while they are under way, and after. */
import { readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RerunRequest } from '@shared/contract';
import type { Recipe, Run, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { addTestKeys, ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from './run-setup';

const PROMPTS = ['a cat', 'a dog', 'a hen', 'a cow', 'a pig', 'a fox', 'an ape', 'an owl'];
const OPTIONS: RunOptions = { ...ONE_AT_A_TIME, concurrency: 2 };

let server: ScriptedServer;
let library: TestLibrary;
let picture: ReturnType<typeof json>;
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;

async function begin(options: Partial<RunOptions> = {}, recipe: Partial<Recipe> = {}): Promise<Run> {
  const { store, importer } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', PROMPTS),
    recipe: { ...PICTURE_RECIPE, ...recipe },
    options: { ...OPTIONS, ...options },
    outputDir: join(library.folder, 'out'),
    mode: 'anew',
  });
  return runs().start(run, { planned });
}

async function ended(runId: number): Promise<Run> {
  await runs().over(runId);
  return runs().view(await runs().found(runId));
}

/** Answers wait until they are let go; what waits is told by its prompt. */
function holdAnswers() {
  const waiting = new Map<string, () => void>();
  server.reply(
    (request) =>
      new Promise((resolve) => {
        waiting.set(promptOf(request), () => resolve(picture));
      }),
  );
  return {
    waiting,
    async until(count: number): Promise<void> {
      await expect.poll(() => waiting.size).toBe(count);
    },
    release(): void {
      for (const [prompt, go] of waiting) {
        waiting.delete(prompt);
        go();
      }
    },
  };
}

describe('cancelling a run', () => {
  it('sends nothing more, keeps what was in flight, and can be taken back', async () => {
    const held = holdAnswers();
    const { id } = await begin();
    await held.until(2);
    const cancelled = runs().cancel(id, false);
    held.release();
    expect(await cancelled).toMatchObject({ state: { kind: 'finished' }, counts: { done: 2, cancelled: 6 } });
    const table = await readFile(join(library.folder, 'out', 'results.csv'), 'utf8');
    expect(table.match(/,cancelled,/g)).toHaveLength(6);
    server.reply(picture);
    await runs().requeueAndStart(id, { kind: 'cancelled' });
    expect(await ended(id)).toMatchObject({ counts: { done: 8, cancelled: 0 } });
  });

  it('works for one that stands still', async () => {
    server.reply(json({ error: { message: 'no such key', code: 'invalid_api_key' } }, 401));
    const { id } = await begin();
    expect(await ended(id)).toMatchObject({ state: { kind: 'paused' }, counts: { pending: 8 } });
    expect(await runs().cancel(id, false)).toMatchObject({
      state: { kind: 'finished' },
      counts: { pending: 0, cancelled: 8 },
    });
  });
});

describe('the first rows of a run', () => {
  it('are sent alone; who continues it sends the rest', async () => {
    const { id } = await begin({ canary: 3 }, { variants: 2 });
    const paused = await ended(id);
    expect(paused.counts).toMatchObject({ done: 6, pending: 10 });
    expect(paused.state).toMatchObject({
      kind: 'paused',
      reason: 'The first 3 rows are finished: check the results, then continue with the remaining 10 jobs.',
    });
    expect(paused.state).not.toHaveProperty('asked');
    expect(new Set(server.requests.map(promptOf))).toEqual(new Set(PROMPTS.slice(0, 3)));
    await runs().resume(id);
    const whole = await ended(id);
    expect(whole).toMatchObject({ state: { kind: 'finished' }, counts: { done: 16 } });
    expect(whole.requests).toBe(16);
  });
});

describe('a run with a cap', () => {
  it('drains and pauses when it is reached, and goes on once it is raised', async () => {
    const { id } = await begin({ caps: { requests: 3 } });
    const paused = await ended(id);
    expect(paused).toMatchObject({
      state: {
        kind: 'paused',
        failure: 'budget',
        reason: 'This run has reached its cap of 3 requests. Raise the cap, then resume the run.',
      },
      counts: { done: 3, pending: 5 },
      requests: 3,
    });
    expect(server.requests).toHaveLength(3);
    // Nothing of it is forgotten over a restart.
    await library.reopen();
    await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await runs().resume(id);
    expect((await ended(id)).state).toMatchObject({ kind: 'paused', failure: 'budget' });
    await runs().setOptions(id, { caps: { requests: 20 } });
    await runs().resume(id);
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 8 } });
    expect(server.requests).toHaveLength(8);
  });

  it('stops at what may be charged by the catalogue', async () => {
    const model = { provider: 'openai', id: 'm', label: 'm', state: 'current', source: 'x' } as const;
    const priced = {
      ...model,
      tasks: ['t2i' as const],
      mask: false,
      sizes: [],
      ratios: [],
      priceUsd: { '*': 0.25 },
    };
    await library.app.models.add(priced);
    const { id } = await begin({ caps: { costUsd: 0.8 } });
    const paused = await ended(id);
    expect(paused).toMatchObject({ counts: { done: 3, pending: 5 }, costUsd: 0.75 });
    expect(paused.state).toMatchObject({ kind: 'paused', failure: 'budget' });
    await library.app.saveSettings({ dayCaps: { costUsd: 1.3 } });
    await runs().setOptions(id, { caps: {} });
    await runs().resume(id);
    expect((await ended(id)).state).toMatchObject({
      kind: 'paused',
      reason: expect.stringMatching(/^Today’s cap of \$1\.30 is reached: \$1\.25 is spent/) as string,
    });
  });
});

describe('a run that goes on', () => {
  it('sends again what is gone from disk, while it sends the rest', async () => {
    const { id, outputDir } = await begin({ canary: 4 });
    expect((await ended(id)).counts).toMatchObject({ done: 4, pending: 4 });
    await rm(join(outputDir, '000001.png'));
    const before = server.requests.length;
    await runs().resume(id);
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 8 } });
    expect(server.requests.slice(before).map(promptOf).sort()).toEqual(
      ['a dog', 'a fox', 'a pig', 'an ape', 'an owl'].sort(),
    );
    expect(await readFile(join(outputDir, '000001.png'))).toHaveLength(
      (await readFile(join(outputDir, '000002.png'))).length,
    );
  });

  it.each([0, 4])(
    'pauses where a result cannot be read, and sends nothing for it (%i left)',
    async (left) => {
      const { id } = await begin(left === 0 ? {} : { canary: 4 });
      await ended(id);
      const [path, aside] = ['000001.png', 'aside.png'].map((name) => join(library.folder, 'out', name));
      await rename(path ?? '', aside ?? '');
      // The system refuses to follow it, whoever asks.
      await symlink(path ?? '', path ?? '');
      await runs().resume(id);
      const paused = await ended(id);
      expect(paused.state).toMatchObject({ kind: 'paused', failure: 'storage' });
      expect(paused.state).toHaveProperty(
        'reason',
        expect.stringMatching(/^Cannot read .*000001\.png: .*, then resume the run\.$/),
      );
      expect(paused.counts.done).toBe(server.begun());
      await rename(aside ?? '', path ?? '');
      await runs().resume(id);
      expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 8 } });
      expect(server.begun()).toBe(8);
    },
  );

  it('may be told to while it is still pausing', async () => {
    const held = holdAnswers();
    const { id } = await begin();
    await held.until(2);
    const stopped = runs().stop(id);
    await expect.poll(async () => (await runs().view(await runs().found(id))).state.kind).toBe('draining');
    const resumed = runs().resume(id);
    server.reply(picture);
    held.release();
    await stopped;
    await resumed;
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 8 } });
    expect(server.requests).toHaveLength(8);
  });

  it('may be told to twice while it is still pausing, and nothing is sent twice', async () => {
    const held = holdAnswers();
    const { id } = await begin();
    await held.until(2);
    const stopped = runs().stop(id);
    await expect.poll(async () => (await runs().view(await runs().found(id))).state.kind).toBe('draining');
    const resumed = [runs().resume(id), runs().resume(id)];
    server.reply(picture);
    held.release();
    await Promise.all([stopped, ...resumed]);
    expect(await ended(id)).toMatchObject({ state: { kind: 'finished' }, counts: { done: 8 } });
    expect(server.requests).toHaveLength(8);
  });

  it('pauses all the same when it is paused once more before what was in flight has ended', async () => {
    const held = holdAnswers();
    const { id } = await begin();
    await held.until(2);
    const calls: Promise<unknown>[] = [runs().stop(id)];
    await expect.poll(async () => (await runs().view(await runs().found(id))).state.kind).toBe('draining');
    calls.push(runs().resume(id));
    calls.push(runs().stop(id));
    server.reply(picture);
    held.release();
    await Promise.allSettled(calls);
    expect(await ended(id)).toMatchObject({
      state: { kind: 'paused' },
      counts: { done: 2, pending: 6 },
    });
    expect(server.requests).toHaveLength(2);
  });

  it('takes new options at once', async () => {
    const held = holdAnswers();
    const { id } = await begin({ concurrency: 1 });
    await held.until(1);
    held.release();
    await held.until(1);
    await runs().setOptions(id, { concurrency: 4, priority: 'high' });
    await held.until(4);
    expect((await runs().view(await runs().found(id))).options).toMatchObject({
      concurrency: 4,
      priority: 'high',
    });
    server.reply(picture);
    held.release();
    await ended(id);
  });
});

describe('another name', () => {
  it('is taken while it is under way, beside other changes, and leaves folder and results where they are', async () => {
    const held = holdAnswers();
    const { id, outputDir } = await begin({ concurrency: 1 });
    await held.until(1);
    await Promise.all([
      runs().rename(id, 'Farm'),
      runs().setOptions(id, { concurrency: 3 }),
      runs().rename(id, 'Farm, by day'),
    ]);
    await held.until(3);
    server.reply(picture);
    held.release();
    expect(await ended(id)).toMatchObject({
      name: 'Farm, by day',
      options: { concurrency: 3 },
      outputDir,
      counts: { done: 8 },
    });
    expect(await readFile(join(outputDir, 'results.csv'), 'utf8')).toContain('an owl');
    await expect(runs().rename(id + 1, 'Nothing')).rejects.toThrow(/no longer in the library/);
  });
});

describe('pictures that answers only name the address of', () => {
  it('are not made anew when they cannot be fetched: who wants that says so', async () => {
    const address = `${server.url}/pictures/one.png`;
    server.reply((request) =>
      request.method === 'GET'
        ? { ...json({}, 410), body: '' }
        : json({ created: 1, data: [{ url: `${address}?signature=abc` }] }),
    );
    const { id, outputDir } = await begin({ maxRetries: 3 });
    expect(await ended(id)).toMatchObject({ counts: { unknown: 8, pending: 0, failed: 0 } });
    const asked = () => server.requests.filter(({ method }) => method === 'POST').length;
    expect(asked()).toBe(8);
    const table = await readFile(join(outputDir, 'results.csv'), 'utf8');
    expect(table).toContain(`could not be fetched: ${address} answered with HTTP status 410`);
    expect(table).not.toContain('signature');
    await runs().resume(id);
    await ended(id);
    expect(asked()).toBe(8);
    server.reply(picture);
    await runs().resume(id, { resendUnknown: true });
    expect(await ended(id)).toMatchObject({ counts: { done: 8, unknown: 0 } });
  });
});

describe('sending jobs again', () => {
  const again = (request: RerunRequest) => library.app.rerun(request);
  const refuseSome = () =>
    server.reply((request) =>
      / (cat|hen)$/.test(promptOf(request))
        ? json({ error: { message: 'not allowed', code: 'moderation_blocked' } }, 400)
        : picture,
    );

  it('with another instruction makes a run of exactly these, and leaves the first as it is', async () => {
    refuseSome();
    const { id } = await begin();
    expect((await ended(id)).counts).toMatchObject({ done: 6, failed: 2 });
    const made = await again({
      runId: id,
      which: { kind: 'failed', failureKind: 'blocked' },
      changes: { instruction: 'A drawing of {{prompt}}, please' },
    });
    expect(await ended(made.id)).toMatchObject({ counts: { done: 2 }, options: { filterRows: '0,2' } });
    expect(made.outputDir).not.toBe(join(library.folder, 'out'));
    // Both are in flight at once: which arrives first is nobody's to say.
    expect(server.requests.slice(8).map(promptOf).sort()).toEqual([
      'A drawing of a cat, please',
      'A drawing of a hen, please',
    ]);
    expect((await runs().view(await runs().found(id))).counts).toMatchObject({ done: 6, failed: 2 });
  });

  it('as they were makes them pending in their own run', async () => {
    refuseSome();
    const { id } = await begin();
    await ended(id);
    server.reply(picture);
    await again({ runId: id, which: { kind: 'failed' } });
    expect((await ended(id)).counts).toMatchObject({ done: 8, failed: 0 });
  });

  it('refuses an instruction that names a column the rows do not have', async () => {
    refuseSome();
    const { id } = await begin();
    await ended(id);
    const which = { kind: 'failed' } as const;
    await expect(again({ runId: id, which, changes: { instruction: '{{animal}}' } })).rejects.toThrow(
      'The instruction names columns the dataset lacks: animal.',
    );
  });
});

describe('a run that another has replaced in its folder', () => {
  it('is no longer there for who names it', async () => {
    const { id } = await begin();
    await ended(id);
    expect(await runs().listed(id)).toMatchObject({ id, counts: { done: 8 } });
    const { id: later } = await begin();
    await ended(later);
    await expect(runs().listed(id)).rejects.toThrow('That run was replaced by a later one in its folder.');
    await expect(runs().listed(later + 1)).rejects.toThrow('That run is no longer in the library.');
  });
});

describe('the queue', () => {
  it('keeps the order that a person gave it', async () => {
    const make = async (name: string): Promise<number> => {
      const dataset = await library.app.importer.prompts(name, ['x']);
      const outputDir = join(library.folder, name);
      const plan = {
        name,
        dataset,
        recipe: PICTURE_RECIPE,
        options: OPTIONS,
        outputDir,
        mode: 'anew',
      } as const;
      return (await setUpRun(library.app.store, plan)).run.id;
    };
    const [a, b, c] = [await make('a'), await make('b'), await make('c')];
    const order = (all: readonly Run[]) =>
      [...all].sort((one, other) => one.place - other.place).map(({ id }) => id);
    expect(order(await runs().move(c, 0))).toEqual([c, a, b]);
    expect(order(await runs().move(a, 2))).toEqual([c, b, a]);
    expect(order(await runs().move(a, 1))).toEqual([c, a, b]);
    await library.reopen();
    expect(order(await runs().list())).toEqual([c, a, b]);
  });
});
