import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { TokenHolder } from '../../app/access/tokens';
import { createLoginSessions } from './login-sessions';

const HOUR_MS = 3_600_000;

function scene() {
  let now = 0;
  const listeners = new Set<(tokenId: string, holder: TokenHolder | null) => void>();
  const sessions = createLoginSessions({
    tokens: {
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    clock: { now: () => now },
    randomBytes,
    newId: randomUUID,
  });
  return {
    sessions,
    wait: (hours: number) => {
      now += hours * HOUR_MS;
    },
    tell: (tokenId: string, holder: TokenHolder | null) =>
      listeners.forEach((listener) => listener(tokenId, holder)),
  };
}

const holder = (id: string): TokenHolder => ({ id, name: id, caps: {}, concurrency: undefined });

it('ends a login that was not used for twelve hours, and keeps one that was', () => {
  const { sessions, wait } = scene();
  const used = sessions.open(holder('a'));
  const idle = sessions.open(holder('a'));
  wait(11);
  expect(sessions.find(used?.cookie ?? '')).toBe(used?.session);
  // To be looked at is no use.
  expect(idle !== null && sessions.isAlive(idle.session)).toBe(true);
  wait(1);
  expect(sessions.find(idle?.cookie ?? '')).toBeNull();
  expect(idle?.session.ended.aborted).toBe(true);
  expect(sessions.find(used?.cookie ?? '')).toBe(used?.session);
});

it('ends every login of a revoked token, and lets in none that was on its way', () => {
  const { sessions, tell } = scene();
  const revoked = [sessions.open(holder('a')), sessions.open(holder('a'))];
  const other = sessions.open(holder('b'));
  tell('a', null);
  expect(revoked.map((one) => one?.session.ended.aborted)).toEqual([true, true]);
  expect(sessions.find(other?.cookie ?? '')).toBe(other?.session);
  expect(sessions.open(holder('a'))).toBeNull();
});

it('follows what its token may', () => {
  const { sessions, tell } = scene();
  const opened = sessions.open(holder('a'));
  tell('a', { ...holder('a'), caps: { requests: 1 } });
  expect(opened?.session.holder.caps).toEqual({ requests: 1 });
});

it('knows no cookie but its own', () => {
  const { sessions } = scene();
  const opened = sessions.open(holder('a'));
  for (const cookie of ['', 'x', `${opened?.cookie}x`, opened?.session.id ?? '', 'x'.repeat(1000)]) {
    expect(sessions.find(cookie)).toBeNull();
  }
});
