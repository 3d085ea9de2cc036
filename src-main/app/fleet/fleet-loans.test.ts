/** What a command line lends to the owner of the library, in a real fleet. */
import { join } from 'node:path';
import type { Endpoint } from '@shared/model/endpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../providers/secret';
import { createEnvKeyIds } from './env-key-id';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../testing/test-library';

const OWN = testEndpoint({ baseUrl: 'http://127.0.0.1:9/v1', limits: { requestsPerMinute: 5 } });
const SAME = testEndpoint({ id: 'env:openai:a', name: 'a', baseUrl: 'http://127.0.0.1:9/v1/' });
const OTHER = testEndpoint({ id: 'env:openai:b', name: 'b', baseUrl: 'http://127.0.0.1:8/v1' });

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
  await library.app.fleet.save(OWN);
});
afterEach(() => library.remove());

const fleet = () => library.app.fleet;

function lend(borrower: string, endpoints: Endpoint[], secret: string): Promise<readonly string[]> {
  const endpointIds = endpoints.map(({ id }) => id);
  return fleet().lend(borrower, {
    endpoints,
    keys: [{ id: 'env-1', label: 'OPENAI_API_KEY', secret: new Secret(secret), endpointIds }],
  });
}

describe('endpoints that are lent', () => {
  it('are the library’s own where they lead to the same server, and added where they do not', async () => {
    expect(await lend('one', [SAME, OTHER], 'sk-lent-0001')).toEqual(['e', 'env:openai:b']);
    expect(fleet().endpoint('env:openai:b')).toMatchObject({ baseUrl: OTHER.baseUrl });
    expect(await lend('two', [{ ...OTHER, id: 'x' }], 'sk-lent-0002')).toEqual(['env:openai:b']);
    const [elsewhere] = await lend('three', [{ ...OTHER, baseUrl: 'http://127.0.0.1:7' }], 'sk-lent-0003');
    expect(elsewhere).toMatch(/^env:openai:b:[0-9a-f]{8}$/);
  });

  it('are shown to nobody and serve no run of the library', async () => {
    await lend('one', [OTHER], 'sk-lent-0001');
    expect(
      fleet()
        .views()
        .map(({ endpoint }) => endpoint.id),
    ).toEqual(['e']);
    expect(fleet().endpointsFor([{ provider: 'openai', model: 'm' }])).toEqual(['e']);
  });

  it('are gone when the run of who lent them is over, and not before', async () => {
    await lend('one', [OTHER], 'sk-lent-0001');
    await lend('two', [OTHER], 'sk-lent-0001');
    fleet().takeBack('one');
    expect(fleet().endpoint('env:openai:b')).toBeDefined();
    fleet().takeBack('two');
    expect(fleet().endpoint('env:openai:b')).toBeUndefined();
  });
});

describe('keys that are lent', () => {
  it('share what the library knows of the same key, where its user has bound it to that endpoint', async () => {
    const [own] = await addTestKeys(library.app, 'e', 'sk-both-0001');
    await lend('one', [SAME], 'sk-both-0001');
    const [view] = fleet().views();
    expect(view?.keys.map(({ id }) => id)).toEqual([own]);
    expect(fleet().secret(own ?? '')).toBe('sk-both-0001');
    fleet().takeBack('one');
    expect(fleet().secret(own ?? '')).toBe('sk-both-0001');
  });

  it('stay known by their tail while they serve, and are forgotten afterwards', async () => {
    await lend('one', [OTHER], 'sk-lent-0001');
    const keyId = createEnvKeyIds(join(library.folder, 'library'))(new Secret('sk-lent-0001'));
    expect(fleet().names({ endpointId: 'env:openai:b', keyId })).toEqual({
      endpointName: 'b',
      keyTail: '0001',
    });
    expect(fleet().secret(keyId)).toBe('sk-lent-0001');
    fleet().takeBack('one');
    expect(fleet().secret(keyId)).toBeNull();
    expect(
      fleet()
        .views()
        .flatMap(({ keys }) => keys),
    ).toEqual([]);
  });
});
