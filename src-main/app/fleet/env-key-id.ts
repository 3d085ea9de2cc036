/**
 * Keys of the environment have no place in the library, but what is known of them (their state, what they have sent)
 * has: under an id that follows from the secret and is the same in every process. It is a keyed hash, so that the
 * library alone does not allow to check a guess against it elsewhere.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../../providers/secret';

const SALT_BYTES = 32;

export function createEnvKeyIds(libraryDir: string): (secret: Secret) => string {
  let salt: Buffer | null = null;
  return (secret) => {
    salt ??= saltOf(join(libraryDir, 'key-id.salt'));
    return `env-${createHmac('sha256', salt).update(secret.reveal()).digest('hex').slice(0, 16)}`;
  };
}

/** Made at first use; one that is damaged is made anew, at the price of what was remembered. */
function saltOf(path: string): Buffer {
  try {
    const known = readFileSync(path);
    if (known.length === SALT_BYTES) {
      return known;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  const made = randomBytes(SALT_BYTES);
  writeFileSync(path, made, { mode: 0o600 });
  return made;
}
