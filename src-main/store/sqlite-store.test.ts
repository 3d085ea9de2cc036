import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint } from '@shared/model/endpoint';
import { openDatabase } from './database/open-database';
import { libraryPaths } from '../library';
import type { Store, StoredKey } from './store';
import {
  DRIVERS,
  type Library,
  newJobs,
  newRun,
  plannedRun,
  temporaryLibrary,
} from './testing/library-fixture';

describe.each(DRIVERS)('the store on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  const file = { name: 'a.csv', format: 'csv', sourcePath: '/d/a.csv', baseDir: '/d' } as const;
  const row = (at: number) => ({ row: at, index: at + 100, fields: { n: String(at), 'ä "b"': '' } });

  describe('datasets', () => {
    it('takes rows as they come and ends the import', async () => {
      const { id } = await store.createDataset(file);
      expect(await store.dataset(id)).toMatchObject({ ...file, rows: 0, importing: true });
      await store.setColumns(id, ['n']);
      await store.addRows(id, [row(0), row(1)]);
      await store.addRows(id, [row(2)]);
      expect(await store.dataset(id)).toMatchObject({ rows: 3, importing: true, columns: ['n'] });
      const problems = [{ line: 3, severity: 'skipped', message: 'It has 4 cells, not 2.' }] as const;
      const whole = await store.finishDataset(id, ['n', 'ä "b"'], problems);
      expect(whole).toMatchObject({ rows: 3, importing: false, columns: ['n', 'ä "b"'], problems });
      expect(await store.datasets()).toEqual([whole]);
    });

    it('pages by place and looks up by number, also where numbers jump', async () => {
      const first = await store.createDataset(file);
      const second = await store.createDataset(file);
      await store.addRows(first.id, [row(0), row(3), row(4)]);
      await store.addRows(first.id, [row(9)]);
      await store.addRows(second.id, [row(0)]);
      expect((await store.rows(first.id, 0, 2)).map((r) => r.row)).toEqual([0, 3]);
      expect((await store.rows(first.id, 2, 2)).map((r) => r.row)).toEqual([4, 9]);
      expect(await store.rows(first.id, 4, 2)).toEqual([]);
      expect(await store.rowsAt(first.id, [9, 5, 3])).toEqual([row(9), row(3)]);
    });

    it('counts the rows of ranges by number, also where numbers jump', async () => {
      const gappy = await store.createDataset(file);
      const whole = await store.createDataset(file);
      await store.addRows(gappy.id, [row(0), row(3), row(4), row(9)]);
      await store.addRows(whole.id, [row(0), row(1), row(2), row(3)]);
      const ranges = [
        { from: 0, to: 2 },
        { from: 3, to: 4 },
        { from: 7, to: Infinity },
      ];
      expect(await store.countRows(gappy.id, ranges)).toBe(3);
      expect(await store.countRows(whole.id, ranges)).toBe(3);
      expect(await store.countRows(whole.id, [{ from: 4, to: Infinity }])).toBe(0);
      expect(await store.countRows(gappy.id, [{ from: 2 ** 40, to: 2 ** 41 }])).toBe(0);
      const empty = await store.createDataset(file);
      expect(await store.countRows(empty.id, ranges)).toBe(0);
    });

    it('forgets an import that was cut off', async () => {
      const { id } = await store.createDataset(file);
      await store.addRows(id, [row(0)]);
      store = await library.open();
      await store.recover();
      expect(await store.dataset(id)).toBeNull();
      expect(await store.rows(id, 0, 10)).toEqual([]);
    });

    it('forgets an earlier reading of a file once its run has moved to the next', async () => {
      const first = await store.createDataset(file);
      await store.addRows(first.id, [row(0)]);
      const again = await store.createDataset(file);
      const run = await store.createRun(newRun(first.id));
      await store.setRunDataset(run.id, again.id);
      expect(await store.run(run.id)).toMatchObject({ datasetId: again.id });
      expect(await store.dataset(first.id)).toBeNull();
      const other = await store.createDataset({ ...file, sourcePath: '/d/b.csv' });
      await store.setRunDataset(run.id, other.id);
      expect(await store.dataset(again.id)).not.toBeNull();
    });
  });

  describe('runs', () => {
    it('are their output folder: a new one there replaces the old', async () => {
      const old = await plannedRun(store, 2, '/out/a');
      const other = await plannedRun(store, 1, '/out/b');
      expect(await store.runAt('/out/a')).toMatchObject({
        id: old.id,
        state: { kind: 'planned' },
        counts: { pending: 2 },
      });
      const anew = await store.createRun(newRun(old.datasetId, '/out/a'));
      expect((await store.runAt('/out/a'))?.id).toBe(anew.id);
      expect((await store.runs()).map((run) => run.id)).toEqual([anew.id, other.id]);
      expect(await store.runAt('/out/c')).toBeNull();
    });

    it('keep state and options', async () => {
      const { id, options } = await plannedRun(store, 1);
      const paused = { kind: 'paused', reason: 'No key is left.', failure: 'invalid_key' } as const;
      await store.setRunState(id, paused);
      await store.setRunOptions(id, { ...options, maxRetries: 7 });
      store = await library.open();
      expect(await store.run(id)).toMatchObject({ state: paused, options: { maxRetries: 7 } });
      expect(await store.run(id + 1)).toBeNull();
    });
  });

  describe('planning', () => {
    it('is idempotent', async () => {
      const { id } = await plannedRun(store, 3);
      expect(await store.planJobs(id, newJobs(3))).toMatchObject({ added: 0, changed: 0 });
      expect(await store.planJobs(id, newJobs(5))).toMatchObject({ added: 2, changed: 0 });
      const { total, jobs } = await store.jobs({ runId: id, offset: 0, limit: 10 });
      expect(total).toBe(5);
      expect(jobs.map((job) => job.position)).toEqual([0, 1, 2, 3, 4]);
      expect(jobs[1]).toMatchObject({
        row: 1,
        model: 'gpt-image-1',
        provider: 'openai',
        stem: '000001',
        state: 'pending',
      });
    });

    it('tells jobs apart by row, model and variant', async () => {
      const { id } = await plannedRun(store, 1);
      const [job] = newJobs(1);
      if (job === undefined) throw new Error('one job');
      const more = [
        { ...job, position: 1, variant: 1 },
        { ...job, position: 2, model: { provider: 'google_genai', model: 'gpt-image-1' } as const },
      ];
      expect(await store.planJobs(id, more)).toMatchObject({ added: 2, changed: 0 });
    });

    it('puts jobs into the order of a plan that grew in front of them', async () => {
      const dataset = await store.createDataset(file);
      const { id } = await store.createRun(newRun(dataset.id));
      const late = newJobs(4).slice(2);
      await store.planJobs(
        id,
        late.map((job, at) => ({ ...job, position: at })),
      );
      await store.planJobs(id, newJobs(2));
      await store.planJobs(id, late);
      const { jobs } = await store.jobs({ runId: id, offset: 0, limit: 10 });
      expect(jobs.map((job) => [job.position, job.row])).toEqual([
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ]);
    });

    it('leaves neither gap nor double where a plan shrank', async () => {
      const { id } = await plannedRun(store, 4);
      // Row 1 is gone from the file; those behind it move up.
      const plan = newJobs(4)
        .filter((job) => job.row !== 1)
        .map((job, at) => ({ ...job, position: at }));
      await store.planJobs(id, plan);
      const pages = await Promise.all([0, 2].map((offset) => store.jobs({ runId: id, offset, limit: 2 })));
      expect(pages.flatMap((page) => page.jobs.map((job) => job.position))).toEqual([0, 1, 2, 3]);
      expect((await store.pending(id, 0, 10)).length).toBe(4);
    });
  });

  describe('the fleet', () => {
    const endpoint: Endpoint = {
      id: 'e1',
      name: 'Relay',
      provider: 'openai',
      baseUrl: 'https://relay.example/v1',
      apiVersion: '',
      enabled: true,
      weight: 2,
      limits: { requestsPerMinute: 60 },
      timeoutMs: 300_000,
      options: { editField: 'image' },
      demo: false,
    };
    const key: StoredKey = {
      id: 'k1',
      label: 'work',
      tail: 'wxyz',
      endpointIds: ['e1'],
      paused: false,
      fingerprint: 'f',
      limits: { requestsPerMinute: 5, models: { m: { requestsPerDay: 9 } } },
      groupId: 'g',
      tier: 'free',
    };

    it('keeps endpoints and keys in the order they were added', async () => {
      await store.saveEndpoint(endpoint);
      await store.saveEndpoint({ ...endpoint, id: 'e0' });
      await store.saveEndpoint({ ...endpoint, weight: 5 });
      await store.saveKey(key);
      store = await library.open();
      expect(await store.endpoints()).toEqual([
        { ...endpoint, weight: 5 },
        { ...endpoint, id: 'e0' },
      ]);
      expect(await store.keys()).toEqual([key]);
      await store.removeEndpoint('e1');
      await store.removeKey('k1');
      expect((await store.endpoints()).map((one) => one.id)).toEqual(['e0']);
      expect(await store.keys()).toEqual([]);
    });

    it('takes many keys and lets go of many, all or none', async () => {
      const many = ['k1', 'k2', 'k3'].map((id) => ({ ...key, id }));
      await store.saveKeys(many);
      await store.saveKeyStates(new Map(many.map(({ id }) => [id, { status: 'AVAILABLE', since: 1 }])));
      await store.removeKeys(['k1', 'k3']);
      expect(await store.keys()).toEqual([{ ...key, id: 'k2' }]);
      expect([...(await store.keyStates()).keys()]).toEqual(['k2']);
      // What cannot be written to the database takes the others back with it.
      const unwritable = { ...key, id: 'k5', limits: { requestsPerDay: 1n } } as unknown as StoredKey;
      await expect(store.saveKeys([{ ...key, id: 'k4' }, unwritable])).rejects.toThrow();
      expect(await store.keys()).toEqual([{ ...key, id: 'k2' }]);
    });

    it('passes over what it cannot read, and says so', async () => {
      const model = {
        id: 'm',
        provider: 'openai',
        label: 'M',
        state: 'current',
        tasks: ['t2i'],
        mask: false,
        sizes: [],
        ratios: [],
        priceUsd: {},
        source: 'own',
      } satisfies CatalogueModel;
      await store.saveEndpoint(endpoint);
      await store.saveKey(key);
      await store.saveOwnModels([model]);
      await store.saveSettings({ ...DEFAULT_SETTINGS, concurrency: 64 });
      await store.close();
      const { db } = openDatabase(libraryPaths(library.dir).database, { driver });
      db.exec(
        `INSERT INTO endpoints (id, value) VALUES ('e2', '{"id":"e2"}'); INSERT INTO keys (id, value) VALUES ('k2', 'no json')`,
      );
      db.exec(`UPDATE settings SET value = json_set(value, '$.workers', 'many') WHERE name = 'settings'`);
      db.exec(`UPDATE settings SET value = json_insert(value, '$[#]', 'odd') WHERE name = 'own_models'`);
      db.close();
      const notes: string[] = [];
      store = await library.open({ onNote: (sentence) => notes.push(sentence) });
      expect(await store.endpoints()).toEqual([endpoint]);
      expect(await store.keys()).toEqual([key]);
      expect(await store.ownModels()).toEqual([model]);
      expect(await store.settings()).toEqual({ ...DEFAULT_SETTINGS, concurrency: 64 });
      expect(notes.join('\n')).toMatch(
        /Endpoint e2.*\nKey k2.*\nA model of your own.*\nThe setting "workers"/,
      );
    });

    it('has defaults', async () => {
      expect(await store.settings()).toEqual(DEFAULT_SETTINGS);
      expect(await store.ownModels()).toEqual([]);
    });
  });

  it('is closed once, and refuses calls afterwards in its own words', async () => {
    await store.close();
    await store.close();
    await expect(store.runs()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(store.sent([])).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
