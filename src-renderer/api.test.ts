import { os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, describe, expect, it } from 'vitest';
import { createBackend } from './api';

const ports: MessagePort[] = [];
let restore = () => {};

afterEach(() => {
  restore();
  for (const port of ports.splice(0)) {
    port.close();
  }
});

/** Answers `connect` as the preload script does: with a port, posted to the window by the window itself. */
function installBridge(post: (port: MessagePort) => void): { connects: number; server: MessagePort | null } {
  const state = { connects: 0, server: null as MessagePort | null };
  Object.defineProperty(window, 'brushfleet', {
    configurable: true,
    value: {
      connect() {
        state.connects += 1;
        const { port1, port2 } = new MessageChannel();
        ports.push(port1);
        state.server = port1;
        new RPCHandler({ settings: { get: os.handler(() => ({ connects: state.connects })) } }).upgrade(
          port1,
        );
        port1.start();
        post(port2);
      },
    },
  });
  restore = () => Reflect.deleteProperty(window, 'brushfleet');
  return state;
}

function say(data: unknown, options: { source?: Window | null; ports?: MessagePort[] } = {}): void {
  const { source = window, ports: sent = [] } = options;
  const event = new MessageEvent('message', { data });
  Object.defineProperty(event, 'source', { value: source });
  Object.defineProperty(event, 'ports', { value: sent });
  window.dispatchEvent(event);
}

describe('the backend behind the preload script', () => {
  it('connects at the first call and calls over the port it is handed', async () => {
    const bridge = installBridge((port) => say({ kind: 'brushfleet:port' }, { ports: [port] }));
    const { client } = createBackend(window);
    expect(bridge.connects).toBe(0);
    expect(await client.settings.get()).toEqual({ connects: 1 });
    expect(await client.settings.get()).toEqual({ connects: 1 });
  });

  it('takes no port from another window', async () => {
    installBridge((port) => {
      const { port2: strange } = new MessageChannel();
      ports.push(strange);
      say({ kind: 'brushfleet:port' }, { source: null, ports: [strange] });
      say({ kind: 'brushfleet:port' }, { ports: [port] });
    });
    expect(await createBackend(window).client.settings.get()).toEqual({ connects: 1 });
  });

  it('connects again after the port was closed', async () => {
    const closes: Promise<unknown>[] = [];
    const bridge = installBridge((port) => {
      say({ kind: 'brushfleet:port' }, { ports: [port] });
      closes.push(new Promise((resolve) => port.addEventListener('close', resolve)));
    });
    const { client } = createBackend(window);
    await client.settings.get();
    bridge.server?.close();
    await closes[0];
    expect(await client.settings.get()).toEqual({ connects: 2 });
  });

  it('says so when there is no bridge', async () => {
    await expect(createBackend(window).client.settings.get()).rejects.toThrow(
      'only inside the Brushfleet window',
    );
  });

  it('hands on grants from its own window alone, until told to stop', () => {
    const heard: string[] = [];
    const stop = createBackend(window).onGranted(({ target }) => heard.push(target));
    const granted = { kind: 'brushfleet:granted', target: 'drop', grants: [] };
    say(granted);
    say(granted, { source: null });
    say({ ...granted, kind: 'other' });
    stop();
    say(granted);
    expect(heard).toEqual(['drop']);
  });
});
