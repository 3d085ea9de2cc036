import { createORPCClient } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Client } from './api';
import { steadyClient } from './steady-client';

describe('the client', () => {
  it('has the same parts whenever they are read, and calls what they name', async () => {
    const called: (readonly string[])[] = [];
    const client = steadyClient(
      createORPCClient<Client>({
        call: async (path: readonly string[], input: unknown) => {
          called.push(path);
          return input;
        },
      }),
    );
    expect(client.arena).toBe(client.arena);
    expect(client.arena.pair).toBe(client.arena.pair);
    expect(client.arena).not.toBe(client.review);
    const asked = { arenaId: 1, from: 0, any: false };
    expect(await client.arena.pair(asked)).toEqual(asked);
    expect(called).toEqual([['arena', 'pair']]);
  });
});
