/** The demo endpoint over hosts that start, refuse to, and die. */
import { describe, expect, it } from 'vitest';
import { type DemoHost, DemoNotStarted } from '../../demo/start-demo';
import { createDemoSwitch } from './demo-switch';

/** Listens at once, where its number says. */
function listening(number: number) {
  const endings: (() => void)[] = [];
  const die = (): void => endings.forEach((end) => end());
  const host: DemoHost = {
    send: die,
    onAnswer: (listener) => listener({ kind: 'listening', url: `http://127.0.0.1:${number}` }),
    onEnd: (listener) => void endings.push(listener),
    end: () => Promise.resolve(),
  };
  return { host, die };
}

const STILLBORN: DemoHost = {
  send: () => undefined,
  onAnswer: () => undefined,
  onEnd: (listener) => listener(),
  end: () => Promise.resolve(),
};

/** Starts these, one after the other. */
function switchOver(...hosts: readonly (DemoHost | Error)[]) {
  let started = 0;
  const demo = createDemoSwitch(() => {
    const host = hosts[started++];
    if (host instanceof Error || host === undefined) {
      throw host ?? new Error('One more than it should have started.');
    }
    return host;
  });
  return { demo, started: () => started };
}

describe('the demo endpoint', () => {
  it('starts once for all who use it', async () => {
    const { demo, started } = switchOver(listening(1).host);
    expect(await Promise.all([demo.url(), demo.url()])).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:1']);
    expect(await demo.url()).toBe('http://127.0.0.1:1');
    expect(started()).toBe(1);
    await demo.close();
  });

  it.each([
    ['ended before it listened', STILLBORN],
    ['could not be made', new Error('no such file')],
  ])('starts with the next use after one that %s', async (_, first) => {
    const { demo } = switchOver(first, listening(2).host);
    await expect(demo.url()).rejects.toBeInstanceOf(DemoNotStarted);
    expect(await demo.url()).toBe('http://127.0.0.1:2');
  });

  it('starts with the next use after it has died', async () => {
    const first = listening(1);
    const { demo } = switchOver(first.host, listening(2).host);
    await demo.url();
    first.die();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await demo.url()).toBe('http://127.0.0.1:2');
  });

  it('is closed without a word where it could not start, and starts no more', async () => {
    const { demo, started } = switchOver(STILLBORN, listening(2).host);
    const refused = expect(demo.url()).rejects.toBeInstanceOf(DemoNotStarted);
    await demo.close();
    await refused;
    await expect(demo.url()).rejects.toBeInstanceOf(DemoNotStarted);
    expect(started()).toBe(1);
  });
});
