/** The cryptography of the vault, and nothing else: AES-256-GCM seals, scrypt for passphrases, HMAC for fingerprints. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, scrypt } from 'node:crypto';
import type { Secret } from '../providers/secret';

/** Cryptographically strong bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** AES-256-GCM: 96-bit nonce, ciphertext, 128-bit tag; all base64. */
export interface Sealed {
  readonly nonce: string;
  readonly data: string;
  readonly tag: string;
}

export interface ScryptCost {
  /** log2 of N. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's first recommendation for scrypt: 128 MiB and a few tenths of a second a guess. */
export const SCRYPT_COST: ScryptCost = { logN: 17, r: 8, p: 1 };

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const ALGORITHM = 'aes-256-gcm';

export interface SealOptions {
  readonly key: Uint8Array;
  /** Authenticated but not hidden: a seal opens only under the name it was made for. */
  readonly name: string;
  readonly random: RandomBytes;
}

export function seal(plain: Uint8Array, { key, name, random }: SealOptions): Sealed {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { nonce: base64(nonce), data: base64(data), tag: base64(cipher.getAuthTag()) };
}

/** Null when the seal was damaged, was made under another name, or does not belong to this key. */
export function unseal(sealed: Sealed, { key, name }: Pick<SealOptions, 'key' | 'name'>): Buffer | null {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(sealed.nonce, 'base64'), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]);
  } catch {
    return null;
  }
}

/** The key that a passphrase stands for. Runs off the main thread. */
export function deriveKey(passphrase: Secret, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const { r, p } = cost;
  const N = 2 ** cost.logN;
  // The same passphrase typed on two systems may differ in its Unicode form.
  const text = passphrase.reveal().normalize('NFKC');
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** A keyed hash: equal secrets have equal fingerprints, and without the data key one cannot be checked against a guess. */
export function fingerprintOf(secret: Secret, dataKey: Uint8Array): string {
  const key = hkdfSync('sha256', dataKey, '', 'brushfleet fingerprint', KEY_BYTES);
  return createHmac('sha256', Buffer.from(key)).update(secret.reveal()).digest('base64url');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
