/** The switch in Settings over a real library: what it says is what listens. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SERVICE_SETTINGS, type ServiceSettings } from '@shared/contract/service';
import { openTestLibrary, type TestLibrary } from '../app/testing/test-library';
import { createDemoServer } from '../demo/demo-server';
import { createServiceSwitch, type OwnedServiceSwitch } from './service-switch';

let library: TestLibrary;
let remembered: ServiceSettings;
let service: OwnedServiceSwitch;
beforeEach(async () => {
  library = await openTestLibrary();
  remembered = DEFAULT_SERVICE_SETTINGS;
  service = open();
});
afterEach(async () => {
  await service.close();
  await library.remove();
});

function open(env: Readonly<Record<string, string>> = {}): OwnedServiceSwitch {
  return createServiceSwitch({
    app: library.app,
    version: '1.2.3',
    env,
    remembered: () => remembered,
    remember: (settings) => {
      remembered = settings;
    },
  });
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createDemoServer();
  const { port } = await server.start();
  await server.close();
  return port;
}

const answers = (port: number): Promise<number | null> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    ({ status }) => status,
    () => null,
  );

describe('the switch', () => {
  it('is off at first, and nothing listens', async () => {
    expect(await service.begin()).toEqual({ kind: 'off' });
    expect(service.status()).toEqual({ kind: 'off' });
    expect(await answers(DEFAULT_SERVICE_SETTINGS.port)).toBeNull();
  });

  it('starts, moves and stops at once, and is remembered', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const on = await service.set({ enabled: true, port: first, allowedHosts: [] });
    expect(on).toMatchObject({ kind: 'on', address: `http://127.0.0.1:${first}`, concurrency: 15 });
    expect(await answers(first)).toBe(200);
    await service.set({ enabled: true, port: second, allowedHosts: ['studio.lan'] });
    expect(await answers(first)).toBeNull();
    expect(await answers(second)).toBe(200);
    expect(service.status()).toMatchObject({ kind: 'on', requests: 1, inFlight: 0, waiting: 0 });
    expect(remembered).toEqual({ enabled: true, port: second, allowedHosts: ['studio.lan'] });
    await service.set({ ...remembered, enabled: false });
    expect(service.status()).toEqual({ kind: 'off' });
    expect(await answers(second)).toBeNull();
  });

  it('is on until it has ended: what is told as off does not listen', async () => {
    const own = open({ ADMIN_API_KEY: 'a key of the admin' });
    const port = await freePort();
    await own.set({ enabled: true, port, allowedHosts: [] });
    // A request whose body has not come whole is in flight.
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(
      `POST /chat HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAdmin-API-Key: a key of the admin\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n',
    );
    await once(socket, 'data');
    const stopped = own.set({ ...remembered, enabled: false });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(own.status()).toMatchObject({ kind: 'on' });
    socket.destroy();
    expect(await stopped).toEqual({ kind: 'off' });
    expect(own.status()).toEqual({ kind: 'off' });
    expect(await answers(port)).toBeNull();
  });

  it('is as it was left at the next start', async () => {
    remembered = { enabled: true, port: await freePort(), allowedHosts: [] };
    expect(await service.begin()).toMatchObject({ kind: 'on' });
    expect(await answers(remembered.port)).toBe(200);
  });

  it('says what is wrong, and takes no other port', async () => {
    const taken = createDemoServer();
    const { port } = await taken.start();
    const failed = await service.set({ enabled: true, port, allowedHosts: [] });
    expect(failed).toEqual({
      kind: 'failed',
      reason: `Port ${port} is used by another program: end that one, or choose another port.`,
    });
    expect(service.status()).toEqual(failed);
    await taken.close();
    expect(await service.set({ enabled: true, port, allowedHosts: [] })).toMatchObject({ kind: 'on' });
    const odd = open({ GEMINI_CONCURRENCY_LIMIT: 'many' });
    expect(await odd.begin()).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('GEMINI_CONCURRENCY_LIMIT'),
    });
  });
});
