import { describe, expect, it } from 'vitest';
import type { Client } from '../api';
import { fakeEndpoints, fakeKey } from '../testing/fake-fleet-data';
import { createKeyTests, testTargets } from './key-tests';

type Answer = Awaited<ReturnType<Client['endpoints']['test']>>;

/** A client whose test calls are answered by hand. */
function handDriven() {
  const asked: { readonly keyId: string | undefined; answer(): void; refuse(error: Error): void }[] = [];
  const test = ({ keyId }: { keyId?: string }) =>
    new Promise<Answer>((resolve, reject) => {
      asked.push({
        keyId,
        answer: () =>
          resolve([
            { keyId: keyId ?? null, report: { kind: 'ok', latencyMs: 5, models: [], detail: 'Answers.' } },
          ]),
        refuse: reject,
      });
    });
  // Only the one call under test is there.
  const client = { endpoints: { test } } as unknown as Client;
  return { client, asked };
}

const targets = Array.from({ length: 6 }, (_, at) => ({
  endpointId: 'google',
  endpointName: 'Google',
  key: fakeKey(`k${at}`, 'x'),
}));
const settle = () => new Promise((done) => setTimeout(done, 0));

describe('tests of many keys', () => {
  it('ask four at a time and tell each answer as it comes', async () => {
    const { client, asked } = handDriven();
    const tests = createKeyTests(client);
    const ended = tests.start(targets);
    expect(asked).toHaveLength(4);
    asked[0]?.answer();
    await settle();
    expect(asked).toHaveLength(5);
    expect(tests.store.getState()).toMatchObject({ isRunning: true, results: [{ target: targets[0] }] });
    for (let at = 1; at < 6; at += 1) {
      asked[at]?.answer();
      await settle();
    }
    await ended;
    expect(tests.store.getState().isRunning).toBe(false);
    expect(tests.store.getState().results).toHaveLength(6);
  });

  it('make no further call once stopped, and forget what comes late', async () => {
    const { client, asked } = handDriven();
    const tests = createKeyTests(client);
    const ended = tests.start(targets);
    tests.stop();
    asked.forEach((one) => one.answer());
    await ended;
    expect(asked).toHaveLength(4);
    expect(tests.store.getState()).toMatchObject({ isRunning: false, results: [] });
  });

  it('end with the sentence of a refusal', async () => {
    const { client, asked } = handDriven();
    const tests = createKeyTests(client);
    const ended = tests.start(targets);
    asked[0]?.refuse(new Error('The vault is locked.'));
    await expect(ended).rejects.toThrow('The vault is locked.');
    asked.slice(1).forEach((one) => one.answer());
    await settle();
    expect(asked).toHaveLength(4);
    expect(tests.store.getState().isRunning).toBe(false);
  });

  it('cover every key of every endpoint, and the demo without one', () => {
    const all = testTargets(fakeEndpoints(0));
    expect(all.map((target) => target.key?.label ?? target.endpointName)).toEqual([
      'team-a',
      'team-b',
      'team-c',
      'free-1',
      'old',
      'relay',
      'studio',
      'Demo',
    ]);
  });
});
