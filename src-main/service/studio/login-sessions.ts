/**
 * Who is logged in to the studio in a browser: random cookies, kept in memory by their digest alone. A session ends when
 * nothing was asked for twelve hours, at its logout, and at once when its token is revoked.
 */
import { createHash } from 'node:crypto';
import type { Theme } from '@shared/model/settings';
import type { TokenHolder, Tokens } from '../../app/access/tokens';
import type { Clock } from '../../engine/ports';
import { createGrants, type Grants } from '../../page/grants';

export interface LoginSession {
  /** Names its folders; not what its cookie holds. */
  readonly id: string;
  /** As its token is now. */
  holder: TokenHolder;
  /** Files it sent: no other session gets at them. */
  readonly grants: Grants;
  /** Aborted when it is over. */
  readonly ended: AbortSignal;
  theme: Theme;
  /** Bytes of the files it sent so far. */
  sentBytes: number;
}

export interface LoginSessionsOptions {
  readonly tokens: Pick<Tokens, 'onChange'>;
  readonly clock: Pick<Clock, 'now'>;
  randomBytes(count: number): Buffer;
  newId(): string;
}

export interface LoginSessions {
  /** Null: the token was revoked meanwhile. */
  open(holder: TokenHolder): { readonly cookie: string; readonly session: LoginSession } | null;
  /** Counts as use. */
  find(cookie: string): LoginSession | null;
  /** Whether it still goes on; counts not as use. */
  isAlive(session: LoginSession): boolean;
  touch(session: LoginSession): void;
  end(session: LoginSession): void;
  /** Of all that go on. */
  all(): readonly LoginSession[];
  close(): void;
}

const IDLE_MS = 12 * 60 * 60 * 1000;
const COOKIE_BYTES = 32;
const LONGEST_COOKIE = 200;
/** More than colleagues have browsers; the one used longest ago makes room. */
const MOST = 1000;

interface Entry {
  readonly digest: string;
  readonly session: LoginSession;
  readonly ending: AbortController;
  usedAt: number;
}

export function createLoginSessions(options: LoginSessionsOptions): LoginSessions {
  /** The one used longest ago first. */
  const entries = new Map<string, Entry>();
  const bySession = new Map<LoginSession, Entry>();
  const revoked = new Set<string>();

  const forget = options.tokens.onChange((tokenId, holder) => {
    const its = [...entries.values()].filter(({ session }) => session.holder.id === tokenId);
    if (holder === null) {
      revoked.add(tokenId);
      its.forEach(end);
      return;
    }
    for (const { session } of its) {
      session.holder = holder;
    }
  });

  function end(entry: Entry): void {
    entries.delete(entry.digest);
    bySession.delete(entry.session);
    entry.ending.abort();
  }

  function alive(entry: Entry | undefined): Entry | null {
    if (entry === undefined) {
      return null;
    }
    if (options.clock.now() - entry.usedAt >= IDLE_MS) {
      end(entry);
      return null;
    }
    return entry;
  }

  function use(entry: Entry): void {
    entry.usedAt = options.clock.now();
    entries.delete(entry.digest);
    entries.set(entry.digest, entry);
  }

  return {
    open(holder) {
      if (revoked.has(holder.id)) {
        return null;
      }
      const cookie = options.randomBytes(COOKIE_BYTES).toString('base64url');
      const ending = new AbortController();
      const session: LoginSession = {
        id: options.newId(),
        holder,
        grants: createGrants(),
        ended: ending.signal,
        theme: 'system',
        sentBytes: 0,
      };
      const entry = { digest: digestOf(cookie), session, ending, usedAt: options.clock.now() };
      entries.set(entry.digest, entry);
      bySession.set(session, entry);
      [...entries.values()].slice(0, Math.max(0, entries.size - MOST)).forEach(end);
      return { cookie, session };
    },
    find(cookie) {
      const entry = cookie.length > LONGEST_COOKIE ? null : alive(entries.get(digestOf(cookie)));
      if (entry === null) {
        return null;
      }
      use(entry);
      return entry.session;
    },
    isAlive: (session) => alive(bySession.get(session)) !== null,
    touch(session) {
      const entry = alive(bySession.get(session));
      if (entry !== null) {
        use(entry);
      }
    },
    end(session) {
      const entry = bySession.get(session);
      if (entry !== undefined) {
        end(entry);
      }
    },
    all: () => [...entries.values()].flatMap((entry) => alive(entry)?.session ?? []),
    close() {
      forget();
      [...entries.values()].forEach(end);
    },
  };
}

function digestOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url');
}
