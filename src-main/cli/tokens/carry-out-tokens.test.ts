/** The tokens of a real library, as the command line makes, lists and revokes them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestLibrary, type TestLibrary } from '../../app/testing/test-library';
import { carryOutTokens } from './carry-out-tokens';
import type { TokensAct } from './tokens-request';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

async function tokens(act: TokensAct, json = false) {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (text: string) => {
      said[name] += text;
      return true;
    },
  });
  const { tokens: all, close } = library.app;
  const { list, add, update, revoke } = all;
  const port = { list, add, update, revoke, close };
  const streams = { out: stream('out'), err: stream('err') };
  return { end: await carryOutTokens({ tokens: port, json, streams }, act), ...said };
}

const add = (name: string, json = false) =>
  tokens({ kind: 'add', name, caps: { costUsd: 20, requests: 5 }, concurrency: 4 }, json);

it('makes one, prints it alone on standard output, and never again', async () => {
  const { out, err, end } = await add('ci');
  expect(end).toEqual({ kind: 'done', exitCode: 0 });
  expect(out).toMatch(/^bf-[\w-]{43}\n$/);
  expect(err).not.toContain(out.trim());
  expect(await library.app.tokens.find(out.trim())).toMatchObject({
    name: 'ci',
    caps: { costUsd: 20, requests: 5 },
    concurrency: 4,
  });
  for (const json of [false, true]) {
    const listed = await tokens({ kind: 'list' }, json);
    expect(listed.out).toContain('ci');
    expect(listed.out).not.toContain(out.trim());
  }
  expect((await tokens({ kind: 'list' })).out).toContain('$0.00 of $20.00');
  expect(await add('ci')).toMatchObject({
    out: '',
    end: { kind: 'refused', sentence: 'There is a token called "ci" already: give it another name.' },
  });
});

it('answers programs with one document', async () => {
  const made = JSON.parse((await add('ci', true)).out) as Record<string, unknown>;
  expect(await library.app.tokens.find(String(made['token']))).toMatchObject({ id: made['id'] });
  expect(made).toMatchObject({ name: 'ci', max_cost: 20, max_requests: 5, concurrency: 4, cost: 0 });
  const [listed] = JSON.parse((await tokens({ kind: 'list' }, true)).out) as Record<string, unknown>[];
  expect(listed).toMatchObject({ id: made['id'], last_used_at: expect.any(String) });
  expect(listed).not.toHaveProperty('token');
});

it('changes the caps that are given and keeps the rest, or takes all of them away', async () => {
  await add('ci');
  const set = (act: Partial<Extract<TokensAct, { kind: 'set' }>>) =>
    tokens({ kind: 'set', token: 'ci', noCaps: false, caps: {}, ...act });
  expect((await set({ caps: { requests: 50 } })).out).toContain('0 of 50');
  const [raised] = await library.app.tokens.list();
  expect(raised).toMatchObject({ name: 'ci', caps: { costUsd: 20, requests: 50 }, concurrency: 4 });
  await set({ noCaps: true, caps: { costUsd: 1 } });
  const [freed] = await library.app.tokens.list();
  expect(freed?.caps).toEqual({ costUsd: 1 });
  expect(freed).not.toHaveProperty('concurrency');
});

it('revokes by name and by the beginning of an id, all or none', async () => {
  const [first, second] = [await add('ci'), await add('laptop')];
  const [{ id } = { id: '' }] = (await library.app.tokens.list()).filter(({ name }) => name === 'laptop');
  const none = await tokens({ kind: 'revoke', tokens: ['ci', 'nobody'] });
  expect(none.end).toEqual({
    kind: 'refused',
    sentence: 'There is no token "nobody": brushfleet tokens list shows them.',
  });
  expect(await library.app.tokens.find(first.out.trim())).not.toBeNull();
  const gone = await tokens({ kind: 'revoke', tokens: ['ci', id.slice(0, 8)] });
  expect(gone.out).toBe('Revoked "ci".\nRevoked "laptop".\n');
  expect(await library.app.tokens.find(first.out.trim())).toBeNull();
  expect(await library.app.tokens.find(second.out.trim())).toBeNull();
  expect((await tokens({ kind: 'list' })).out).toContain('No tokens yet');
});
