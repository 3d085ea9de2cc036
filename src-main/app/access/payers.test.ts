/** What tokens pay for: their caps over all their runs, beside those of each run. */
import type { Caps } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../engine/runs/budget';
import { createPayerScope } from './payer-scope';
import { createPayers } from './payers';

const MODEL = { provider: 'openai', model: 'm' } as const;

/** Token `t` has the session 1; run 9 is nobody's. */
function scene(caps: Caps, { concurrency, price = 1 }: { concurrency?: number; price?: number | null } = {}) {
  const payers = createPayers({
    payer: (tokenId) => (tokenId === 't' ? { name: 'Anna', caps, concurrency } : null),
    sessionOf: (runId) => (runId === 1 || runId === 2 ? 't' : runId === 3 ? 'revoked' : null),
    price: () => price,
  });
  const clock = { wallNow: () => 0 };
  const inner = createBudget({ clock, timeZone: 'UTC', dayCaps: () => ({}), keyCap: () => undefined });
  const budget = payers.over(inner);
  for (const id of [1, 2, 3, 9]) {
    budget.open({ id, costUsd: 0, maybeUsd: 0, requests: 0, caps: {}, price: () => price });
  }
  let attempts = 0;
  return {
    scope: payers.scope,
    reopen(runId: number): void {
      budget.close(runId);
      budget.open({ id: runId, costUsd: 0, maybeUsd: 0, requests: 0, caps: {}, price: () => price });
    },
    may: (runId: number) => budget.mayLease(runId, MODEL),
    send(runId: number): number {
      attempts += 1;
      budget.reserve({ attemptId: attempts, runId, keyId: null }, MODEL);
      return attempts;
    },
    settle: budget.settle,
  };
}

describe('the caps of a token', () => {
  it('hold over all its runs together, and over nobody else’s', () => {
    const { may, send } = scene({ requests: 2 });
    send(1);
    expect(may(2)).toEqual({ kind: 'ok' });
    send(2);
    for (const runId of [1, 2]) {
      expect(may(runId)).toMatchObject({
        kind: 'spent',
        sentence: expect.stringContaining('The token "Anna" has reached its cap of 2 requests.'),
      });
    }
    expect(may(9)).toEqual({ kind: 'ok' });
  });

  it('count a request at its price while it is under way, and at its cost afterwards', () => {
    const { may, send, settle } = scene({ costUsd: 1.5 });
    const first = send(1);
    expect(may(2)).toEqual({ kind: 'wait' });
    settle(first, 0.25, true);
    expect(may(2)).toEqual({ kind: 'ok' });
    // Nobody knows what it cost, and it may have been charged.
    settle(send(2), null, true);
    expect(may(1)).toMatchObject({ kind: 'spent' });
  });

  it('and its bound of requests in flight hold over all its runs, whichever way they came', () => {
    const { may, send, settle } = scene({}, { concurrency: 2 });
    const first = send(1);
    send(2);
    expect([may(1), may(2), may(9)]).toEqual([{ kind: 'wait' }, { kind: 'wait' }, { kind: 'ok' }]);
    settle(first, null, false);
    expect(may(2)).toEqual({ kind: 'ok' });
  });

  it('bar a model whose price nobody knows, for that token alone', () => {
    const { may } = scene({ costUsd: 5 }, { price: null });
    expect(may(1)).toMatchObject({
      kind: 'spent',
      sentence: expect.stringMatching(/^The price of m is not known, so the cost cap of the token "Anna"/),
    });
    expect(may(9)).toEqual({ kind: 'ok' });
  });

  it('bound nothing any more when it was revoked', () => {
    const { may, send } = scene({ requests: 0 });
    send(3);
    expect(may(3)).toEqual({ kind: 'ok' });
  });
});

it('let nothing go out for a call during which the token was revoked, until somebody else goes on with it', async () => {
  const { scope, reopen, may } = scene({});
  await scope.run('revoked', async () => reopen(3));
  expect(may(3)).toMatchObject({ kind: 'spent', sentence: expect.stringContaining('was revoked meanwhile') });
  reopen(3);
  expect(may(3)).toEqual({ kind: 'ok' });
});

describe('a call', () => {
  it('has its payer in all that it does, and what goes on without it has none', async () => {
    const scope = createPayerScope();
    const heard: (string | null)[] = [scope.current()];
    let later: Promise<void> = Promise.resolve();
    let go: () => void = () => undefined;
    await scope.run('t', async () => {
      await Promise.resolve();
      heard.push(scope.current());
      later = new Promise<void>((resolve) => (go = resolve)).then(() => void heard.push(scope.current()));
    });
    go();
    await later;
    expect(heard).toEqual([null, 't', null]);
  });

  it('has no payer in what follows from something else', async () => {
    const scope = createPayerScope();
    const heard: (string | null)[] = [];
    await scope.run('t', async () => {
      await new Promise<void>((resolve) => {
        scope.outside(
          () =>
            void Promise.resolve()
              .then(() => heard.push(scope.current()))
              .then(() => resolve()),
        );
      });
      heard.push(scope.current());
    });
    expect(heard).toEqual([null, 't']);
  });
});
