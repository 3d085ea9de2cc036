import { createORPCClient } from '@orpc/client';
import { os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/websocket';
import { describe, expect, it, vi } from 'vitest';
import { createSocketLink } from './socket-link';

/** Two ends that hear each other, as a browser and the service do. */
class End extends EventTarget {
  readyState = 0;
  peer: End | null = null;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  send(data: unknown): void {
    const { peer } = this;
    queueMicrotask(() => peer?.dispatchEvent(new MessageEvent('message', { data })));
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  end(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

const router = {
  count: os.handler(() => 7),
  never: os.handler(() => new Promise<number>(() => undefined)),
  steps: os.handler(async function* () {
    yield 1;
    await new Promise(() => undefined);
  }),
};

function scene({ isLoggedIn = true, isServed = true } = {}) {
  const ends: End[] = [];
  const goToLogin = vi.fn();
  const link = createSocketLink({
    address: 'ws://studio/app/ws',
    connect() {
      const page = new End();
      const service = new End();
      Object.assign(page, { peer: service });
      Object.assign(service, { peer: page, readyState: 1 });
      new RPCHandler(router).upgrade(service as unknown as WebSocket);
      ends.push(page);
      queueMicrotask(() => (isServed ? page.open() : page.end(1006)));
      return page as unknown as WebSocket;
    },
    isLoggedIn: async () => isLoggedIn,
    goToLogin,
  });
  const client = createORPCClient<{
    count(): Promise<number>;
    never(): Promise<number>;
    steps(): Promise<AsyncIterable<number>>;
  }>(link);
  return { client, ends, goToLogin };
}

describe('the socket of a page in a browser', () => {
  it('is opened at the first call, and again after it was lost', async () => {
    const { client, ends, goToLogin } = scene();
    expect(ends).toHaveLength(0);
    expect([await client.count(), await client.count()]).toEqual([7, 7]);
    expect(ends).toHaveLength(1);
    ends[0]?.end(1006);
    expect(await client.count()).toBe(7);
    expect(ends).toHaveLength(2);
    expect(goToLogin).not.toHaveBeenCalled();
  });

  it('tells calls and streams under way in a sentence that it was lost', async () => {
    const { client, ends } = scene();
    const call = client.never();
    const stream = await client.steps();
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(1);
    const next = iterator.next();
    ends[0]?.end(1001);
    await expect(call).rejects.toThrow('The connection to Brushfleet was lost.');
    await expect(next).rejects.toThrow('The connection to Brushfleet was lost.');
  });

  it('leads to the login when the login is over, also when the service refuses to open it', async () => {
    const over = scene();
    await over.client.count();
    over.ends[0]?.end(4401);
    expect(over.goToLogin).toHaveBeenCalledOnce();
    const refused = scene({ isServed: false, isLoggedIn: false });
    await expect(refused.client.count()).rejects.toThrow('was lost');
    await vi.waitFor(() => expect(refused.goToLogin).toHaveBeenCalledOnce());
  });

  it('stays where the service is away', async () => {
    const { client, goToLogin } = scene({ isServed: false });
    await expect(client.count()).rejects.toThrow('was lost');
    await Promise.resolve();
    expect(goToLogin).not.toHaveBeenCalled();
  });
});
