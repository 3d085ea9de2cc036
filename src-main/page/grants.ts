/** Files and folders the user picked or dropped: main keeps the path, the page gets a token and a name. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, isAbsolute, sep } from 'node:path';
import type { Grant } from '@shared/contract';
import { MOST_FILES } from '@shared/contract/base';
import { Refusal } from '../refusal';

/** More than a person drops in a session; the oldest are forgotten. */
const KEPT = 4 * MOST_FILES;

export interface Grants {
  /** Null when there is no such file or folder. */
  grant(path: string): Promise<Grant | null>;
  /** Throws a Refusal for a token of another session. */
  path(token: string): string;
  /** Whether a token is for something in this folder. */
  reachInto(folder: string): boolean;
}

export function createGrants(): Grants {
  const paths = new Map<string, string>();
  return {
    async grant(path) {
      const found = isAbsolute(path) ? await stat(path).catch(() => null) : null;
      if (found === null || !(found.isFile() || found.isDirectory())) {
        return null;
      }
      const token = randomUUID();
      paths.set(token, path);
      const oldest = paths.keys().next().value;
      if (paths.size > KEPT && oldest !== undefined) {
        paths.delete(oldest);
      }
      return { token, name: basename(path), isDirectory: found.isDirectory() };
    },
    path(token) {
      const path = paths.get(token);
      if (path === undefined) {
        throw new Refusal('NOT_FOUND', 'That file was granted in another session: pick or drop it again.');
      }
      return path;
    },
    reachInto: (folder) => [...paths.values()].some((path) => path.startsWith(folder + sep)),
  };
}
