/**
 * The vault of a library. One random data key seals every API key; what differs between the modes is only where the
 * data key lies: in the keyring, in vault.json behind a passphrase, or nowhere but in memory. No mode is ever
 * exchanged for a weaker one without the user's word, and a vault that cannot be opened is never overwritten. What changes
 * the mode or the file goes one after the other; only `close` waits for nothing, and what it finds under way writes nothing
 * more.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { assertNever } from '@shared/assert-never';
import type { VaultStatus } from '@shared/model/settings';
import { createTurns } from '@shared/in-turn';
import { Secret } from '../providers/secret';
import { workerPath } from '../worker-path';
import { type KeyringPort, KeyringUnavailable } from './keyring-port';
import {
  deriveKey,
  fingerprintOf,
  KEY_BYTES,
  type RandomBytes,
  SCRYPT_COST,
  type ScryptCost,
  type Sealed,
  seal,
  unseal,
} from './sealing';
import { createSystemKeyring } from './system-keyring';
import { type Vault, VaultClosed } from './vault';
import {
  type Protection,
  readVaultFile,
  setAside,
  type VaultFile,
  vaultPath,
  writeVaultFile,
} from './vault-file';

export interface OpenVaultOptions {
  readonly libraryDir: string;
  /** Absent: the operating system's. */
  readonly keyring?: KeyringPort;
  /** `BRUSHFLEET_PASSPHRASE` opens, or first makes, a passphrase vault without a person. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random?: RandomBytes;
  readonly scryptCost?: ScryptCost;
}

type Passphrase = Extract<Protection, { kind: 'passphrase' }>;

type Choice = Parameters<Vault['choose']>[0];

/** Where the data key lies. */
type Mode =
  /** `stored`: the data key is in the keyring already; until the first key is sealed nothing is put there. */
  | { readonly kind: 'keyring'; readonly stored: boolean; readonly notice?: string }
  | { readonly kind: 'passphrase'; readonly protection: Passphrase }
  | { readonly kind: 'locked'; readonly file: VaultFile; readonly protection: Passphrase }
  | { readonly kind: 'session' }
  | { readonly kind: 'undecided'; readonly why: string };

/** Resolves for every state of the disk and the keyring; rejects only when the library folder cannot be read. */
export async function openVault(options: OpenVaultOptions): Promise<Vault> {
  const vault = new LibraryVault(options);
  await vault.open();
  return vault;
}

class LibraryVault implements Vault {
  readonly #options: OpenVaultOptions;
  readonly #keyring: KeyringPort;
  readonly #path: string;
  readonly #random: RandomBytes;
  #mode: Mode = { kind: 'undecided', why: 'it is being opened' };
  #id: string = randomUUID();
  #dataKey: Uint8Array;
  #entries = new Map<string, Sealed | null>();
  /** A file on disk that this data key does not open: set aside under this name before anything is written. */
  #foreign: string | null = null;
  readonly #inTurn = createTurns();
  #queued: Promise<void> | null = null;

  constructor(options: OpenVaultOptions) {
    this.#options = options;
    this.#keyring =
      options.keyring ??
      createSystemKeyring({
        env: options.env,
        platform: process.platform,
        workerPath: workerPath('keyring-worker'),
      });
    this.#path = vaultPath(options.libraryDir);
    this.#random = options.random ?? randomBytes;
    this.#dataKey = this.#random(KEY_BYTES);
  }

  async open(): Promise<void> {
    const read = await readVaultFile(this.#path);
    switch (read.kind) {
      case 'none':
        this.#mode = await this.#firstMode();
        return;
      case 'unreadable':
        this.#foreign = `damaged-${this.#id}`;
        this.#mode = await this.#firstMode();
        return;
      case 'read':
        await this.#openFile(read.file);
        return;
      default:
        assertNever(read);
    }
  }

  status(): VaultStatus {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'keyring': {
        const { backend } = this.#keyring;
        return mode.notice === undefined
          ? { kind: 'keyring', backend }
          : { kind: 'keyring', backend, notice: mode.notice };
      }
      case 'passphrase':
        return { kind: 'passphrase', locked: false };
      case 'locked':
        return { kind: 'passphrase', locked: true };
      case 'session':
      case 'undecided':
        return mode;
      default:
        return assertNever(mode);
    }
  }

  choose(choice: Choice): Promise<VaultStatus> {
    return this.#inTurn(() => this.#choose(choice));
  }

  async #choose(choice: Choice): Promise<VaultStatus> {
    const before = this.#mode;
    if (before.kind === 'locked') {
      this.#foreign = before.file.id;
    }
    switch (choice.kind) {
      case 'session':
        if (before.kind === 'keyring' || before.kind === 'passphrase') {
          await this.#forgetOnDisk();
        }
        this.#exchange(before, { kind: 'session' });
        break;
      case 'passphrase': {
        const chosen: Mode = { kind: 'passphrase', protection: await this.#protect(choice.passphrase) };
        this.#exchange(before, chosen);
        await this.#write().catch((error: unknown) => {
          this.#exchange(chosen, before);
          throw error;
        });
        break;
      }
      default:
        assertNever(choice);
    }
    if (before.kind === 'keyring' && before.stored) {
      await this.#keyring.remove(this.#id).catch(() => undefined);
    }
    return this.status();
  }

  unlock(passphrase: Secret): Promise<boolean> {
    return this.#inTurn(() => this.#unlock(passphrase));
  }

  async #unlock(passphrase: Secret): Promise<boolean> {
    const mode = this.#mode;
    if (mode.kind !== 'locked' && mode.kind !== 'passphrase') {
      return false;
    }
    const { protection } = mode;
    const id = mode.kind === 'locked' ? mode.file.id : this.#id;
    const key = await deriveKey(passphrase, Buffer.from(protection.salt, 'base64'), protection.cost);
    const dataKey = unseal(protection.dataKey, { key, name: id });
    if (dataKey === null) {
      return false;
    }
    if (mode.kind === 'locked') {
      this.#exchange(mode, { kind: 'passphrase', protection });
      this.#adopt(mode.file, dataKey);
    }
    return true;
  }

  async put(keyId: string, secret: Secret): Promise<void> {
    if (this.#mode.kind === 'undecided' || this.#mode.kind === 'locked') {
      throw new VaultClosed(this.status());
    }
    const before = this.#entries.get(keyId);
    const sealed = seal(Buffer.from(secret.reveal()), {
      key: this.#dataKey,
      name: keyId,
      random: this.#random,
    });
    this.#entries.set(keyId, sealed);
    try {
      await this.#persist();
    } catch (error) {
      if (this.#entries.get(keyId) === sealed) {
        if (before === undefined) {
          this.#entries.delete(keyId);
        } else {
          this.#entries.set(keyId, before);
        }
      }
      throw error;
    }
  }

  get(keyId: string): Secret | null {
    const sealed = this.#entries.get(keyId);
    if (sealed === undefined || sealed === null) {
      return null;
    }
    const plain = unseal(sealed, { key: this.#dataKey, name: keyId });
    return plain === null ? null : new Secret(plain.toString('utf8'));
  }

  async remove(keyId: string): Promise<void> {
    if (this.#entries.delete(keyId)) {
      await this.#persist();
    }
  }

  /** While the vault is not open the hash holds for this process only: it still finds equal keys. */
  fingerprint(secret: Secret): string {
    return fingerprintOf(secret, this.#dataKey);
  }

  close(): void {
    this.#mode = { kind: 'undecided', why: 'it was closed' };
    this.#entries.clear();
    this.#dataKey = this.#random(KEY_BYTES);
    this.#keyring.close();
  }

  /** For a library without a vault. Nothing is written before there is something to keep. */
  async #firstMode(): Promise<Mode> {
    const passphrase = this.#options.env.BRUSHFLEET_PASSPHRASE;
    if (passphrase !== undefined && passphrase !== '') {
      return { kind: 'passphrase', protection: await this.#protect(new Secret(passphrase)) };
    }
    const status = await this.#keyring.probe();
    return status.kind === 'available'
      ? { kind: 'keyring', stored: false }
      : { kind: 'undecided', why: status.why };
  }

  async #openFile(file: VaultFile): Promise<void> {
    if (file.protection.kind === 'passphrase') {
      this.#mode = { kind: 'locked', file, protection: file.protection };
      const passphrase = this.#options.env.BRUSHFLEET_PASSPHRASE;
      if (passphrase !== undefined && passphrase !== '') {
        await this.#unlock(new Secret(passphrase));
      }
      return;
    }
    await this.#openFromKeyring(file, file.protection.backend);
  }

  async #openFromKeyring(file: VaultFile, sealedWith: string): Promise<void> {
    const keyring = this.#keyring;
    this.#foreign = file.id;
    try {
      const dataKey = await keyring.get(file.id);
      if (dataKey?.length === KEY_BYTES) {
        this.#adopt(file, dataKey);
        this.#mode = { kind: 'keyring', stored: true };
        return;
      }
    } catch (error) {
      const why = error instanceof KeyringUnavailable ? error.why : 'it failed';
      this.#mode = {
        kind: 'undecided',
        why: `the keys of this library are sealed with ${sealedWith}, and ${keyring.backend} cannot be used now: ${why}`,
      };
      return;
    }
    const notice =
      `The keys of this library were sealed with ${sealedWith}; ${keyring.backend} does not hold their data key. ` +
      'Enter the keys again, or start Brushfleet where the old keyring is: the sealed file is kept.';
    const status = await keyring.probe();
    this.#mode =
      status.kind === 'available'
        ? { kind: 'keyring', stored: false, notice }
        : { kind: 'undecided', why: status.why };
  }

  #adopt(file: VaultFile, dataKey: Uint8Array): void {
    this.#id = file.id;
    this.#dataKey = dataKey;
    this.#entries = new Map(Object.entries(file.entries));
    this.#foreign = null;
  }

  async #protect(passphrase: Secret): Promise<Passphrase> {
    const cost = this.#options.scryptCost ?? SCRYPT_COST;
    const salt = this.#random(16);
    const key = await deriveKey(passphrase, salt, cost);
    return {
      kind: 'passphrase',
      salt: Buffer.from(salt).toString('base64'),
      cost,
      dataKey: seal(this.#dataKey, { key, name: this.#id, random: this.#random }),
    };
  }

  /** Throws where it was closed since `before` was looked at. */
  #exchange(before: Mode, after: Mode): void {
    if (this.#mode !== before) {
      throw new VaultClosed(this.status());
    }
    this.#mode = after;
  }

  /** Calls made while a write is under way share the next one. */
  #persist(): Promise<void> {
    this.#queued ??= this.#inTurn(() => {
      this.#queued = null;
      return this.#write();
    });
    return this.#queued;
  }

  /** In turn. Throws VaultClosed where nothing may be kept. */
  async #write(): Promise<void> {
    const mode = this.#mode;
    if (mode.kind === 'keyring' && !mode.stored) {
      await this.#storeDataKey(mode);
    }
    const file = this.#file();
    if (file === null) {
      return;
    }
    if (this.#foreign !== null) {
      await setAside(this.#path, this.#foreign);
      this.#foreign = null;
    }
    await writeVaultFile(this.#path, file);
  }

  /** As it is at this moment: closing takes the entries away. Null in a mode that has no file. */
  #file(): VaultFile | null {
    const protection = this.#protection();
    return protection === null
      ? null
      : { version: 1, id: this.#id, protection, entries: Object.fromEntries(this.#entries) };
  }

  /** How the file on disk guards the data key. */
  #protection(): Protection | null {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'keyring':
        return { kind: 'keyring', backend: this.#keyring.backend };
      case 'passphrase':
        return mode.protection;
      case 'session':
        return null;
      case 'locked':
      case 'undecided':
        // Who waited for the keyring with something to keep must hear that it is not kept.
        throw new VaultClosed(this.status());
      default:
        return assertNever(mode);
    }
  }

  async #storeDataKey(mode: Mode): Promise<void> {
    try {
      await this.#keyring.set(this.#id, this.#dataKey);
    } catch (error) {
      const why = error instanceof KeyringUnavailable ? error.why : 'the keyring failed';
      this.#exchange(mode, { kind: 'undecided', why });
      throw new VaultClosed(this.status());
    }
    this.#exchange(mode, { kind: 'keyring', stored: true });
  }

  async #forgetOnDisk(): Promise<void> {
    if (this.#foreign === null) {
      await rm(this.#path, { force: true });
    }
  }
}
