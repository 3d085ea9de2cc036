/** The session of each token: its caps, its concurrency and what it spent are those of the session's run. */
import type { ModelChoice } from '@shared/model/run';
import type { TokenHolder } from '../../app/access/tokens';
import type { Session } from '../../app/sessions/session';
import { createNewNames } from '../new-names';
import { mediaFolder, type ProxyApp } from './proxy-app';
import { ProxyError } from './proxy-error';
import { createTurnstile, type Turnstile } from './turnstile';

/** Besides the failures that cost no retry. */
const RETRIES = 2;
/** Of a token without a bound of its own. */
const MOST_AT_ONCE = 512;
/** Sending and waiting, of one token: who asks for more is told to come again. */
const MOST_UNDER_WAY = 2000;
const COME_AGAIN_MS = 1000;

interface Entry {
  readonly opened: Promise<Session>;
  readonly turnstile: Turnstile;
}

/** The right to send one request with a token's session. */
export interface Turn {
  readonly session: Session;
  release(): void;
}

export type TokenSessions = ReturnType<typeof createTokenSessions>;

export function createTokenSessions(app: ProxyApp) {
  const entries = new Map<string, Entry>();
  const names = createNewNames((model) => app.models.find(model) !== undefined);
  /** Whoever was let in a moment before is not served either. */
  const revoked = new Set<string>();
  /** As they were changed since: whoever was let in before has the caps of then. */
  const changed = new Map<string, TokenHolder>();

  const forget = app.tokens.onChange((tokenId, holder) => {
    if (holder === null) {
      revoked.add(tokenId);
      changed.delete(tokenId);
    } else {
      changed.set(tokenId, holder);
    }
    const entry = entries.get(tokenId);
    if (entry === undefined) {
      return;
    }
    if (holder === null) {
      entries.delete(tokenId);
      void close(entry);
      return;
    }
    entry.turnstile.widen(atOnce(holder));
    entry.opened.then(
      (session) => session.change({ concurrency: atOnce(holder), caps: holder.caps }),
      () => undefined,
    );
  });

  /** Never rejects. */
  function close({ opened, turnstile }: Entry): Promise<void> {
    turnstile.close();
    return opened
      .then((session) => session.close('drop'))
      .catch((error: unknown) => app.log.warning('service', `a token's session: ${String(error)}`));
  }

  async function open(holder: TokenHolder): Promise<Session> {
    const session = await app.sessions.open({
      // By its id: a new token of an old name has caps of its own.
      name: `token ${holder.id}`,
      title: `token ${holder.name}`,
      concurrency: atOnce(holder),
      maxRetries: RETRIES,
      caps: holder.caps,
      // A client waits for its answer: it is told when to come again.
      waitForQuota: 'never',
      roots: [mediaFolder(app)],
      leftovers: 'cancel',
      tells: 'known',
    });
    try {
      await app.tokens.noteRun(holder.id, session.runId);
    } catch (error) {
      // Left open, it would have its name, and every later request of the token be refused.
      await session.close('drop');
      throw error;
    }
    return session;
  }

  function entryOf(holder: TokenHolder): Entry {
    const known = entries.get(holder.id);
    if (known !== undefined) {
      return known;
    }
    const now = changed.get(holder.id) ?? holder;
    const entry = { opened: open(now), turnstile: createTurnstile(atOnce(now)) };
    entries.set(holder.id, entry);
    entry.opened.catch(() => {
      if (entries.get(holder.id) === entry) {
        entries.delete(holder.id);
      }
    });
    return entry;
  }

  return {
    /** Throws a ProxyError. */
    checkName(holder: TokenHolder, model: ModelChoice): void {
      const sentence = names.refusal({ id: holder.id }, model);
      if (sentence !== null) {
        throw new ProxyError(404, sentence, { code: 'model_not_found', param: 'model', isFinal: true });
      }
    },
    /** Waits for a place among the token's requests; null: `signal` was aborted meanwhile, or the token revoked. */
    async enter(holder: TokenHolder, signal: AbortSignal): Promise<Turn | null> {
      if (revoked.has(holder.id)) {
        throw new ProxyError(401, 'This token was revoked.', { code: 'invalid_api_key', isFinal: true });
      }
      const { opened, turnstile } = entryOf(holder);
      if (turnstile.count >= MOST_UNDER_WAY) {
        throw new ProxyError(
          429,
          `${MOST_UNDER_WAY} requests of this token are under way: ask again later.`,
          {
            code: 'rate_limit_exceeded',
            retryAfterMs: COME_AGAIN_MS,
          },
        );
      }
      const session = await opened;
      const release = await turnstile.enter(signal);
      return release === null ? null : { session, release };
    },
    /** What waits is cancelled; what was sent is finished and kept. */
    async close(): Promise<void> {
      forget();
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(all.map(close));
    },
  };
}

function atOnce({ concurrency }: TokenHolder): number {
  return concurrency ?? MOST_AT_ONCE;
}
