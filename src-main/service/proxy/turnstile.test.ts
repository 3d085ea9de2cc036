import { describe, expect, it } from 'vitest';
import { createTurnstile } from './turnstile';

const never = new AbortController().signal;
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('a turnstile', () => {
  it('lets in so many at once, the others in their order', async () => {
    const turnstile = createTurnstile(2);
    const inside: number[] = [];
    const releases = new Map<number, () => void>();
    for (let at = 0; at < 5; at += 1) {
      void turnstile.enter(never).then((release) => {
        inside.push(at);
        releases.set(at, release ?? (() => undefined));
      });
    }
    await tick();
    expect(inside).toEqual([0, 1]);
    releases.get(1)?.();
    releases.get(1)?.();
    await tick();
    expect(inside).toEqual([0, 1, 2]);
    turnstile.widen(4);
    await tick();
    expect(inside).toEqual([0, 1, 2, 3, 4]);
    expect(turnstile.count).toBe(4);
  });

  it('never lets in who has left the queue', async () => {
    const turnstile = createTurnstile(1);
    const release = await turnstile.enter(never);
    const gone = new AbortController();
    const left = turnstile.enter(gone.signal);
    const next = turnstile.enter(never);
    gone.abort();
    expect(await left).toBeNull();
    release?.();
    expect(await next).not.toBeNull();
    expect(await turnstile.enter(AbortSignal.abort())).toBeNull();
  });

  it('sends all away that wait when it is closed', async () => {
    const turnstile = createTurnstile(1);
    await turnstile.enter(never);
    const waiting = turnstile.enter(never);
    turnstile.close();
    expect(await waiting).toBeNull();
    expect(await turnstile.enter(never)).toBeNull();
  });
});
