/** The fleet of a library that another has open, over its real socket. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestLibrary, type TestLibrary, testEndpoint } from '../../app/testing/test-library';
import { connectDoor } from '../../local-door/connect-door';
import { type Door, serveDoor } from '../../local-door/serve-door';
import { Secret } from '../../providers/secret';
import { createRouter } from '../../router';
import { headlessShell } from '../../router/headless-shell';
import type { CliFleet } from './fleet-port';
import { remoteFleet } from './remote-fleet';

const VERSION = '1.2.3';
const SECRET = 'sk-remote-fleet-0001';

let library: TestLibrary;
let door: Door;
let fleet: CliFleet;
beforeEach(async () => {
  library = await openTestLibrary();
  const { app } = library;
  const router = createRouter(app, headlessShell({ version: VERSION, saveTo: () => null }));
  door = await serveDoor({ app, libraryDir: dir(), router, version: VERSION });
  const connection = await connectDoor(dir(), VERSION);
  if (connection.kind !== 'ok') {
    throw new Error(`expected a connection, got ${connection.kind}`);
  }
  fleet = await remoteFleet(connection);
});
afterEach(async () => {
  await fleet.close();
  await door.close();
  await library.remove();
});

const dir = () => join(library.folder, 'library');

describe('the fleet of another process', () => {
  it('is changed there, and seen as it is afterwards', async () => {
    const { id: _, ...draft } = testEndpoint({ name: 'Relay' });
    const { endpoint } = await fleet.newEndpoint(draft);
    const group = await fleet.addGroup('Account A');
    const { added, duplicates } = await fleet.addKeys({
      endpointId: endpoint.id,
      keys: [{ label: 'first', secret: new Secret(SECRET) }],
      groupId: group.id,
      limits: { requestsPerMinute: 7 },
    });
    expect([added.length, duplicates]).toEqual([1, 0]);
    expect(fleet.endpoints()).toMatchObject([
      { endpoint: { name: 'Relay' }, keys: [{ tail: '0001', limits: { requestsPerMinute: 7 } }] },
    ]);
    expect(library.app.fleet.secret(added[0]?.id ?? '')).toBe(SECRET);
    await fleet.changeEndpoint({ ...endpoint, weight: 3 });
    expect(fleet.endpoints()[0]?.endpoint.weight).toBe(3);
    await fleet.removeKey(added[0]?.id ?? '');
    expect(fleet.endpoints()[0]?.keys).toEqual([]);
  });

  it('tells there what it was used for', async () => {
    const { days, keys } = await fleet.usage(2);
    expect(keys).toEqual([]);
    expect(days.map(({ endpoints }) => endpoints)).toEqual([[], []]);
    expect(days).toEqual((await library.app.usage(2)).days);
  });

  it('refuses what it refuses at home, with the same sentence', async () => {
    const missing = fleet.removeKey('no-such-key');
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'That key no longer exists.' });
  });
});

describe('another version', () => {
  it('is named, and not talked to', async () => {
    expect(await connectDoor(dir(), '9.9.9')).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(
        /^The library is open in Brushfleet 1\.2\.3 \(process \d+\), and this is 9\.9\.9: /,
      ) as string,
    });
  });
});
