import { describe, expect, it } from 'vitest';
import { startDemo } from './start-demo';

describe('startDemo', () => {
  it('serves from a worker of its own until it is closed', async () => {
    const demo = await startDemo();
    const response = await fetch(`${demo.url}/v1beta/models`);
    expect(await response.json()).toMatchObject({ models: expect.any(Array) });
    await demo.close();
    await expect(fetch(`${demo.url}/v1beta/models`)).rejects.toThrow('fetch failed');
    await demo.close();
  });
});
