/** The order of things on disk, forced: what lies between two of them is done there, and nothing is left to luck. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const NAMES = ['link', 'rename', 'rm', 'writeFile'] as const;
export type FileCall = (typeof NAMES)[number];

/** `path`: the name that comes or goes. */
type Around = (what: { name: FileCall; path: string }, call: () => Promise<unknown>) => Promise<unknown>;

/** Has every call of this process that changes a name on disk go through `around`. Returns its undo. */
export function aroundFileCalls(around: Around): () => void {
  const kept = NAMES.map((name) => [name, fs[name]] as const);
  for (const [name, real] of kept) {
    const work = real as (...args: readonly unknown[]) => Promise<unknown>;
    replace(name, (...args) => {
      const path = String(name === 'link' ? args[1] : args[0]);
      return around({ name, path }, () => work(...args));
    });
  }
  syncBuiltinESMExports();
  return () => {
    for (const [name, real] of kept) {
      replace(name, real as (...args: readonly unknown[]) => Promise<unknown>);
    }
    syncBuiltinESMExports();
  };
}

function replace(name: FileCall, work: (...args: readonly unknown[]) => Promise<unknown>): void {
  Object.assign(fs, { [name]: work });
}
