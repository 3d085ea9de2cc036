/** Endpoints, keys and groups on a real library: what is kept, what is refused, what comes back after a restart. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../providers/secret';
import { noKeyring } from '../../vault/no-keyring';
import {
  addTestKeys,
  keysOf,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

const fleet = () => library.app.fleet;
const keys = () => keysOf(library.app);

/** One request for a picture that was sent and answered, as a run of an earlier session journals it. */
async function journalled(sent: { endpointId: string; keyId: string; ago: number }): Promise<void> {
  const { store } = library.app;
  const wall = Date.now() - sent.ago;
  const dataset = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
  const model = { provider: 'openai', model: 'm' } as const;
  const { id: runId } = await store.createRun({
    name: 'r',
    datasetId: dataset.id,
    recipe: { task: 't2i', models: [model], instruction: 'x', imageColumns: [], variants: 1 },
    options: {
      filterRows: '',
      concurrency: 1,
      workers: 1,
      maxRetries: 0,
      retryDelayMs: 0,
      allowPrivateUrls: false,
    },
    outputDir: join(library.folder, `out-${dataset.id}`),
  });
  const job = { position: 0, row: 0, index: 0, variant: 0, model, stem: '0', digest: 'd' };
  await store.planJobs(runId, [job]);
  const [pending] = await store.pending(runId, 0, 1);
  const attempt = { attemptId: store.nextAttemptId(), jobId: pending?.id ?? 0, runId };
  await store.sent([{ ...attempt, ...sent, model: 'm', sentAt: wall }]);
  await store.ended({
    ...attempt,
    endedAt: wall,
    bodySentAt: wall,
    tookMs: 10,
    outcome: { kind: 'failed', failure: { kind: 'blocked', message: 'No.', bodySent: true } },
    next: { kind: 'failed' },
  });
}

describe('keys', () => {
  beforeEach(() => fleet().save(testEndpoint()));

  it('move from one endpoint to another, and serve at least one', async () => {
    await fleet().save(testEndpoint({ id: 'f', name: 'Other' }));
    const [id = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await fleet().updateKey(id, { endpointIds: ['f'] });
    const served = () =>
      fleet()
        .views()
        .map((view) => [view.endpoint.id, view.keys.length]);
    for (const endpointIds of [['gone'], []]) {
      await expect(fleet().updateKey(id, { endpointIds })).rejects.toThrow('serves one endpoint at least');
    }
    expect(served()).toEqual([
      ['e', 0],
      ['f', 1],
    ]);
  });

  it('keep limits, group and tier through a restart; limits that limit nothing are none', async () => {
    const group = await fleet().saveGroup({
      name: ' Account ',
      limits: { requestsPerDay: 100, concurrency: 0 },
    });
    expect(group).toMatchObject({ name: 'Account', limits: { requestsPerDay: 100 } });
    const [id = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await fleet().updateKey(id, {
      tier: 'free',
      groupId: group.id,
      limits: { requestsPerMinute: 5, tokensPerMinute: 0, models: { m: { requestsPerDay: 2 }, n: {} } },
    });
    await library.reopen();
    expect(keys()).toMatchObject([
      {
        id,
        tier: 'free',
        groupId: group.id,
        limits: { requestsPerMinute: 5, models: { m: { requestsPerDay: 2 } } },
      },
    ]);
    expect(keys()[0]?.gauges?.minute).toEqual({ used: 0, limit: 5 });
    const cleared = await fleet().updateKey(id, { limits: null, tier: null });
    expect(cleared).toMatchObject({ groupId: group.id });
    expect(Object.keys(cleared)).not.toEqual(expect.arrayContaining(['limits']));
    await fleet().removeGroup(group.id);
    expect(fleet().groups()).toEqual([]);
    expect(keys()[0]).not.toHaveProperty('groupId');
  });

  it('take group and tier of their batch, and are not added twice, also within one paste', async () => {
    const group = await fleet().saveGroup({ name: 'Account', limits: {} });
    const drafts = ['sk-same-key-0001', 'sk-same-key-0001'].map((secret) => ({
      label: '',
      secret: new Secret(secret),
    }));
    const batch = { groupId: group.id, tier: 'paid' } as const;
    expect(await fleet().addKeys('e', drafts, batch)).toMatchObject({
      duplicates: 1,
      added: [{ tail: '0001', ...batch }],
    });
    expect(await fleet().addKeys('e', drafts)).toMatchObject({ duplicates: 2, added: [] });
    // The same two calls at once see each other.
    await fleet().save(testEndpoint({ id: 'other' }));
    const both = await Promise.all([fleet().addKeys('other', drafts), fleet().addKeys('other', drafts)]);
    expect(both.map(({ duplicates }) => duplicates)).toEqual([1, 2]);
    expect(keys().map(({ endpointIds }) => endpointIds)).toEqual([
      ['e', 'other'],
      ['e', 'other'],
    ]);
  });

  it.each([
    ['a group that is gone', { groupId: 'gone' }, 'groupId', 'That quota group no longer exists'],
    [
      'a limit below nothing',
      { limits: { requestsPerMinute: -1 } },
      'requestsPerMinute',
      'Requests per minute must be 0 or more: 0 or blank is no limit, and to block an endpoint or a key, pause it.',
    ],
  ])('refuse %s, and nothing is saved', async (_, change, field, sentence) => {
    const [id = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    const before = await library.app.store.keys();
    for (const refused of [
      fleet().updateKey(id, { label: 'new', ...change }),
      fleet().addKeys('e', [{ label: 'new', secret: new Secret('sk-second-key-0002') }], change),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', field });
      await expect(refused).rejects.toThrow(sentence);
    }
    expect(await library.app.store.keys()).toEqual(before);
    expect(keys()).toMatchObject([{ label: 'label of sk-first-key-0001' }]);
  });

  it('removed with their endpoint leave nothing behind; those of a second endpoint stay', async () => {
    await fleet().save(testEndpoint({ id: 'other', name: 'Other' }));
    const [own = ''] = await addTestKeys(library.app, 'e', 'sk-own-key-0001');
    const [shared = ''] = await addTestKeys(library.app, 'e', 'sk-shared-key-0002');
    await addTestKeys(library.app, 'other', 'sk-shared-key-0002');
    await fleet().removeEndpoint('e');
    expect(keys()).toMatchObject([{ id: shared, endpointIds: ['other'], readable: true }]);
    expect(fleet().secret(own)).toBeNull();
    await expect(fleet().updateKey(own, { label: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('limits', () => {
  it('count what earlier sessions have sent, at endpoint and key, once', async () => {
    await fleet().save(testEndpoint({ limits: { requestsPerMinute: 9 } }));
    const [keyId = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await journalled({ endpointId: 'e', keyId, ago: 5_000 });
    await journalled({ endpointId: 'e', keyId, ago: 1_000 });
    await library.reopen();
    const used = () =>
      fleet()
        .views()
        .map(({ health, keys: own }) => [health.gauges.minute.used, own[0]?.gauges?.minute.used]);
    expect(used()).toEqual([[2, 2]]);
    await fleet().save(testEndpoint({ id: 'new' }));
    await fleet().load();
    expect(used()).toEqual([
      [2, 2],
      [0, undefined],
    ]);
  });

  it('that refusals taught are not forgotten', async () => {
    await fleet().save(testEndpoint());
    const [keyId = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    const learned = { kind: 'rateLearned', at: Date.now(), keyId, keyTail: '0001', keyLabel: '' } as const;
    await library.app.store.addFleetEvents([
      { ...learned, endpointName: 'Relay', model: 'm', perMinute: 42 },
    ]);
    await library.reopen();
    expect(keys()).toMatchObject([{ learnedPerMinute: 42 }]);
  });

  it('of keys that a locked vault hides count once it is unlocked', async () => {
    const keyring = noKeyring('a test has none');
    await library.reopen({ keyring });
    await library.app.vault.choose({ kind: 'passphrase', passphrase: new Secret('eight characters') });
    await fleet().save(testEndpoint());
    const [keyId = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await journalled({ endpointId: 'e', keyId, ago: 1_000 });
    await library.reopen({ keyring });
    expect(keys()).toMatchObject([{ readable: false }]);
    expect(keys()[0]).not.toHaveProperty('gauges');
    await library.app.vault.unlock(new Secret('eight characters'));
    await fleet().load();
    expect(keys()[0]?.gauges?.minute.used).toBe(1);
  });
});

describe('groups', () => {
  it('have names of their own, and those that are gone cannot be changed', async () => {
    const group = await fleet().saveGroup({ name: 'Account', limits: {} });
    await expect(fleet().saveGroup({ name: ' account ', limits: {} })).rejects.toMatchObject({
      field: 'name',
      message: 'There is a quota group "account" already: choose it, or another name.',
    });
    await expect(fleet().saveGroup({ name: ' ', limits: {} })).rejects.toMatchObject({ field: 'name' });
    const gone = { code: 'NOT_FOUND', message: 'That quota group no longer exists.' };
    await expect(fleet().saveGroup({ id: 'gone', name: 'B', limits: {} })).rejects.toMatchObject(gone);
    await expect(fleet().removeGroup('gone')).rejects.toMatchObject(gone);
    const negative = fleet().saveGroup({ name: 'C', limits: { concurrency: -1 } });
    await expect(negative).rejects.toMatchObject({ field: 'concurrency' });
    await fleet().saveGroup({ ...group, name: 'account', limits: { concurrency: 3 } });
    expect(fleet().groups()).toEqual([{ id: group.id, name: 'account', limits: { concurrency: 3 } }]);
  });

  it('are told to open pages when they change, and only then', async () => {
    const told: unknown[] = [];
    library.app.events.subscribe((event) => void (event.kind === 'groups' && told.push(event.groups)));
    const group = await fleet().saveGroup({ name: 'Account', limits: {} });
    await fleet().save(testEndpoint());
    expect(told).toEqual([[group]]);
  });
});

describe('endpoints', () => {
  it.each([
    [{ baseUrl: 'relay.example' }, 'baseUrl', '"relay.example" is not a URL'],
    [{ baseUrl: 'https://user:pass@relay.example' }, 'baseUrl', 'holds a user name or password'],
    [{ resetZone: 'Mars/Base' }, 'resetZone', '"Mars/Base" is not a time zone'],
    [{ weight: -1 }, 'weight', 'The weight must be 0 or more.'],
    [{ limits: { tokensPerMinute: 1.5 } }, 'tokensPerMinute', 'Tokens per minute must be a whole number.'],
    [{ timeoutMs: 3_600_001 }, 'timeoutMs', 'The timeout must be at most 1 hour.'],
    [{ name: '  ' }, 'name', 'The name must not be blank.'],
  ])('refuse %j at its field, and nothing is saved', async (change, field, sentence) => {
    const refused = fleet().save(testEndpoint(change));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', field });
    await expect(refused).rejects.toThrow(sentence);
    expect(await library.app.store.endpoints()).toEqual([]);
    expect(fleet().views()).toEqual([]);
  });

  it('keep the place they are moved to, and a blank zone is none', async () => {
    for (const id of ['a', 'b', 'c']) {
      await fleet().save(testEndpoint({ id, name: id, resetZone: ' ' }));
    }
    await fleet().moveEndpoint('c', 0);
    await expect(fleet().moveEndpoint('gone', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await library.reopen();
    const shown = fleet().views();
    expect(shown.map(({ endpoint: { id } }) => id)).toEqual(['c', 'a', 'b']);
    expect(shown[0]?.endpoint).not.toHaveProperty('resetZone');
    expect(shown[0]?.metrics).toMatchObject({ spentTodayUsd: 0 });
  });

  it('feel new settings of the pool at once, and after a restart', async () => {
    await fleet().save(testEndpoint());
    await addTestKeys(library.app, 'e', 'sk-first-key-0001');
    await library.app.saveSettings({ pool: { ...DEFAULT_POOL_SETTINGS, minIntervalMs: 60_000 } });
    const probe = () => fleet().probe('e', { model: 'm', prompt: 'p' });
    await probe();
    await expect(probe()).rejects.toThrow('no room');
    await library.reopen();
    await probe();
    await expect(probe()).rejects.toThrow('no room');
  });
});

describe('keys of the environment', () => {
  const given = (...secrets: readonly string[]) => ({
    endpoints: [testEndpoint({ id: 'env', limits: { requestsPerDay: 5 } })],
    keys: secrets.map((secret, at) => ({
      id: `env:key-${at}`,
      label: `DG_OPENAI_API_KEYS ${at}`,
      secret: new Secret(secret),
      endpointIds: ['env'],
    })),
  });

  it('are known again in the next process, whatever their place in the list', async () => {
    await fleet().give(given('sk-first-key-0001'));
    const [key] = keys();
    expect(key?.id).toMatch(/^env-[0-9a-f]{16}$/);
    await journalled({ endpointId: 'env', keyId: key?.id ?? '', ago: 0 });
    await library.reopen();
    await library.app.store.saveKeyStates(
      new Map([[key?.id ?? '', { status: 'FULLY_EXHAUSTED', since: 1, until: Date.now() + 60_000 }]]),
    );
    await fleet().give(given('sk-second-key-0002', 'sk-first-key-0001'));
    expect(keys()).toMatchObject([
      { state: { status: 'AVAILABLE' }, gauges: { minute: { used: 0 } } },
      { id: key?.id, state: { status: 'FULLY_EXHAUSTED' }, gauges: { minute: { used: 1 } } },
    ]);
    expect(fleet().views()[0]?.health.gauges.today).toEqual({ used: 1, limit: 5 });
  });

  it('are stored nowhere, and cannot be changed here', async () => {
    await fleet().give(given('sk-first-key-0001'));
    const [key] = keys();
    await expect(fleet().updateKey(key?.id ?? '', { label: 'x' })).rejects.toThrow('environment');
    await expect(fleet().save(testEndpoint())).rejects.toThrow('environment');
    expect(await library.app.store.keys()).toEqual([]);
    await library.app.close();
    for (const entry of await readdir(library.folder, { recursive: true, withFileTypes: true })) {
      const bytes = entry.isFile() ? await readFile(join(entry.parentPath, entry.name)) : Buffer.alloc(0);
      expect(bytes.includes('sk-first-key'), entry.name).toBe(false);
    }
    await library.reopen();
  });
});
