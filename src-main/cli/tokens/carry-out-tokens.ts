/** Carries out one `tokens` command and says what became of it. */
import type { ServiceToken } from '@shared/contract/service';
import { Refusal } from '../../refusal';
import { EXIT } from '../exit-codes';
import { textTable } from '../fleet/text-table';
import type { CliStreams } from '../streams';
import type { CliTokens } from './tokens-port';
import type { TokensAct } from './tokens-request';

export interface TokensWork {
  readonly tokens: CliTokens;
  readonly json: boolean;
  readonly streams: CliStreams;
}

export type TokensEnd =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Rejects only for bugs and broken disks. */
export async function carryOutTokens(work: TokensWork, act: TokensAct): Promise<TokensEnd> {
  try {
    await carryOut(work, act);
    return { kind: 'done', exitCode: EXIT.done };
  } catch (error) {
    if (error instanceof Refusal) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

async function carryOut(work: TokensWork, act: TokensAct): Promise<void> {
  switch (act.kind) {
    case 'list':
      return list(work);
    case 'add':
      return add(work, act);
    case 'set':
      return set(work, act);
    case 'revoke':
      return revoke(work, act.tokens);
  }
}

const HEAD = ['NAME', 'ID', 'TOKEN', 'COST', 'REQUESTS', 'AT ONCE', 'LAST USED', 'MADE'];
const NUMBERS = ['COST', 'REQUESTS', 'AT ONCE'];

async function list({ tokens, json, streams }: TokensWork): Promise<void> {
  const all = await tokens.list();
  if (json) {
    streams.out.write(`${JSON.stringify(all.map(told), null, 2)}\n`);
  } else if (all.length === 0) {
    streams.out.write('No tokens yet: brushfleet tokens add NAME makes one.\n');
  } else {
    streams.out.write(textTable(HEAD, all.map(line), NUMBERS));
  }
}

/** On standard output there is the token and nothing else, so that a script can take it from there. */
async function add(
  { tokens, json, streams }: TokensWork,
  { name, caps, concurrency }: Extract<TokensAct, { kind: 'add' }>,
): Promise<void> {
  const { token, secret } = await tokens.add({ name, caps, concurrency });
  if (json) {
    streams.out.write(`${JSON.stringify({ ...told(token), token: secret.reveal() }, null, 2)}\n`);
    return;
  }
  streams.out.write(`${secret.reveal()}\n`);
  streams.err.write(`This is the token of "${token.name}". Keep it now: it is not shown again.\n`);
}

async function set(
  { tokens, json, streams }: TokensWork,
  { token, noCaps, caps, concurrency }: Extract<TokensAct, { kind: 'set' }>,
): Promise<void> {
  const before = foundIn(await tokens.list(), token);
  const after = await tokens.update({
    id: before.id,
    name: before.name,
    caps: noCaps ? caps : { ...before.caps, ...caps },
    concurrency: concurrency ?? (noCaps ? undefined : before.concurrency),
  });
  streams.out.write(
    json ? `${JSON.stringify(told(after), null, 2)}\n` : textTable(HEAD, [line(after)], NUMBERS),
  );
}

/** All of them or none. */
async function revoke({ tokens, json, streams }: TokensWork, words: readonly string[]): Promise<void> {
  const all = await tokens.list();
  const found = new Map(words.map((word) => foundIn(all, word)).map((token) => [token.id, token] as const));
  for (const { id } of found.values()) {
    await tokens.revoke(id);
  }
  const gone = [...found.values()];
  streams.out.write(
    json
      ? `${JSON.stringify(gone.map(told), null, 2)}\n`
      : gone.map(({ name }) => `Revoked "${name}".\n`).join(''),
  );
}

function foundIn(all: readonly ServiceToken[], word: string): ServiceToken {
  const named = all.filter(({ name, id }) => name === word || id === word);
  const matching = named.length > 0 ? named : all.filter(({ id }) => id.startsWith(word));
  const [token] = matching;
  if (token === undefined) {
    throw new Refusal('NOT_FOUND', `There is no token "${word}": brushfleet tokens list shows them.`);
  }
  if (matching.length > 1) {
    throw new Refusal('BAD_INPUT', `"${word}" is the beginning of several tokens: write more of it.`);
  }
  return token;
}

function told({
  id,
  name,
  tail,
  caps,
  concurrency,
  createdAt,
  lastUsedAt,
  spentUsd,
  requests,
}: ServiceToken) {
  return {
    id,
    name,
    tail,
    max_cost: caps.costUsd ?? null,
    max_requests: caps.requests ?? null,
    concurrency: concurrency ?? null,
    cost: spentUsd,
    requests,
    created_at: new Date(createdAt).toISOString(),
    last_used_at: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
  };
}

function line(token: ServiceToken): readonly string[] {
  const { name, id, tail, caps, concurrency, spentUsd, requests, lastUsedAt, createdAt } = token;
  const cost = `$${spentUsd.toFixed(2)}`;
  return [
    name,
    id.slice(0, 8),
    `...${tail}`,
    caps.costUsd === undefined ? cost : `${cost} of $${caps.costUsd.toFixed(2)}`,
    caps.requests === undefined ? `${requests}` : `${requests} of ${caps.requests}`,
    concurrency === undefined ? '-' : `${concurrency}`,
    lastUsedAt === undefined ? 'never' : dayOf(lastUsedAt),
    dayOf(createdAt),
  ];
}

function dayOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
