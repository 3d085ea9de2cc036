import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../deferred';
import { Secret } from '../providers/secret';
import { MemoryKeyring } from './testing/memory-keyring';
import { openVault } from './open-vault';
import { type Vault, VaultClosed } from './vault';

// The cheapest cost the file format allows: these tests are about the modes, not about the cost of a guess.
const CHEAP = { logN: 15, r: 8, p: 1 };
const KEY = 'AIzaSyA-known-secret-0001';
const OTHER = 'sk-another-known-secret-0002';

let root: string;
let libraryDir: string;
let keyring: MemoryKeyring;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vault-'));
  libraryDir = join(root, 'library');
  keyring = new MemoryKeyring();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (env: Record<string, string> = {}): Promise<Vault> =>
  openVault({ libraryDir, keyring, env, scryptCost: CHEAP });
const file = (): string => join(libraryDir, 'vault.json');
const onDisk = (): string => readFileSync(file(), 'utf8');
const files = (): string[] =>
  readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => name.includes('.'));

describe('keyring mode', () => {
  it('gives a key back after a restart, with nothing readable on disk', async () => {
    const first = await open();
    expect(first.status()).toEqual({ kind: 'keyring', backend: 'the test keyring' });
    await first.put('k1', new Secret(KEY));
    first.close();

    const second = await open();
    expect(second.get('k1')?.reveal()).toBe(KEY);
    expect(onDisk()).not.toContain(KEY);
    expect(onDisk()).not.toContain(Buffer.from(KEY).toString('base64'));
    expect([...keyring.entries.values()].map((value) => value.length)).toEqual([32]);
  });

  it('touches neither disk nor keyring before there is a key to keep', async () => {
    await open();
    expect(files()).toEqual([]);
    expect(keyring.entries.size).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('keeps the file to its owner alone', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(libraryDir).mode & 0o777).toBe(0o700);
    chmodSync(file(), 0o644);
    await vault.put('k2', new Secret(OTHER));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('loses only the entry in which one bit flipped', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    await vault.put('k2', new Secret(OTHER));
    const content = JSON.parse(onDisk());
    const bytes = Buffer.from(content.entries.k1.data, 'base64');
    bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3);
    content.entries.k1.data = bytes.toString('base64');
    writeFileSync(file(), JSON.stringify(content));

    const again = await open();
    expect(again.get('k1')).toBeNull();
    expect(again.get('k2')?.reveal()).toBe(OTHER);
    await again.put('k1', new Secret(KEY));
    expect((await open()).get('k1')?.reveal()).toBe(KEY);
  });

  it('opens no entry under the id of another key, and survives one that is no seal', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    await vault.put('k2', new Secret(OTHER));
    const content = JSON.parse(onDisk());
    content.entries.k2 = content.entries.k1;
    content.entries.k3 = 'nonsense';
    writeFileSync(file(), JSON.stringify(content));
    const again = await open();
    expect([again.get('k1')?.reveal(), again.get('k2'), again.get('k3')]).toEqual([KEY, null, null]);
  });

  it('forgets a removed key on disk', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    await vault.put('k2', new Secret(OTHER));
    await vault.remove('k1');
    expect(Object.keys(JSON.parse(onDisk()).entries)).toEqual(['k2']);
    expect((await open()).get('k1')).toBeNull();
  });

  it('keeps every key of many stored at once', async () => {
    const vault = await open();
    await Promise.all(Array.from({ length: 200 }, (_, n) => vault.put(`k${n}`, new Secret(`${KEY}-${n}`))));
    const again = await open();
    for (let n = 0; n < 200; n += 1) {
      expect(again.get(`k${n}`)?.reveal()).toBe(`${KEY}-${n}`);
    }
    expect(files()).toEqual([join('library', 'vault.json')]);
  });

  it('says that a key was not kept when the disk refuses it', async () => {
    const vault = await open();
    writeFileSync(libraryDir, 'a file where the folder should be');
    await expect(vault.put('k1', new Secret(KEY))).rejects.toThrow();
    expect(vault.get('k1')).toBeNull();
  });

  it('leaves the ciphertext alone and names the keyring when that cannot be reached', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    const before = onDisk();
    keyring.unavailable = 'the desktop session bus does not answer';

    const cut = await open();
    expect(cut.status()).toEqual({
      kind: 'undecided',
      why: expect.stringMatching(/sealed with the test keyring.*does not answer/),
    });
    expect(cut.get('k1')).toBeNull();
    await expect(cut.put('k2', new Secret(OTHER))).rejects.toBeInstanceOf(VaultClosed);
    await cut.choose({ kind: 'session' });
    await cut.put('k2', new Secret(OTHER));
    expect(cut.get('k2')?.reveal()).toBe(OTHER);
    expect(onDisk()).toBe(before);

    keyring.unavailable = null;
    expect((await open()).get('k1')?.reveal()).toBe(KEY);
  });

  it('asks for the keys again when another keyring lacks the data key, and keeps the old file', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    const before = onDisk();
    const { id } = JSON.parse(before);
    keyring = new MemoryKeyring('another keyring');

    const other = await open();
    expect(other.status()).toEqual({
      kind: 'keyring',
      backend: 'another keyring',
      notice: expect.stringMatching(/sealed with the test keyring; another keyring does not hold/),
    });
    expect(other.get('k1')).toBeNull();
    expect(onDisk()).toBe(before);
    await other.put('k1', new Secret(OTHER));
    expect(readFileSync(join(libraryDir, `vault.${id}.json`), 'utf8')).toBe(before);
    expect((await open()).get('k1')?.reveal()).toBe(OTHER);
  });

  it('starts anew beside a file that is no vault', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    writeFileSync(file(), '{ half a fi');
    const again = await open();
    expect(again.get('k1')).toBeNull();
    await again.put('k1', new Secret(KEY));
    expect((await open()).get('k1')?.reveal()).toBe(KEY);
    expect(readdirSync(libraryDir)).toHaveLength(2);
  });

  it('is closed, not weaker, when the keyring refuses the data key', async () => {
    const vault = await open();
    keyring.unavailable = 'it is locked';
    await expect(vault.put('k1', new Secret(KEY))).rejects.toMatchObject({
      status: { kind: 'undecided', why: 'it is locked' },
    });
    expect(files()).toEqual([]);
  });
});

describe('without a keyring', () => {
  beforeEach(() => {
    keyring.unavailable = 'there is no desktop session bus here';
  });

  it('keeps nothing before the user has chosen', async () => {
    const vault = await open();
    expect(vault.status()).toEqual({ kind: 'undecided', why: 'there is no desktop session bus here' });
    await expect(vault.put('k1', new Secret(KEY))).rejects.toBeInstanceOf(VaultClosed);
  });

  it('this session only: leaves no file, and the key is gone after a restart', async () => {
    const vault = await open();
    expect(await vault.choose({ kind: 'session' })).toEqual({ kind: 'session' });
    await vault.put('k1', new Secret(KEY));
    expect(vault.get('k1')?.reveal()).toBe(KEY);
    expect(files()).toEqual([]);
    expect((await open()).get('k1')).toBeNull();
  });

  it('passphrase: locked after a restart until the right one is given', async () => {
    const vault = await open();
    await vault.choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    await vault.put('k1', new Secret(KEY));
    expect(onDisk()).not.toContain('correct horse');

    const again = await open();
    expect(again.status()).toEqual({ kind: 'passphrase', locked: true });
    expect(again.get('k1')).toBeNull();
    await expect(again.put('k2', new Secret(OTHER))).rejects.toBeInstanceOf(VaultClosed);
    expect(await again.unlock(new Secret('wrong horse'))).toBe(false);
    expect(again.status()).toEqual({ kind: 'passphrase', locked: true });
    expect(await again.unlock(new Secret('correct horse'))).toBe(true);
    expect(again.get('k1')?.reveal()).toBe(KEY);
    expect(again.status()).toEqual({ kind: 'passphrase', locked: false });
  });

  it('opens headless by BRUSHFLEET_PASSPHRASE, and makes its first vault so', async () => {
    const env = { BRUSHFLEET_PASSPHRASE: 'correct horse' };
    const vault = await open(env);
    await vault.put('k1', new Secret(KEY));
    expect((await open(env)).get('k1')?.reveal()).toBe(KEY);
    expect((await open()).status()).toEqual({ kind: 'passphrase', locked: true });
    expect((await open({ BRUSHFLEET_PASSPHRASE: 'wrong' })).status()).toEqual({
      kind: 'passphrase',
      locked: true,
    });
  });

  it('a forgotten passphrase: a new one starts anew, the sealed file is kept', async () => {
    const vault = await open();
    await vault.choose({ kind: 'passphrase', passphrase: new Secret('forgotten') });
    await vault.put('k1', new Secret(KEY));
    const before = onDisk();
    const again = await open();
    await again.choose({ kind: 'passphrase', passphrase: new Secret('new one') });
    expect(again.get('k1')).toBeNull();
    expect(readdirSync(libraryDir).map((name) => readFileSync(join(libraryDir, name), 'utf8'))).toContain(
      before,
    );
  });
});

describe('changing the mode', () => {
  it('seals open secrets anew: session, then passphrase', async () => {
    keyring.unavailable = 'none';
    const vault = await open();
    await vault.choose({ kind: 'session' });
    await vault.put('k1', new Secret(KEY));
    await vault.choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    expect((await open({ BRUSHFLEET_PASSPHRASE: 'correct horse' })).get('k1')?.reveal()).toBe(KEY);
  });

  it('from the keyring to a passphrase takes the data key out of the keyring', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    await vault.choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    expect(keyring.entries.size).toBe(0);
    expect((await open()).status()).toEqual({ kind: 'passphrase', locked: true });
    expect((await open({ BRUSHFLEET_PASSPHRASE: 'correct horse' })).get('k1')?.reveal()).toBe(KEY);
  });

  it('to this session only leaves nothing at rest', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    await vault.choose({ kind: 'session' });
    expect(vault.get('k1')?.reveal()).toBe(KEY);
    expect([files(), keyring.entries.size]).toEqual([[], 0]);
  });
});

describe('a choice while the keyring is still asked', () => {
  /** As while a prompt is open: answers what ends it, and the first key that waits for it. */
  async function held() {
    const vault = await open();
    const [asked, answered] = [deferred(), deferred()];
    keyring.hold = () => {
      asked.resolve();
      return answered.promise;
    };
    const put = vault.put('k1', new Secret(KEY));
    put.catch(() => undefined);
    await asked.promise;
    return {
      vault,
      put,
      answer: (unavailable: string | null): void => {
        keyring.unavailable = unavailable;
        answered.resolve();
      },
    };
  }

  it('of this session only stands, and leaves nothing at rest', async () => {
    const { vault, put, answer } = await held();
    const chosen = vault.choose({ kind: 'session' });
    const second = vault.put('k2', new Secret(OTHER));
    answer(null);
    expect(await chosen).toEqual({ kind: 'session' });
    await Promise.all([put, second]);
    await vault.put('k3', new Secret(OTHER));
    expect(vault.status()).toEqual({ kind: 'session' });
    expect([files(), keyring.entries.size]).toEqual([[], 0]);
    expect(['k1', 'k2', 'k3'].map((id) => vault.get(id)?.reveal())).toEqual([KEY, OTHER, OTHER]);
  });

  it('of a passphrase stands, and takes the data key out of the keyring', async () => {
    const { vault, put, answer } = await held();
    const chosen = vault.choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    answer(null);
    expect(await chosen).toEqual({ kind: 'passphrase', locked: false });
    await put;
    expect(keyring.entries.size).toBe(0);
    expect((await open({ BRUSHFLEET_PASSPHRASE: 'correct horse' })).get('k1')?.reveal()).toBe(KEY);
  });

  it('stands also when the keyring does not answer in time; what waited for that is not kept', async () => {
    const { vault, put, answer } = await held();
    const second = vault.put('k2', new Secret(OTHER));
    const chosen = vault.choose({ kind: 'session' });
    const refused = Promise.all(
      [put, second].map((one) => expect(one).rejects.toMatchObject({ status: { kind: 'undecided' } })),
    );
    answer('it did not answer in time');
    await refused;
    expect(await chosen).toEqual({ kind: 'session' });
    expect(vault.status()).toEqual({ kind: 'session' });
    expect([vault.get('k1'), vault.get('k2')]).toEqual([null, null]);
    await vault.put('k3', new Secret(OTHER));
    expect(files()).toEqual([]);
  });

  it('goes after what was asked before it: a passphrase that is being tried', async () => {
    keyring.unavailable = 'none';
    await (await open({ BRUSHFLEET_PASSPHRASE: 'correct horse' })).put('k1', new Secret(KEY));
    const vault = await open();
    const unlocked = vault.unlock(new Secret('correct horse'));
    expect(await vault.choose({ kind: 'session' })).toEqual({ kind: 'session' });
    expect([await unlocked, vault.status().kind, vault.get('k1')?.reveal()]).toEqual([true, 'session', KEY]);
  });

  it('is over when the vault is closed: what was at rest stays as it was', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    const before = onDisk();
    const chosen = vault.choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    const refused = expect(chosen).rejects.toBeInstanceOf(VaultClosed);
    // It is on its way.
    await Promise.resolve();
    vault.close();
    await refused;
    expect(vault.status().kind).toBe('undecided');
    expect(onDisk()).toBe(before);
    expect((await open()).get('k1')?.reveal()).toBe(KEY);
  });
});

describe('fingerprint', () => {
  it('is equal for equal secrets across restarts, differs between libraries, and shows nothing', async () => {
    const vault = await open();
    await vault.put('k1', new Secret(KEY));
    const print = vault.fingerprint(new Secret(KEY));
    expect((await open()).fingerprint(new Secret(KEY))).toBe(print);
    expect(vault.fingerprint(new Secret(OTHER))).not.toBe(print);
    libraryDir = join(root, 'second');
    expect((await open()).fingerprint(new Secret(KEY))).not.toBe(print);
    expect(print).toMatch(/^[\w-]{43}$/);
  });

  it('also works while the vault is locked', async () => {
    keyring.unavailable = 'none';
    await (await open()).choose({ kind: 'passphrase', passphrase: new Secret('correct horse') });
    const locked = await open();
    expect(locked.fingerprint(new Secret(KEY))).toBe(locked.fingerprint(new Secret(KEY)));
  });
});
