/** Bearer tokens of the service: made, named, capped and revoked; known by their digest alone. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServiceToken } from '@shared/contract/service';
import type { Caps } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import { Secret } from '../../providers/secret';
import { Refusal } from '../../refusal';
import type { Store, StoredRun } from '../../store/store';
import type { StoredToken } from '../../store/token-store';

export interface TokenDraft {
  readonly name: string;
  readonly caps: Caps;
  readonly concurrency?: number | undefined;
}

/** Who asks, as far as a request needs to know: what was spent is looked up only where it is shown. */
export type TokenHolder = Pick<ServiceToken, 'id' | 'name' | 'caps' | 'concurrency'>;

export interface Tokens {
  list(): Promise<readonly ServiceToken[]>;
  /** The only moment at which the token itself is known. */
  add(draft: TokenDraft): Promise<{ readonly token: ServiceToken; readonly secret: Secret }>;
  update(draft: TokenDraft & { readonly id: string }): Promise<ServiceToken>;
  revoke(tokenId: string): Promise<void>;
  /** Whose this bearer token is; null: nobody's. Takes as long whether it is right or nearly right. */
  find(bearer: string): Promise<TokenHolder | null>;
  /** The run that counts what the token spends. */
  noteRun(tokenId: string, runId: number): Promise<void>;
  /** As it is now; null: it was revoked. */
  holder(tokenId: string): TokenHolder | null;
  /** Whose session that run is; null: nobody's. */
  ofRun(runId: number): string | null;
  /** Hears of each that was updated (its new state) or revoked (null); answers how to stop hearing. */
  onChange(listener: (tokenId: string, holder: TokenHolder | null) => void): () => void;
}

export interface TokensOptions {
  readonly store: Pick<Store, 'tokens' | 'saveToken' | 'removeToken' | 'runs'>;
  readonly clock: Pick<Clock, 'wallNow'>;
  randomBytes(count: number): Buffer;
  newId(): string;
  /** So that no log can show it. */
  onSecret(secret: Secret): void;
  onError(error: unknown): void;
}

/** 256 bits: nobody guesses them, so that a plain digest of them need not be slow. */
const TOKEN_BYTES = 32;
const PREFIX = 'bf-';
/** "Last used" is for people: it is not written down more often. */
const USE_NOTED_EVERY_MS = 60_000;
/** Longer ones are none of ours, and are not hashed. */
const LONGEST_BEARER = 200;

export async function createTokens(options: TokensOptions): Promise<Tokens> {
  const { store, clock } = options;
  const known = new Map((await store.tokens()).map((token) => [token.id, token] as const));
  const listeners = new Set<(tokenId: string, holder: TokenHolder | null) => void>();

  /** Known at once: what is revoked while the disk is slow must not come back with a write that ends later. */
  function change(token: StoredToken): Promise<void> {
    known.set(token.id, token);
    return store.saveToken(token);
  }

  function stored(tokenId: string): StoredToken {
    const token = known.get(tokenId);
    if (token === undefined) {
      throw new Refusal('NOT_FOUND', 'That token no longer exists.');
    }
    return token;
  }

  function checkName(name: string, tokenId: string | null): void {
    if ([...known.values()].some((other) => other.name === name && other.id !== tokenId)) {
      throw new Refusal(
        'BAD_INPUT',
        `There is a token called "${name}" already: give it another name.`,
        'name',
      );
    }
  }

  /** With what each has spent, by itself and by the runs that it pays for. */
  function shown(token: StoredToken, runs: readonly StoredRun[]): ServiceToken {
    const paid = runs.filter(({ id, options: { payer } }) => id === token.runId || payer === token.id);
    const { digest: _, runId: __, ...rest } = token;
    return {
      ...rest,
      spentUsd: sum(paid.map(({ costUsd }) => costUsd)),
      requests: sum(paid.map(({ requests }) => requests)),
    };
  }

  /** Not waited for: that it was used is told to people, and decides nothing. */
  function noteUse(token: StoredToken): void {
    const now = clock.wallNow();
    if (now - (token.lastUsedAt ?? 0) >= USE_NOTED_EVERY_MS) {
      void change({ ...token, lastUsedAt: now }).catch(options.onError);
    }
  }

  return {
    async list() {
      const runs = await store.runs();
      return [...known.values()].map((token) => shown(token, runs));
    },
    async add({ name, caps, concurrency }) {
      checkName(name, null);
      const secret = new Secret(PREFIX + options.randomBytes(TOKEN_BYTES).toString('base64url'));
      options.onSecret(secret);
      const token: StoredToken = {
        id: options.newId(),
        name,
        tail: secret.tail,
        digest: digestOf(secret.reveal()).toString('hex'),
        createdAt: clock.wallNow(),
        caps,
        ...(concurrency === undefined ? {} : { concurrency }),
      };
      await store.saveToken(token);
      known.set(token.id, token);
      return { token: shown(token, []), secret };
    },
    async update({ id, name, caps, concurrency }) {
      const { concurrency: _, ...before } = stored(id);
      checkName(name, id);
      const token = { ...before, name, caps, ...(concurrency === undefined ? {} : { concurrency }) };
      await change(token);
      listeners.forEach((listener) => listener(id, holderOf(token)));
      return shown(token, await store.runs());
    },
    async revoke(tokenId) {
      stored(tokenId);
      // First here: from now on nobody gets in, even while the disk is slow.
      known.delete(tokenId);
      listeners.forEach((listener) => listener(tokenId, null));
      await store.removeToken(tokenId);
    },
    find(bearer) {
      const found = bearer.length > LONGEST_BEARER ? null : match([...known.values()], digestOf(bearer));
      if (found !== null) {
        noteUse(found);
      }
      return Promise.resolve(found === null ? null : holderOf(found));
    },
    async noteRun(tokenId, runId) {
      const token = known.get(tokenId);
      if (token !== undefined && token.runId !== runId) {
        await change({ ...token, runId });
      }
    },
    holder(tokenId) {
      const token = known.get(tokenId);
      return token === undefined ? null : holderOf(token);
    },
    ofRun: (runId) => [...known.values()].find((token) => token.runId === runId)?.id ?? null,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function isCapped({ costUsd, requests }: Caps): boolean {
  return costUsd !== undefined || requests !== undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Looks at all of them, whichever it is. */
function match(tokens: readonly StoredToken[], digest: Buffer): StoredToken | null {
  return tokens.reduce<StoredToken | null>(
    (found, token) => (timingSafeEqual(Buffer.from(token.digest, 'hex'), digest) ? token : found),
    null,
  );
}

function digestOf(bearer: string): Buffer {
  return createHash('sha256').update(bearer).digest();
}

function holderOf({ id, name, caps, concurrency }: StoredToken): TokenHolder {
  return { id, name, caps, concurrency };
}
