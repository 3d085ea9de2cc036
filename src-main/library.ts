/** Where the library is, what lies where in it, and who owns it: one process at a time. */
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { acquireLock } from './lock-file';

type Environment = Readonly<Record<string, string | undefined>>;

/** `BRUSHFLEET_HOME`, else the platform's folder for programs' data. */
export function libraryDir(env: Environment, platform: NodeJS.Platform, home: string): string {
  const chosen = env['BRUSHFLEET_HOME'];
  if (chosen !== undefined && chosen !== '') {
    return resolve(chosen);
  }
  if (platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'Brushfleet');
  }
  if (platform === 'win32') {
    return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Brushfleet');
  }
  return join(dataHome(env, home), 'brushfleet');
}

/** A relative `XDG_DATA_HOME` is to be ignored (XDG Base Directory Specification 0.8). */
function dataHome(env: Environment, home: string): string {
  const chosen = env['XDG_DATA_HOME'] ?? '';
  return isAbsolute(chosen) ? chosen : join(home, '.local', 'share');
}

export interface LibraryPaths {
  readonly root: string;
  readonly database: string;
  readonly logs: string;
  readonly thumbnails: string;
  /** Images unpacked from Parquet files. */
  readonly embedded: string;
  /** Images that were pasted. */
  readonly pasted: string;
  /** What the studio keeps: pictures brought in, answers, masks, composites. */
  readonly studio: string;
  /** Media that callers of the service sent along, while their requests are under way. */
  readonly callers: string;
  /** Results of requests that came one by one. */
  readonly sessions: string;
  /** Results that their folder would not take, until it does. */
  readonly spare: string;
}

export function libraryPaths(root: string): LibraryPaths {
  return {
    root,
    database: join(root, 'brushfleet.db'),
    logs: join(root, 'logs'),
    thumbnails: join(root, 'thumbnails'),
    embedded: join(root, 'embedded'),
    pasted: join(root, 'pasted'),
    studio: join(root, 'studio'),
    callers: join(root, 'callers'),
    sessions: join(root, 'sessions'),
    spare: join(root, 'spare'),
  };
}

export type Claim =
  | { readonly kind: 'owned'; release(): Promise<void> }
  | { readonly kind: 'busy'; readonly pid: number; readonly sentence: string };

/** Claims the library for this process. A claim whose process is gone is taken over. */
export async function acquireLibrary(root: string): Promise<Claim> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(join(root, 'owner.json'));
  return lock.kind === 'owned'
    ? lock
    : {
        ...lock,
        sentence: `The library ${root} is in use by another Brushfleet (process ${lock.pid}). Close it, or set BRUSHFLEET_HOME to another folder.`,
      };
}
