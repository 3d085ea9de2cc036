/** For a door that keeps no secrets: the command line serves the keys of its environment and must not wait for a desktop. */
import { type KeyringPort, KeyringUnavailable } from './keyring-port';

export function noKeyring(why: string): KeyringPort {
  const refuse = () => Promise.reject(new KeyringUnavailable(why));
  return {
    backend: 'none',
    probe: () => Promise.resolve({ kind: 'unavailable', why }),
    get: refuse,
    set: refuse,
    remove: refuse,
    close: () => undefined,
  };
}
