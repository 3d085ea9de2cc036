/** Whether the open database may go on being used and copied, while another thread may still be reading it whole. */
import type { Db } from './driver';
import { damaged } from './damage';
import { noteCheck } from './database-check';
import type { Note } from './json-column';
import { CHECKPOINT_PAGES } from './open-database';
import type { StoreError } from '../store-error';

/** Reads the main file of an open database whole; answers the first fault. */
export type CheckAside = (database: string) => Promise<string | null>;

export interface SoundnessOptions {
  readonly db: Db;
  readonly database: string;
  readonly isCheckDue: boolean;
  readonly checkAside: CheckAside;
  readonly wallNow: () => number;
  readonly note: Note;
  /** Commits what waits; the connection has no transaction under way. */
  settle(): void;
}

export interface Soundness {
  /** Null while nothing is known to be wrong. */
  damage(): StoreError | null;
  /** False while a check that is due is not over. */
  isKnownSound(): boolean;
  end(): void;
}

export function createSoundness(options: SoundnessOptions): Soundness {
  const { db, database } = options;
  let damage: StoreError | null = null;
  let isOver = !options.isCheckDue;
  let hasEnded = false;

  async function check(): Promise<void> {
    // The file must stand still: what is committed meanwhile stays in the log.
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    db.exec('PRAGMA wal_autocheckpoint = 0');
    const fault = await options.checkAside(database).finally(() => {
      // Also where it could not be read: the log would grow for as long as the library is open.
      if (!hasEnded) {
        db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      }
    });
    if (hasEnded) {
      return;
    }
    isOver = true;
    if (fault === null) {
      options.settle();
      noteCheck(db, options.wallNow());
      return;
    }
    damage = damaged(database, fault);
    options.note(damage.message);
  }

  if (options.isCheckDue) {
    check().catch((error: unknown) => options.note(`The database could not be checked: ${String(error)}`));
  }
  return {
    damage: () => damage,
    isKnownSound: () => isOver && damage === null,
    end() {
      hasEnded = true;
    },
  };
}
