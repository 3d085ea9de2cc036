/** Test calls and probes against a scripted provider, and what follows from them for the keys. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetEvent } from '@shared/model/endpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  type ReceivedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { Secret } from '../../providers/secret';
import { noKeyring } from '../../vault/no-keyring';
import { VaultClosed } from '../../vault/vault';
import { pictureAnswer } from '../testing/painter-scene';
import {
  addTestKeys,
  keysOf,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

const REFUSED = json({ error: { message: 'Incorrect API key.', code: 'invalid_api_key' } }, 401);
const modelsOf = (organisation?: string) =>
  json(
    { object: 'list', data: [{ id: 'm', object: 'model' }] },
    200,
    organisation === undefined ? {} : { 'openai-organization': organisation },
  );

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  server = await startScriptedServer();
  library = await openTestLibrary();
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const fleet = () => library.app.fleet;
const keys = () => keysOf(library.app);
const add = (...secrets: readonly string[]) => addTestKeys(library.app, 'e', ...secrets);
const probe = () => fleet().probe('e', { model: 'm', prompt: 'p' });

function organisationOf(request: ReceivedRequest): string {
  return String(request.headers.authorization).includes('other') ? 'org-y' : 'org-x';
}

describe('a probe', () => {
  it('answers with picture and pixels, and counts against the limits', async () => {
    server.reply(await pictureAnswer());
    await add('sk-first-key-0001');
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1`, limits: { requestsPerMinute: 1 } }));
    expect(await probe()).toMatchObject({
      kind: 'ok',
      width: 8,
      height: 4,
      picture: expect.stringMatching(/^data:image\/png;base64,/) as string,
    });
    expect(fleet().view('e').health.gauges).toMatchObject({
      inFlight: { used: 0 },
      minute: { used: 1, limit: 1 },
    });
    await expect(probe()).rejects.toThrow(
      /^Relay has no room for a request now: probe it again at (\d+ \w+ )?\d\d:\d\d:\d\d\.$/,
    );
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [{ enabled: false }, 'Relay is paused: resume it, then probe it.'],
    [{ weight: 0 }, 'Relay has the weight 0'],
    [{ limits: { concurrency: 1 } }, 'when a request under way there has ended'],
  ])('of an endpoint with %j is refused in words', async (change, sentence) => {
    await add('sk-first-key-0001');
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1`, ...change }));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    server.reply(async () => {
      await released;
      return REFUSED;
    });
    const first = probe().catch((error: unknown) => error);
    await expect(probe()).rejects.toThrow(sentence);
    release();
    await first;
  });

  it('of the demo endpoint needs no key', async () => {
    await fleet().ensureDemo();
    const report = await fleet().probe('demo', { model: 'demo', prompt: 'a red card' });
    expect(report).toMatchObject({ kind: 'ok' });
    expect(fleet().view('demo').health.gauges.inFlight.used).toBe(0);
  });

  it('that a key does not survive puts it out at once and over a restart, until a person resets it', async () => {
    const told: FleetEvent[] = [];
    library.app.events.subscribe((event) => void (event.kind === 'fleetEvent' && told.push(event.event)));
    const [id = ''] = await add('sk-first-key-0001');
    server.reply(REFUSED);
    expect(await probe()).toMatchObject({ kind: 'failed', failure: { kind: 'invalid_key' } });
    const out = {
      kind: 'keyState',
      keyId: id,
      keyTail: '0001',
      keyLabel: 'label of sk-first-key-0001',
      endpointName: 'Relay',
      from: 'AVAILABLE',
      to: 'FAILED_INIT',
      reason: { kind: 'invalid_key' },
    };
    await expect.poll(() => told).toMatchObject([out]);
    // Before any close: a process that dies now has it on disk.
    expect((await library.app.store.keyStates()).get(id)).toMatchObject({ status: 'FAILED_INIT' });
    library.app.log.flush();
    const log = await readFile(library.app.log.path, 'utf8');
    expect(log).toContain('key …0001: FAILED_INIT, invalid_key');
    expect(log).not.toContain('sk-first-key');

    await library.reopen();
    expect(keys()).toMatchObject([{ id, state: { status: 'FAILED_INIT', reason: { kind: 'invalid_key' } } }]);
    await expect(probe()).rejects.toThrow('replace or re-test');
    expect(await fleet().resetKey(id)).toMatchObject({ state: { status: 'AVAILABLE' } });
    await expect
      .poll(() => library.app.fleetEvents(10))
      .toMatchObject([{ from: 'FAILED_INIT', to: 'AVAILABLE' }, out]);
    await library.reopen();
    expect(keys()).toMatchObject([{ state: { status: 'AVAILABLE' } }]);
  });
});

describe('a test of keys that are lent', () => {
  const lent = (secret: string) => ({
    endpoints: [testEndpoint({ id: 'env:openai:a', name: 'a', baseUrl: `${server.url}/v1/` })],
    keys: [
      {
        id: 'env:openai:key-1',
        label: 'OPENAI_API_KEY',
        secret: new Secret(secret),
        endpointIds: ['env:openai:a'],
      },
    ],
  });

  it('brings back one that a run found refused, in this process and for the next', async () => {
    const given = lent('sk-environment-0001');
    const states = async () => [...(await library.app.store.keyStates())];
    server.reply(REFUSED);
    expect(await fleet().testLent(given)).toMatchObject([
      { endpointId: 'e', tail: '0001', report: { kind: 'failed', failure: { kind: 'invalid_key' } } },
    ]);
    const [id = ''] = (await states()).map(([one]) => one);
    expect(await states()).toMatchObject([[id, { status: 'FAILED_INIT' }]]);
    // A run that borrows the key does not ask it.
    await fleet().lend('a run', given);
    expect(fleet().lentKeys('a run')).toMatchObject([{ id, state: { status: 'FAILED_INIT' } }]);
    fleet().takeBack('a run');
    server.reply(modelsOf());
    expect(await fleet().testLent(given)).toMatchObject([{ keyId: id, report: { kind: 'ok' } }]);
    expect(await states()).toMatchObject([[id, { status: 'AVAILABLE' }]]);
    await fleet().lend('another run', given);
    expect(fleet().lentKeys('another run')).toMatchObject([{ id, state: { status: 'AVAILABLE' } }]);
    await library.reopen();
    await fleet().give(given);
    expect(keys()).toMatchObject([{ id, state: { status: 'AVAILABLE' } }]);
  });
});

describe('a test call', () => {
  it('that its endpoint has left behind says nothing of the new place, nor of the key there', async () => {
    await add('sk-first-key-0001');
    for (const answer of [REFUSED, modelsOf()]) {
      await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1` }));
      server.reply(async () => {
        await fleet().save(testEndpoint({ baseUrl: `${server.url}/other` }));
        return answer;
      });
      await fleet().test('e');
      expect(keys()[0]?.state?.status ?? 'AVAILABLE').toBe('AVAILABLE');
      expect(fleet().views()[0]?.health.proof).toEqual({ kind: 'moved' });
    }
  });

  it('that is refused puts a key out; one that succeeds brings it back and keeps whose it is', async () => {
    const [id = ''] = await add('sk-first-key-0001');
    server.reply(REFUSED);
    expect(await fleet().test('e')).toMatchObject([{ keyId: id, report: { kind: 'failed' } }]);
    expect(keys()[0]?.state.status).toBe('FAILED_INIT');
    await expect(probe()).rejects.toThrow('is out');
    server.reply(modelsOf('org-x'));
    expect(await fleet().test('e', id)).toMatchObject([{ report: { kind: 'ok', account: 'org-x' } }]);
    expect(keys()).toMatchObject([{ state: { status: 'AVAILABLE' }, account: 'org-x' }]);
    await library.reopen();
    expect(keys()).toMatchObject([{ state: { status: 'AVAILABLE' }, account: 'org-x' }]);
  });

  it('finds keys of one account, which then may not stand in two groups', async () => {
    const [one = '', two = '', other = ''] = await add(
      'sk-one-key-0001',
      'sk-two-key-0002',
      'sk-other-key-0003',
    );
    const first = await fleet().saveGroup({ name: 'A', limits: {} });
    const second = await fleet().saveGroup({ name: 'B', limits: {} });
    await fleet().updateKey(one, { groupId: first.id });
    await fleet().updateKey(two, { groupId: second.id });
    server.reply((request) => modelsOf(organisationOf(request)));
    const sentence = 'Keys …0001 and …0002 are of one account (org-x): put them into the same quota group.';
    const found = await fleet().test('e');
    // Whichever was answered last tells of both.
    expect(JSON.stringify(found.slice(0, 2))).toMatch(/Keys …000\d and …000\d are of one account \(org-x\)/);
    expect(JSON.stringify(found[2])).not.toContain('quota group');

    await fleet().updateKey(two, { groupId: null });
    await expect(fleet().updateKey(two, { groupId: second.id, label: 'new' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'groupId',
      message: sentence,
    });
    expect(keys()[1]).toMatchObject({ label: 'label of sk-two-key-0002' });
    expect(keys()[1]).not.toHaveProperty('groupId');
    await fleet().updateKey(two, { groupId: first.id });
    await fleet().updateKey(other, { groupId: second.id });
  });

  it('of many keys is made of a few at a time', async () => {
    await add(...Array.from({ length: 12 }, (_, at) => `sk-many-keys-${1000 + at}`));
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    server.reply(async () => {
      await released;
      return modelsOf();
    });
    const testing = fleet().test('e');
    await expect.poll(() => server.begun()).toBe(8);
    await sleep(200);
    expect(server.begun()).toBe(8);
    release();
    const found = await testing;
    expect(found.map(({ report }) => report.kind)).toEqual(Array.from({ length: 12 }, () => 'ok'));
    expect(server.begun()).toBe(12);
  });

  it('of many keys goes on where the endpoint leads by then, without those taken from it', async () => {
    const ids = await add(...Array.from({ length: 12 }, (_, at) => `sk-many-keys-${1000 + at}`));
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    server.reply(async () => {
      await released;
      return modelsOf();
    });
    const testing = fleet().test('e');
    await expect.poll(() => server.begun()).toBe(8);
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/other` }));
    await fleet().removeKey(ids[11] ?? '');
    release();
    const found = await testing;
    const paths = server.requests.map(({ path }) => path.split('/')[1]);
    expect(paths.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'other'),
      ...Array.from({ length: 8 }, () => 'v1'),
    ]);
    expect(found.at(-1)).toMatchObject({
      keyId: ids[11],
      report: { kind: 'failed', failure: { message: expect.stringMatching(/nothing was sent/) as string } },
    });
  });

  it('of keys that are locked sends nothing and names the vault, until it is unlocked', async () => {
    const passphrase = new Secret('eight characters');
    const keyring = noKeyring('a test has none');
    await library.reopen({ keyring });
    await library.app.vault.choose({ kind: 'passphrase', passphrase });
    await fleet().save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    const [id = ''] = await add('sk-first-key-0001');
    await library.reopen({ keyring });
    server.reply(modelsOf());
    await expect(fleet().test('e')).rejects.toBeInstanceOf(VaultClosed);
    await expect(fleet().test('e', id)).rejects.toBeInstanceOf(VaultClosed);
    expect(server.requests).toEqual([]);
    await library.app.vault.unlock(passphrase);
    await fleet().load();
    expect(await fleet().test('e', id)).toMatchObject([{ report: { kind: 'ok' } }]);
  });

  it('of a key whose secret is gone fails, and nothing is sent', async () => {
    const [id = ''] = await add('sk-first-key-0001');
    await library.app.vault.remove(id);
    await library.reopen();
    server.reply(modelsOf());
    expect(await fleet().test('e')).toMatchObject([
      { keyId: id, report: { kind: 'failed', failure: { kind: 'invalid_key', bodySent: false } } },
    ]);
    expect(server.requests).toEqual([]);
  });

  it('of an endpoint without a key, or of a key that is not there, says so', async () => {
    await expect(fleet().test('e')).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'keys' });
    await expect(fleet().test('e', 'gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(fleet().test('gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
