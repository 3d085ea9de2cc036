/** A library whose database is damaged: the copy of its last clean close is offered, and the damaged file is kept. */
import { acquireLibrary, libraryPaths } from '../library';
import { backupDate, restoreBackup } from '../store/database/backup';
import { StoreError } from '../store/store-error';

export type DamageChoice = 'restore' | 'showFolder' | 'quit';

export interface DamageQuestion {
  /** What is wrong, where, and what is kept. */
  readonly sentence: string;
  /** When the library was closed that can be restored; null: there is no copy. */
  readonly backup: Date | null;
}

export interface DamageOptions {
  readonly libraryDir: string;
  ask(question: DamageQuestion): Promise<DamageChoice>;
  showFolder(path: string): void;
  /** The copy could not be restored, one sentence. */
  tell(sentence: string): void;
}

/** Whether the library can be opened again; false: the user wants to leave it, or it is damaged beyond its copy. */
export async function mendLibrary(error: unknown, options: DamageOptions): Promise<boolean> {
  if (!(error instanceof StoreError) || error.code !== 'CORRUPT') {
    throw error;
  }
  const backup = backupDate(libraryPaths(options.libraryDir).database);
  switch (await options.ask({ sentence: error.message, backup })) {
    case 'restore':
      return restore(options);
    case 'showFolder':
      options.showFolder(options.libraryDir);
      return false;
    case 'quit':
      return false;
  }
}

async function restore({ libraryDir, tell }: DamageOptions): Promise<boolean> {
  const claim = await acquireLibrary(libraryDir);
  if (claim.kind === 'busy') {
    tell(claim.sentence);
    return false;
  }
  try {
    restoreBackup(libraryDir);
    return true;
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return false;
  } finally {
    await claim.release();
  }
}
