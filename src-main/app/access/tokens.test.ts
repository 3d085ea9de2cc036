/** Tokens over a real store. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../providers/redact';
import type { Secret } from '../../providers/secret';
import { openStoreInProcess } from '../../store/sqlite-store';
import type { Store } from '../../store/store';
import { createTokens, type TokenHolder, type Tokens } from './tokens';

let dir: string;
let store: Store;
let tokens: Tokens;
let now: number;
let ids: number;
let secrets: Secret[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'brushfleet-tokens-'));
  store = openStoreInProcess({ libraryDir: dir });
  now = 1_000_000;
  ids = 0;
  secrets = [];
  tokens = await fromStore();
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const fromStore = () =>
  createTokens({
    store,
    clock: { wallNow: () => now },
    randomBytes,
    newId: () => `t${(ids += 1)}`,
    onSecret: (secret) => secrets.push(secret),
    onError: (error) => expect.fail(String(error)),
  });

describe('a token', () => {
  it('is 256 random bits that are found again, and by no other', async () => {
    const { token, secret } = await tokens.add({ name: 'Anna', caps: { costUsd: 5 }, concurrency: 3 });
    const value = secret.reveal();
    expect(value).toMatch(/^bf-[\w-]{43}$/);
    expect(Buffer.from(value.slice(3), 'base64url')).toHaveLength(32);
    expect(token).toEqual({
      id: 't1',
      name: 'Anna',
      tail: value.slice(-4),
      createdAt: now,
      caps: { costUsd: 5 },
      concurrency: 3,
      spentUsd: 0,
      requests: 0,
    });
    const other = await tokens.add({ name: 'Ben', caps: {} });
    expect(await tokens.find(value)).toEqual({
      id: 't1',
      name: 'Anna',
      caps: { costUsd: 5 },
      concurrency: 3,
    });
    expect(await tokens.find(other.secret.reveal())).toMatchObject({ id: 't2' });
    for (const wrong of [
      '',
      'bf-',
      value.slice(0, -1),
      `${value}x`,
      value.toUpperCase(),
      'x'.repeat(10_000),
    ]) {
      expect(await tokens.find(wrong)).toBeNull();
    }
    expect(secrets).toEqual([secret, other.secret]);
  });

  it('is on no disk: only its digest and its last characters are', async () => {
    const { secret } = await tokens.add({ name: 'Anna', caps: {} });
    const value = secret.reveal();
    const digest = createHash('sha256').update(value).digest('hex');
    expect(await store.tokens()).toMatchObject([{ digest }]);
    expect(JSON.stringify({ secret, log: createRedactor().redact(`it was ${value}.`) })).not.toContain(
      value.slice(3, 12),
    );
    await store.close();
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files).not.toEqual([]);
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name));
      expect(bytes.includes(value.slice(3, 30))).toBe(false);
    }
    store = openStoreInProcess({ libraryDir: dir });
  });

  it('is still known after a restart', async () => {
    const { secret } = await tokens.add({ name: 'Anna', caps: {} });
    tokens = await fromStore();
    expect(await tokens.find(secret.reveal())).toMatchObject({ name: 'Anna' });
  });

  it('lets nobody in once it is revoked, also after a restart and while it is being used', async () => {
    const { token, secret } = await tokens.add({ name: 'Anna', caps: {} });
    const heard: [string, TokenHolder | null][] = [];
    tokens.onChange((tokenId, holder) => heard.push([tokenId, holder]));
    const used = tokens.find(secret.reveal());
    const revoked = tokens.revoke(token.id);
    expect(await tokens.find(secret.reveal())).toBeNull();
    await Promise.all([used, revoked]);
    expect(heard).toEqual([[token.id, null]]);
    expect(await tokens.list()).toEqual([]);
    tokens = await fromStore();
    expect(await tokens.find(secret.reveal())).toBeNull();
    await expect(tokens.revoke(token.id)).rejects.toThrow('That token no longer exists.');
  });

  it('can be renamed and capped anew, under a name of its own', async () => {
    const { token, secret } = await tokens.add({ name: 'Anna', caps: {}, concurrency: 2 });
    await tokens.add({ name: 'Ben', caps: {} });
    await expect(tokens.add({ name: 'Ben', caps: {} })).rejects.toThrow('a token called "Ben" already');
    await expect(tokens.update({ id: token.id, name: 'Ben', caps: {} })).rejects.toThrow('"Ben" already');
    const heard: unknown[] = [];
    tokens.onChange((_, holder) => heard.push(holder));
    const changed = await tokens.update({ id: token.id, name: 'Anna', caps: { requests: 7 } });
    expect(changed).toMatchObject({ name: 'Anna', caps: { requests: 7 } });
    expect(changed.concurrency).toBeUndefined();
    expect(heard).toMatchObject([{ id: token.id, caps: { requests: 7 } }]);
    tokens = await fromStore();
    expect(await tokens.find(secret.reveal())).toMatchObject({ caps: { requests: 7 } });
  });

  it('tells when it was last used, to the minute', async () => {
    const { secret } = await tokens.add({ name: 'Anna', caps: {} });
    const lastUse = async () => (await store.tokens())[0]?.lastUsedAt;
    expect(await lastUse()).toBeUndefined();
    await tokens.find(secret.reveal());
    expect(await lastUse()).toBe(now);
    now += 59_000;
    await tokens.find(secret.reveal());
    expect(await lastUse()).toBe(now - 59_000);
    now += 1_000;
    await tokens.find(secret.reveal());
    expect(await lastUse()).toBe(now);
  });

  it('whose record cannot be read lets nobody in', async () => {
    const { token, secret } = await tokens.add({ name: 'Anna', caps: {} });
    await store.saveToken({ id: token.id, name: 'Anna' } as never);
    tokens = await fromStore();
    expect(await tokens.find(secret.reveal())).toBeNull();
  });
});
