import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openVault } from './open-vault';
import { askSessionBus, sessionBusPaths } from './session-bus';
import { createSystemKeyring } from './system-keyring';

let root: string;
let server: Server | null = null;
const sockets = new Set<Socket>();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bus-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  for (const socket of sockets) {
    socket.destroy();
  }
  await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  server = null;
  rmSync(root, { recursive: true, force: true });
});

/** A socket that accepts, and says `greeting` when spoken to, or nothing at all. */
async function bus(greeting: string | null): Promise<string> {
  const path = join(root, 'bus');
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => greeting !== null && socket.write(greeting));
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return path;
}

describe('sessionBusPaths', () => {
  it.each([
    [{ DBUS_SESSION_BUS_ADDRESS: '/dev/null' }, []],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus,guid=ab' }, ['/run/user/1000/bus']],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/tmp/dbus-x' }, ['\0/tmp/dbus-x']],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=127.0.0.1,port=1;unix:path=/a%20b' }, ['/a b']],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, [join('/run/user/7', 'bus')]],
    [{}, []],
  ])('%j', (env, paths) => expect(sessionBusPaths(env)).toEqual(paths));
});

describe.skipIf(process.platform === 'win32')('askSessionBus', () => {
  const ask = (path: string) => askSessionBus({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }, 50);

  it('a bus that greets answers', async () => {
    expect(await ask(await bus('OK 1234deadbeef\r\n'))).toEqual({ kind: 'answers' });
  });

  it.each([
    ['accepts and stays silent', null],
    ['rejects', 'REJECTED EXTERNAL\r\n'],
  ])('a bus that %s does not', async (_, greeting) => {
    expect((await ask(await bus(greeting))).kind).toBe('silent');
  });

  it('nor does one that is not there', async () => {
    expect((await ask(join(root, 'missing'))).kind).toBe('silent');
  });
});

/** Answers what is to be stored only once it is asked for something; then it tells what was removed. */
const HESITANT = `
import { parentPort } from 'node:worker_threads';
const removed = [];
let held = null;
parentPort.on('message', ({ id, call }) => {
  if (call.kind === 'set') {
    held = id;
    return;
  }
  if (held !== null) {
    parentPort.postMessage({ id: held, kind: 'value', secret: null });
    held = null;
  }
  if (call.kind === 'remove') removed.push(call.account);
  parentPort.postMessage({ id, kind: 'value', secret: Buffer.from(removed.join()) });
});
`;

it('takes back what the keyring stored too late: who asked has heard that it is not kept', async () => {
  const worker = join(root, 'hesitant.mjs');
  writeFileSync(worker, HESITANT);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const keyring = createSystemKeyring({ env: {}, platform: 'darwin', workerPath: pathToFileURL(worker) });
  const refused = expect(keyring.set('vault', new Uint8Array(32))).rejects.toThrow('did not answer in time');
  await vi.advanceTimersByTimeAsync(20_000);
  await refused;
  expect(Buffer.from((await keyring.get('vault')) ?? []).toString()).toBe('');
  expect(Buffer.from((await keyring.get('vault')) ?? []).toString()).toBe('vault');
  keyring.close();
});

describe.skipIf(process.platform === 'win32')('a Linux machine without a desktop', () => {
  const vaultWith = (env: Record<string, string>) =>
    openVault({
      libraryDir: join(root, 'library'),
      env,
      keyring: createSystemKeyring({
        env,
        platform: 'linux',
        workerPath: new URL('./keyring-worker.ts', import.meta.url),
        busTimeoutMs: 50,
      }),
    });

  it('is undecided when there is no bus', async () => {
    const vault = await vaultWith({ DBUS_SESSION_BUS_ADDRESS: '/dev/null' });
    expect(vault.status()).toEqual({ kind: 'undecided', why: 'there is no desktop session bus here' });
    vault.close();
  });

  it('is undecided when the bus hangs', async () => {
    const vault = await vaultWith({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${await bus(null)}` });
    expect(vault.status()).toEqual({ kind: 'undecided', why: 'the desktop session bus does not answer' });
    vault.close();
  });

  it('is undecided, with the keyring’s own words, when the real library finds no Secret Service', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', '/dev/null');
    const path = await bus('OK 1234deadbeef\r\n');
    const vault = await openVault({
      libraryDir: join(root, 'library'),
      env: {},
      keyring: createSystemKeyring({
        // Our question is greeted; the library itself asks the bus of this process, which has none.
        env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
        platform: 'linux',
        workerPath: new URL('./keyring-worker.ts', import.meta.url),
      }),
    });
    expect(vault.status()).toMatchObject({
      kind: 'undecided',
      why: expect.stringContaining('the Secret Service answered'),
    });
    vault.close();
  });
});
