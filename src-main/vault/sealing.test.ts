import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../providers/secret';
import { deriveKey, KEY_BYTES, SCRYPT_COST, seal, unseal } from './sealing';

const key = randomBytes(KEY_BYTES);
const plain = Buffer.from('AIza-something');

describe('seal', () => {
  it('opens with the same key and name only', () => {
    const sealed = seal(plain, { key, name: 'k1', random: randomBytes });
    expect(unseal(sealed, { key, name: 'k1' })).toEqual(plain);
    expect(unseal(sealed, { key, name: 'k2' })).toBeNull();
    expect(unseal(sealed, { key: randomBytes(KEY_BYTES), name: 'k1' })).toBeNull();
  });

  it('never repeats a nonce, and so never the same ciphertext', () => {
    const seals = Array.from({ length: 100 }, () => seal(plain, { key, name: 'k1', random: randomBytes }));
    expect(new Set(seals.map((one) => one.nonce)).size).toBe(100);
    expect(new Set(seals.map((one) => one.data)).size).toBe(100);
  });

  it.each(['nonce', 'data', 'tag'] as const)('a bit flipped in the %s closes it', (part) => {
    const sealed = seal(plain, { key, name: 'k1', random: randomBytes });
    const bytes = Buffer.from(sealed[part], 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 0x80, 0);
    expect(unseal({ ...sealed, [part]: bytes.toString('base64') }, { key, name: 'k1' })).toBeNull();
  });

  it('a shortened tag closes it', () => {
    const sealed = seal(plain, { key, name: 'k1', random: randomBytes });
    const tag = Buffer.from(sealed.tag, 'base64').subarray(0, 4).toString('base64');
    expect(unseal({ ...sealed, tag }, { key, name: 'k1' })).toBeNull();
  });
});

describe('deriveKey', () => {
  it('works at the cost that ships, and knows one passphrase in two Unicode forms', async () => {
    const salt = randomBytes(16);
    const composed = await deriveKey(new Secret('caf\u00e9'), salt, SCRYPT_COST);
    const decomposed = await deriveKey(new Secret('cafe\u0301'), salt, SCRYPT_COST);
    expect(composed).toHaveLength(KEY_BYTES);
    expect(decomposed.equals(composed)).toBe(true);
  });
});
