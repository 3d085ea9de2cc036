/** Where a run may go: what the plan says of it, and where its requests really arrive. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRequest } from '@shared/contract';
import type { Plan, PreflightReport } from '@shared/model/plan';
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../providers/secret';
import { json, type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { planOf, preflightOf, startRun } from './run-request';
import { noKeyring } from '../../vault/no-keyring';
import { pictureAnswer } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../testing/test-library';

const GONE = 'That endpoint is gone';
let library: TestLibrary;
let first: ScriptedServer;
let second: ScriptedServer;
let datasetId = 0;

beforeEach(async () => {
  [library, first, second] = await Promise.all([
    openTestLibrary(),
    startScriptedServer(),
    startScriptedServer(),
  ]);
  const { app } = library;
  const limits = { requestsPerMinute: 100 };
  await app.fleet.save(testEndpoint({ id: 'a', name: 'First', baseUrl: `${first.url}/v1`, limits }));
  await app.fleet.save(testEndpoint({ id: 'b', name: 'Second', baseUrl: `${second.url}/v1` }));
  await addTestKeys(app, 'a', 'sk-first-key-0001');
  await addTestKeys(app, 'b', 'sk-second-key-0002');
  datasetId = (await app.importer.prompts('cats', ['a cat', 'two cats', 'three cats'])).id;
});
afterEach(async () => {
  await library.remove();
  await Promise.all([first.close(), second.close()]);
});

function request(options: Partial<RunOptions> = {}): RunRequest {
  return {
    datasetId,
    recipe: PICTURE_RECIPE,
    options,
  };
}

const plan = (options?: Partial<RunOptions>): Promise<Plan> =>
  planOf(library.app, request(options), { granted: () => library.folder });

async function run(options: Partial<RunOptions>) {
  const { app } = library;
  const { id } = await startRun(app, request(options), {
    defaultOutputDir: join(library.folder, 'out'),
    granted: (token) => token,
  });
  await app.runs.over(id);
  return app.runs.view(await app.runs.found(id));
}

describe('a plan', () => {
  it('warns of chosen endpoints that are gone, and cannot start without one that serves', async () => {
    expect(await plan({ endpointIds: ['a'] })).toMatchObject({ jobs: 3, blockers: [] });
    const some = await plan({ endpointIds: ['a', GONE] });
    expect(some.blockers).toEqual([]);
    expect(some.warnings).toContain('One of the chosen endpoints no longer exists: it is left out.');
    expect((await plan({ endpointIds: ['a', GONE, 'x'] })).warnings).toContain(
      '2 of the chosen endpoints no longer exist: they are left out.',
    );
    const none = 'None of the chosen endpoints can serve m: choose others, or add a key under Endpoints.';
    expect((await plan({ endpointIds: [GONE] })).blockers).toEqual([none]);
    expect((await plan({ endpointIds: [] })).blockers).toEqual([none]);
  });

  it('names what is paused or has no weight, where a key more would help nobody', async () => {
    const { fleet } = library.app;
    const blockers = async () => (await plan({ endpointIds: ['a'] })).blockers;
    await fleet.save(testEndpoint({ id: 'a', name: 'First', enabled: false }));
    const paused = 'All that could serve m is paused (First): resume it or one of its keys under Endpoints.';
    expect(await blockers()).toEqual([paused]);
    await fleet.save(testEndpoint({ id: 'a', name: 'First', weight: 0 }));
    expect(await blockers()).toEqual([
      'All that could serve m has the weight 0 (First): give it a weight under Endpoints.',
    ]);
    await fleet.save(testEndpoint({ id: 'a', name: 'First' }));
    expect(await blockers()).toEqual([]);
    const keys = fleet.views().find(({ endpoint }) => endpoint.id === 'a')?.keys ?? [];
    for (const { id } of keys) {
      await fleet.updateKey(id, { paused: true });
    }
    expect(await blockers()).toEqual([paused]);
  });

  it('does not start with a fallback that could never serve', async () => {
    const fallback = (endpointId: string) => ({ fallback: [{ endpointId, model: 'n' }] });
    expect((await plan(fallback('b'))).blockers).toEqual([]);
    expect((await plan(fallback(GONE))).blockers).toEqual([
      'The endpoint of the fallback to n no longer exists: choose another.',
    ]);
    await library.app.fleet.save(testEndpoint({ id: 'c', name: 'Third' }));
    expect((await plan(fallback('c'))).blockers).toEqual([
      'The fallback Third has no key that can send: add one, or leave it out.',
    ]);
  });

  it('speaks of the endpoints that may serve, and of no others', async () => {
    const inClear = (name: string) => `${name} is plain http: its keys travel unencrypted.`;
    // On this computer itself they do not travel.
    expect((await plan({ endpointIds: ['b'] })).warnings).toEqual([]);
    const baseUrl = 'http://relay.example';
    await library.app.fleet.save(testEndpoint({ id: 'a', name: 'First', baseUrl }));
    await library.app.fleet.save(testEndpoint({ id: 'b', name: 'Second', baseUrl }));
    expect((await plan({ endpointIds: ['b'] })).warnings).toEqual([inClear('Second')]);
    const withFallback = await plan({ endpointIds: ['b'], fallback: [{ endpointId: 'a', model: 'n' }] });
    expect(withFallback.warnings).toEqual([inClear('First'), inClear('Second')]);
  });
});

describe('locked keys', () => {
  it('are in the way of a start, and of no plan of whoever unlocks them first', async () => {
    const keyring = noKeyring('a test has none');
    await library.reopen({ keyring });
    const { vault } = library.app;
    await vault.choose({ kind: 'passphrase', passphrase: new Secret('eight characters') });
    await addTestKeys(library.app, 'a', 'sk-third-key-0003');
    await library.reopen({ keyring });
    const where = { defaultOutputDir: library.folder, granted: () => library.folder };
    const blockers = async (options: Partial<RunOptions>) =>
      (await planOf(library.app, request(options), { ...where, unlocks: true })).blockers;
    expect(await blockers({ endpointIds: ['a'] })).toEqual([]);
    expect(await blockers({ endpointIds: [GONE] })).toEqual([
      'None of the chosen endpoints can serve m: choose others, or add a key under Endpoints.',
    ]);
    await expect(startRun(library.app, request({ endpointIds: ['a'] }), where)).rejects.toThrow(
      'The keys are locked: unlock them, then start the run.',
    );
  });
});

describe('a row filter over a file with unreadable lines', () => {
  beforeEach(async () => {
    const blank = (row: number): boolean => row % 10 === 5;
    const lines = Array.from({ length: 100 }, (_, row) => (blank(row) ? ',' : `cat ${row},x`));
    const path = join(library.folder, 'gaps.csv');
    await writeFile(path, ['prompt,other', ...lines].join('\n'));
    datasetId = (await (await library.app.importer.start({ path })).whole).id;
  });

  it.each<[string, number]>([
    ['', 90],
    ['95:100', 4],
    ['5,15,25', 0],
    ['0:10,98:', 11],
  ])('%j is counted by the numbers of the rows that are there', async (filterRows, rows) => {
    expect(await library.app.store.dataset(datasetId)).toMatchObject({ rows: 90 });
    const { jobs, blockers } = await plan({ filterRows });
    expect({ rows: (await plan({ filterRows })).rows, jobs }).toEqual({ rows, jobs: rows });
    expect(blockers).toEqual(rows === 0 ? ['No row is chosen: change the row filter.'] : []);
    const reports: PreflightReport[] = [];
    for await (const report of preflightOf(library.app, request({ filterRows }))) {
      reports.push(report);
    }
    expect(reports.map(({ total }) => total)).toEqual(reports.map(() => rows));
    expect(reports.at(-1)).toMatchObject({ checked: rows, done: true });
  });
});

describe('a run', () => {
  it('asks only the chosen endpoints, and keeps its choices for a resume', async () => {
    second.reply(await pictureAnswer());
    const options = { endpointIds: ['b'], waitForQuota: 'never', autoConcurrency: true } as const;
    const ended = await run({ ...options, endpointIds: [...options.endpointIds] });
    expect(ended).toMatchObject({ state: { kind: 'finished' }, counts: { done: 3 }, options });
    expect([first.requests.length, second.requests.length]).toEqual([0, 3]);
    expect(library.app.fleet.view('b').metrics.hour.reduce((sum, { ok }) => sum + ok, 0)).toBe(3);
    const { metrics, keys, keyMetrics } = library.app.fleet.view('b');
    expect(metrics.p50Ms).toBeGreaterThan(0);
    expect(keyMetrics).toMatchObject({ [keys[0]?.id ?? '']: { succeeded: 3, failed: 0 } });
    await library.reopen();
    const { p50Ms, p95Ms, spentTodayUsd } = metrics;
    const again = library.app.fleet.view('b');
    expect(again).toMatchObject({ metrics: { p50Ms, p95Ms, spentTodayUsd }, keyMetrics });
    expect(again.metrics.hour.reduce((sum, { ok }) => sum + ok, 0)).toBe(3);
  });

  it('gives what waits for its place in its folder that place, before it takes the folder over', async () => {
    second.reply(await pictureAnswer());
    const { app } = library;
    const where = { defaultOutputDir: library.folder, granted: (token: string) => token };
    const inOut = { ...request({ endpointIds: ['b'] }), outputGrant: join(library.folder, 'out') };
    const { id } = await startRun(app, inOut, where);
    await app.runs.over(id);
    const owners: unknown[] = [];
    const settle = vi.spyOn(app.runs, 'settle').mockImplementation(async () => {
      owners.push((await app.store.runAt(inOut.outputGrant))?.id);
    });
    const later = await startRun(app, { ...inOut, onExisting: 'anew' }, where);
    await app.runs.over(later.id);
    expect(settle.mock.calls).toEqual([[id]]);
    expect(owners).toEqual([id]);
    settle.mockRestore();
  });

  it('goes to its fallback, with its model, when all keys of the first are out', async () => {
    first.reply(json({ error: { message: 'Incorrect API key.', code: 'invalid_api_key' } }, 401));
    second.reply(await pictureAnswer());
    const ended = await run({ endpointIds: ['a'], fallback: [{ endpointId: 'b', model: 'n' }] });
    expect(ended).toMatchObject({ state: { kind: 'finished' }, counts: { done: 3 } });
    expect(second.requests.map(({ body }) => JSON.parse(body.toString()) as unknown)).toMatchObject([
      { model: 'n' },
      { model: 'n' },
      { model: 'n' },
    ]);
    expect(first.requests.length).toBeLessThanOrEqual(3);
  });

  it('that shall not wait for quota pauses and says until when', async () => {
    first.reply(json({ error: { message: 'Slow down.' } }, 429, { 'retry-after': '90' }));
    const ended = await run({ endpointIds: ['a'], waitForQuota: 'never' });
    expect(ended).toMatchObject({
      state: { kind: 'paused', failure: 'quota_minute' },
      counts: { pending: 3, failed: 0 },
    });
    expect(first.requests.length).toBeLessThanOrEqual(3);
  });
});
