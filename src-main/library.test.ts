import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLibrary, libraryDir, libraryPaths } from './library';
import { startOnSources } from './testing/source-process';

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-library-'));
});
afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
  rmSync(dir, { recursive: true, force: true });
});

describe('the library folder', () => {
  it('is BRUSHFLEET_HOME, else the platform folder for data', () => {
    const home = join('/home', 'ada');
    expect(libraryDir({ BRUSHFLEET_HOME: '/srv/library' }, 'linux', home)).toBe('/srv/library');
    expect(libraryDir({ BRUSHFLEET_HOME: '' }, 'linux', home)).toBe('/home/ada/.local/share/brushfleet');
    expect(libraryDir({ XDG_DATA_HOME: '/data' }, 'linux', home)).toBe('/data/brushfleet');
    expect(libraryDir({ XDG_DATA_HOME: 'not/absolute' }, 'linux', home)).toBe(
      '/home/ada/.local/share/brushfleet',
    );
    expect(libraryDir({}, 'darwin', home)).toBe('/home/ada/Library/Application Support/Brushfleet');
    expect(libraryDir({ APPDATA: '/roaming' }, 'win32', home)).toBe('/roaming/Brushfleet');
  });

  it('is absolute, whatever folder the program is started in', () => {
    expect(libraryDir({ BRUSHFLEET_HOME: 'here' }, 'linux', '/home/ada')).toBe(join(process.cwd(), 'here'));
  });

  it('has its parts below it', () => {
    for (const path of Object.values(libraryPaths('/l'))) {
      expect(path.startsWith('/l')).toBe(true);
    }
  });
});

describe('owning a library', () => {
  const lock = (): string => join(dir, 'library', 'owner.json');
  const acquire = () => acquireLibrary(join(dir, 'library'));

  it('is for one at a time, until it is released', async () => {
    const first = await acquire();
    expect(first.kind).toBe('owned');
    expect(statSync(join(dir, 'library')).mode & 0o777).toBe(0o700);
    expect(await acquire()).toEqual({
      kind: 'busy',
      pid: process.pid,
      sentence: `The library ${join(dir, 'library')} is in use by another Brushfleet (process ${process.pid}). Close it, or set BRUSHFLEET_HOME to another folder.`,
    });
    if (first.kind === 'owned') await first.release();
    const second = await acquire();
    expect(second.kind).toBe('owned');
    // Releasing twice must not take the next owner's claim away.
    if (first.kind === 'owned') await first.release();
    expect(existsSync(lock())).toBe(true);
    expect(readdirSync(join(dir, 'library'))).toEqual(['owner.json']);
  });

  it('passes on from a process that was killed', async () => {
    const [child] = startClaimants(1);
    if (child === undefined) throw new Error('one child');
    expect(await child.claim(join(dir, 'library'))).toBe('owned');
    expect(await acquire()).toMatchObject({ kind: 'busy', pid: child.process.pid });
    child.process.kill('SIGKILL');
    await once(child.process, 'exit');
    expect((await acquire()).kind).toBe('owned');
    expect(readdirSync(join(dir, 'library'))).toEqual(['owner.json']);
  });

  it.skipIf(!existsSync('/proc/self/stat'))('is not kept by a process id that is used again', async () => {
    await acquire();
    const owner = JSON.parse(readFileSync(lock(), 'utf8'));
    writeFileSync(lock(), JSON.stringify({ ...owner, startedAt: 'another boot:1' }));
    expect((await acquire()).kind).toBe('owned');
  });

  it('is not kept by a lock that lost its content, once that is old', async () => {
    await acquire();
    writeFileSync(lock(), '');
    utimesSync(lock(), 1, 1);
    expect((await acquire()).kind).toBe('owned');
  });

  it('passes on although another died while it was taking over', async () => {
    await acquire();
    const dead = { pid: 2 ** 22 + 1, startedAt: '', token: 'dead-owner' };
    writeFileSync(lock(), JSON.stringify(dead));
    writeFileSync(`${lock()}.dead-owner.takeover`, JSON.stringify({ ...dead, token: 'dead-heir' }));
    expect((await acquire()).kind).toBe('owned');
    expect(readdirSync(join(dir, 'library'))).toEqual(['owner.json']);
  });

  it('goes to exactly one of many that find the same dead owner', async () => {
    const claimants = startClaimants(5);
    const dead = { pid: 2 ** 22 + 1, startedAt: '' };
    for (let round = 0; round < 20; round += 1) {
      const root = mkdtempSync(join(dir, 'race-'));
      if (round % 4 !== 0) {
        writeFileSync(join(root, 'owner.json'), JSON.stringify({ ...dead, token: `dead-${round}` }));
      }
      const answers = await Promise.all(claimants.map((claimant) => claimant.claim(root)));
      expect(answers.toSorted()).toEqual(['busy', 'busy', 'busy', 'busy', 'owned']);
    }
  });
});

/** Processes that claim the folders they are told, and keep what they get until they die. */
function startClaimants(count: number) {
  const library = pathToFileURL(join(import.meta.dirname, 'library.ts')).href;
  const script = `
    import { createInterface } from 'node:readline';
    const { acquireLibrary } = await import(${JSON.stringify(library)});
    for await (const root of createInterface({ input: process.stdin })) {
      console.log((await acquireLibrary(root)).kind);
    }`;
  return Array.from({ length: count }, () => {
    const child = startOnSources(script);
    children.push(child);
    const lines: Interface = createInterface({ input: child.stdout });
    return {
      process: child,
      async claim(root: string): Promise<string> {
        const answer = once(lines, 'line');
        child.stdin.write(`${root}\n`);
        return String((await answer)[0]);
      },
    };
  });
}
