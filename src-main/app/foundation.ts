/** What the app stands on: the claimed library, its database, log, vault and catalogue. */
import { randomUUID } from 'node:crypto';
import type { Settings } from '@shared/model/settings';
import { acquireLibrary, type LibraryPaths, libraryPaths } from '../library';
import { createLog, type Log } from '../log';
import { createRedactor } from '../providers/redact';
import type { Store } from '../store/store';
import { openStore } from '../store/store-client';
import type { KeyringPort } from '../vault/keyring-port';
import { openVault } from '../vault/open-vault';
import type { Vault } from '../vault/vault';
import { libraryMark } from '../temporary-name';
import { createModels, type Models } from './fleet/models';
import { libraryId } from './pictures/library-id';

export interface FoundationOptions {
  readonly libraryDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of models.json and the sample dataset. */
  readonly resourcesDir: string;
  readonly logLevel?: Settings['logLevel'];
  /** Absent: the operating system's. */
  readonly keyring?: KeyringPort;
}

export interface Foundation {
  readonly paths: LibraryPaths;
  readonly store: Store;
  readonly log: Log;
  readonly vault: Vault;
  readonly models: Models;
  readonly redactor: ReturnType<typeof createRedactor>;
  /** In the names of files on their way: tells the libraries apart that write into one folder. */
  readonly mark: string;
  /** Commits what waits, and gives the library back. */
  close(): Promise<void>;
}

/** Another Brushfleet owns the library; the sentence says which and what to do. */
export class LibraryBusy extends Error {}

export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const claim = await acquireLibrary(options.libraryDir);
  if (claim.kind === 'busy') {
    throw new LibraryBusy(claim.sentence);
  }
  try {
    return await buildOn(options, claim.release);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function buildOn(options: FoundationOptions, release: () => Promise<void>): Promise<Foundation> {
  const paths = libraryPaths(options.libraryDir);
  const redactor = createRedactor();
  const notes: string[] = [];
  let note = (sentence: string): void => void notes.push(sentence);
  const store = await openStore({ libraryDir: options.libraryDir, onNote: (sentence) => note(sentence) });
  const level = options.logLevel ?? (await store.settings()).logLevel;
  const log = createLog({ dir: paths.logs, level, redactor });
  note = (sentence) => log.warning('store', sentence);
  notes.forEach(note);
  const vault = await openVault({
    libraryDir: options.libraryDir,
    env: options.env,
    ...(options.keyring === undefined ? {} : { keyring: options.keyring }),
  });
  // On a disk without space a mark of this session will do: what it leaves is found by nobody else either.
  const mark = libraryMark(await libraryId(paths.root).catch(() => randomUUID()));
  const models = await createModels({ store, resourcesDir: options.resourcesDir });
  return {
    paths,
    store,
    log,
    vault,
    models,
    redactor,
    mark,
    async close() {
      vault.close();
      await store.close();
      log.info('app', 'closed');
      log.close();
      await release();
    },
  };
}
