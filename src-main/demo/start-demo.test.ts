import { describe, expect, it } from 'vitest';
import { type DemoHost, startDemo } from './start-demo';

describe('startDemo', () => {
  it('serves from a worker of its own until it is closed', async () => {
    const demo = await startDemo();
    const response = await fetch(`${demo.url}/v1beta/models`);
    expect(await response.json()).toMatchObject({ models: expect.any(Array) });
    await demo.close();
    await expect(fetch(`${demo.url}/v1beta/models`)).rejects.toThrow('fetch failed');
    await demo.close();
  });

  it('runs where it is told to, and is closed when that has ended', async () => {
    const sent: unknown[] = [];
    let answer: Parameters<DemoHost['onAnswer']>[0] = () => undefined;
    const endings: (() => void)[] = [];
    const starting = startDemo(() => ({
      send: (message) => void sent.push(message),
      onAnswer: (listener) => void (answer = listener),
      onEnd: (listener) => void endings.push(listener),
      end: () => Promise.resolve(),
    }));
    answer({ kind: 'listening', url: 'http://127.0.0.1:1' });
    const demo = await starting;
    expect(demo.url).toBe('http://127.0.0.1:1');

    let isClosed = false;
    const closing = demo.close().then(() => (isClosed = true));
    await Promise.resolve();
    expect(sent).toEqual([{ kind: 'close' }]);
    expect(isClosed).toBe(false);
    for (const end of endings) end();
    await closing;
  });

  it('rejects when what should run it ends first', async () => {
    const starting = startDemo(() => ({
      send: () => undefined,
      onAnswer: () => undefined,
      onEnd: (listener) => listener(),
      end: () => Promise.resolve(),
    }));
    await expect(starting).rejects.toThrow('could not start');
  });
});
