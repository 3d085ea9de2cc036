/** How calls reach the connection: none after closing, failures named, reads after the writes that came before them. */
import type { createGroupCommit } from './journal/group-commit';
import { withWayOut } from './database/damage';
import type { RunTally } from './runs/run-tally';
import type { Soundness } from './database/soundness';
import { asStoreError, StoreError } from './store-error';

type Commits = ReturnType<typeof createGroupCommit>;
export type Access = ReturnType<typeof createAccess>;

export interface AccessParts {
  readonly commits: Commits;
  readonly tally: RunTally;
  readonly soundness: Pick<Soundness, 'damage'>;
  /** Its path, for the sentence about damage. */
  readonly database: string;
}

export function createAccess({ commits, tally, soundness, database }: AccessParts) {
  let isClosed = false;
  const named = (error: unknown): StoreError => withWayOut(asStoreError(error), database);
  const guard = <T>(work: () => T): T => {
    if (isClosed) {
      throw new StoreError('CLOSED', 'The library is closed.');
    }
    const damage = soundness.damage();
    if (damage !== null) {
      throw damage;
    }
    try {
      return work();
    } catch (error) {
      throw named(error);
    }
  };
  return {
    guarded: async (work: () => Promise<void>): Promise<void> => {
      try {
        await guard(work);
      } catch (error) {
        throw named(error);
      }
    },
    /** Sees every write that was made before it. */
    read:
      <A extends readonly unknown[], T>(query: (...args: A) => T) =>
      async (...args: A): Promise<T> =>
        guard(() => {
          commits.flush();
          return query(...args);
        }),
    /** On disk when it resolves. */
    write:
      <A extends readonly unknown[], T>(change: (...args: A) => T) =>
      async (...args: A): Promise<T> =>
        guard(() => {
          commits.flush();
          return tally.transaction(() => change(...args));
        }),
    /** Commits what waits; false when it was closed before. */
    close(): boolean {
      if (isClosed) {
        return false;
      }
      commits.flush();
      isClosed = true;
      return true;
    },
  };
}
