/** Another process of the same user, and anything else that may come through the socket, at the door of a real app. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ONE_AT_A_TIME, openTestLibrary, type TestLibrary, testEndpoint } from '../app/testing/test-library';
import { openFleet } from '../cli/fleet/open-fleet';
import { headlessShell } from '../router/headless-shell';
import { json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { Secret } from '../providers/secret';
import { createRouter } from '../router';
import { collectGarbage } from '../testing/collect-garbage';
import { addressFor } from './address';
import { type Connection, connectDoor } from './connect-door';
import type { RunEvent } from './door-contract';
import { type Door, serveDoor } from './serve-door';

const VERSION = '1.2.3';
type Owner = Extract<Connection, { kind: 'ok' }>;

let library: TestLibrary;
let door: Door;
let owner: Owner;
let libraryDir: string;

beforeEach(async () => {
  library = await openTestLibrary();
  const { app } = library;
  libraryDir = join(library.folder, 'library');
  const router = createRouter(app, headlessShell({ version: VERSION, saveTo: () => null }));
  door = await serveDoor({ app, libraryDir, router, version: VERSION });
  const connection = await connectDoor(libraryDir, VERSION);
  if (connection.kind !== 'ok') {
    throw new Error(connection.kind);
  }
  owner = connection;
});
afterEach(async () => {
  await owner.close();
  await door.close();
  await library.remove();
});

describe('who comes to the door', () => {
  it('of another version is told so in one sentence', async () => {
    expect(await connectDoor(libraryDir, '1.2.4')).toEqual({
      kind: 'refused',
      sentence: `The library is open in Brushfleet ${VERSION} (process ${process.pid}), and this is 1.2.4: close that one, or use the same version.`,
    });
  });

  it('finds the calls of the contract, and their refusals as data', async () => {
    expect(await owner.client.app.runs.list()).toEqual([]);
    await expect(owner.client.app.runs.stop({ runId: 7 })).rejects.toMatchObject({
      defined: true,
      code: 'NOT_FOUND',
    });
    await expect(
      owner.client.door.exportTable({ runId: 7, format: 'csv', path: null }),
    ).rejects.toMatchObject({ defined: true, code: 'NOT_FOUND' });
  });

  it('with garbage is answered as such, and the next one served', async () => {
    expect(await posted('/rpc/door/hello', 'not json')).toBe(400);
    expect(await posted('/rpc/door/run', '{"json":{"plan":1}}')).toBe(400);
    expect(await posted('/elsewhere', '')).toBe(404);
    await new Promise<void>((resolve) => {
      const socket = connect(addressFor(libraryDir), () => socket.end('\0\0\0 no http\r\n\r\n'));
      socket.on('close', () => resolve()).on('error', () => resolve());
      socket.resume();
    });
    expect(await owner.client.app.runs.list()).toEqual([]);
  });

  it('with more than fits is refused before it is held whole', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = request({
        socketPath: addressFor(libraryDir),
        path: '/rpc/door/hello',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 65 * 1024 * 1024 },
      });
      call.on('response', (answer) => resolve(answer.statusCode)).on('error', reject);
      call.write('{"json"');
    });
    expect(status).toBe(413);
  });
});

async function posted(path: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: addressFor(libraryDir),
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (answer) => resolve(answer.resume().statusCode),
    );
    call.on('error', reject).end(body);
  });
}

describe('a run of another process', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(() => server.close());

  const asked = (borrower: string) => ({
    borrower,
    plan: {
      name: 'cats',
      task: 't2i' as const,
      source: { kind: 'prompts' as const, prompts: Array.from({ length: 6 }, (_, at) => `cat ${at}`) },
      recipe: {
        task: 't2i' as const,
        models: [{ provider: 'openai' as const, model: 'm' }],
        instruction: '{{prompt}}',
        imageColumns: [],
        variants: 1,
      },
      options: ONE_AT_A_TIME,
      outputDir: join(library.folder, 'out'),
      resume: true,
      adopt: false,
    },
    fleet: {
      endpoints: [testEndpoint({ id: 'env:openai:1', baseUrl: `${server.url}/v1` })],
      keys: [{ id: 'k', label: 'lent', secret: 'sk-lent-key-0001', endpointIds: ['env:openai:1'] }],
    },
    wantsJobs: true,
  });

  async function heard(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
    const all: RunEvent[] = [];
    for await (const event of events) {
      all.push(event);
    }
    return all;
  }

  it('pauses when that process is gone, and what it lent is gone with it', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.reply(async () => {
      await released;
      return json({ error: { message: 'no' } }, 400);
    });
    const gone = new AbortController();
    const events = await owner.client.door.run(asked(randomUUID()), { signal: gone.signal });
    const reading = heard(events).catch(() => []);
    await until(() => server.requests.length === 1);
    expect(door.borrowers()).toBe(1);
    // What only follows a signal, held by nobody, is collected: a going must be heard all the same.
    collectGarbage();
    gone.abort();
    await reading;
    // Its going is heard over the socket: an answer that came before would have the next one sent.
    await expect.poll(async () => (await library.app.runs.list())[0]?.state.kind).toBe('draining');
    release();
    await door.idle();
    await sleep(20);
    expect(server.requests).toHaveLength(1);
    const [run] = await library.app.runs.list();
    expect(run).toMatchObject({ state: { kind: 'paused' }, counts: { pending: 5, failed: 1 } });
    expect(library.app.fleet.endpoint('env:openai:1')).toBeUndefined();
  });

  it('that was stopped before it had begun sends nothing', async () => {
    server.reply(json({ error: { message: 'no' } }, 400));
    const borrower = randomUUID();
    await owner.client.door.stop({ borrower });
    const events = await heard(await owner.client.door.run(asked(borrower)));
    expect(events.at(-1)).toMatchObject({ kind: 'end', end: { kind: 'finished' } });
    expect(server.requests).toEqual([]);
  });

  it('is not stopped by a stop that came when another was over long ago', async () => {
    server.reply(json({ error: { message: 'no' } }, 400));
    const borrower = randomUUID();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await owner.client.door.stop({ borrower });
      vi.advanceTimersByTime(600_000);
    } finally {
      vi.useRealTimers();
    }
    await heard(await owner.client.door.run(asked(borrower)));
    expect(server.requests).toHaveLength(6);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await sleep(5);
  }
}

describe('the fleet of a library that is open elsewhere', () => {
  it('is refused where the owner works with the keys of its environment', async () => {
    await library.app.fleet.give({ endpoints: [], keys: [] });
    const options = {
      version: VERSION,
      libraryDir,
      env: {},
      resourcesDir: 'resources',
      imageRoots: 'all',
    } as const;
    expect(await openFleet(options)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('works with the keys of its environment'),
    });
    // A service that runs on refused keys gets them back so.
    const opened = await openFleet({ ...options, onlyTests: true });
    if (opened.kind === 'refused') {
      throw new Error(opened.sentence);
    }
    const server = await startScriptedServer();
    const secret = new Secret('sk-environment-0001');
    const endpoint = testEndpoint({ id: 'env:openai:a', baseUrl: `${server.url}/v1` });
    const keys = [{ id: 'k', label: 'OPENAI_API_KEY', secret, endpointIds: [endpoint.id] }];
    server.reply(json({ object: 'list', data: [{ id: 'm', object: 'model' }] }));
    expect(await opened.fleet.testGiven({ endpoints: [endpoint], keys })).toMatchObject([
      { tail: '0001', endpointId: endpoint.id, report: { kind: 'ok' } },
    ]);
    await opened.fleet.close();
    await server.close();
  });
});
