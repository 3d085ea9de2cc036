/**
 * Who gives results other names, and who compares them with the disk and acts on what is there, go one after the other:
 * neither sees a name that the other is just giving.
 */
import { createTurns, type InTurn } from '@shared/in-turn';
import type { Store } from '../../store/store';

type Library = Pick<Store, 'jobsById'>;

/** By library: two of them never share a file. */
const libraries = new WeakMap<Library, InTurn>();

export function inFiles<T>(store: Library, work: () => Promise<T>): Promise<T> {
  const inTurn = libraries.get(store) ?? createTurns();
  libraries.set(store, inTurn);
  return inTurn(work);
}
