import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import { readRegularFile, resolveInputPath } from './safe-path';

const newFolder = temporaryFolders();
const onPosix = process.platform !== 'win32';

let root: string;
let baseDir: string;
let outside: string;

beforeEach(async () => {
  root = await newFolder();
  baseDir = join(root, 'data');
  outside = join(root, 'private');
  await mkdir(join(baseDir, 'sub'), { recursive: true });
  await mkdir(outside);
  await Promise.all(
    [join(baseDir, 'a.png'), join(baseDir, 'sub', 'b #1.png'), join(outside, 'id_rsa')].map((path) =>
      writeFile(path, 'x'),
    ),
  );
});

const resolvePath = async (reference: string, roots: readonly string[] | 'all' = []) => {
  const resolved = await resolveInputPath(reference, { baseDir, roots });
  return resolved.kind === 'ok' ? resolved.path : resolved.failure.message;
};

describe('resolveInputPath', () => {
  it('finds files beside the dataset, by path, Windows path or file URL', async () => {
    expect(await resolvePath('a.png')).toBe(join(baseDir, 'a.png'));
    expect(await resolvePath('./sub/../a.png')).toBe(join(baseDir, 'a.png'));
    expect(await resolvePath('sub\\b #1.png')).toBe(join(baseDir, 'sub', 'b #1.png'));
    expect(await resolvePath(join(baseDir, 'a.png'))).toBe(join(baseDir, 'a.png'));
    expect(await resolvePath(pathToFileURL(join(baseDir, 'sub', 'b #1.png')).href)).toBe(
      join(baseDir, 'sub', 'b #1.png'),
    );
  });

  it.each([
    ['the way up', () => '../private/id_rsa'],
    ['the way up of Windows', () => '..\\private\\id_rsa'],
    ['an absolute path', () => join(outside, 'id_rsa')],
    ['a file URL', () => pathToFileURL(join(outside, 'id_rsa')).href],
    ['an encoded file URL', () => `file://${root}/data/%2e%2e/private/id_rsa`],
  ])('refuses %s out of the folder, unless its root is granted', async (_, reference) => {
    expect(await resolvePath(reference())).toContain('outside the granted folders');
    expect(await resolvePath(reference(), [outside])).toBe(join(outside, 'id_rsa'));
    expect(await resolvePath(reference(), [`${outside}-not`])).toContain('outside the granted folders');
    expect(await resolvePath(reference(), 'all')).toBe(join(outside, 'id_rsa'));
  });

  it.skipIf(!onPosix)('refuses a link that leads out', async () => {
    await symlink(join(outside, 'id_rsa'), join(baseDir, 'cat.png'));
    await symlink(outside, join(baseDir, 'folder'));
    expect(await resolvePath('cat.png')).toContain('outside the granted folders');
    expect(await resolvePath('folder/id_rsa')).toContain('outside the granted folders');
    await symlink(join(baseDir, 'a.png'), join(baseDir, 'alias.png'));
    expect(await resolvePath('alias.png')).toBe(join(baseDir, 'a.png'));
  });

  it.each([
    ['UNC', '\\\\host\\share\\x.png', 'not a path of this machine'],
    ['UNC with slashes', '//host/share/x.png', 'not a path of this machine'],
    ['a file URL of a host', 'file://host/share/x.png', 'not a path of this machine'],
    ['a file URL with an encoded slash', 'file:///tmp%2Fx.png', 'not a path of this machine'],
    ['NUL', 'a.png\0.txt', 'not a path of this machine'],
    ['nothing', ' ', 'not a path of this machine'],
    ['a missing file', 'gone.png', 'does not exist'],
    ['a file as a folder', 'a.png/b.png', 'does not exist'],
    ['a folder', 'sub', 'not a regular file'],
    ['a very long path', `${'x'.repeat(5000)}.png`, 'does not exist'],
  ])('refuses %s', async (_, reference, reason) => {
    expect(await resolvePath(reference, 'all')).toContain(reason);
  });

  it.skipIf(!onPosix).each(['/dev/zero', '/dev/stdin', '/dev/tty', '/proc/self/fd/0'])(
    'never opens %s',
    async (device) => {
      expect(await resolvePath(device, 'all')).toMatch(/not a regular file|does not exist/);
    },
  );

  it.skipIf(!onPosix)('does not wait for a FIFO', async () => {
    execFileSync('mkfifo', [join(baseDir, 'pipe.png')]);
    expect(await resolvePath('pipe.png')).toContain('not a regular file');
    const read = await readRegularFile(join(baseDir, 'pipe.png'), 100, 'pipe.png');
    expect(read.kind).toBe('failed');
  });

  it('has nothing beside which a relative path could lie for pasted prompts', async () => {
    const policy = { baseDir: '', roots: 'all' } as const;
    const relative = await resolveInputPath('package.json', policy);
    expect(relative.kind === 'failed' && relative.failure.message).toContain('relative path');
    expect((await resolveInputPath(join(baseDir, 'a.png'), policy)).kind).toBe('ok');
  });
});

describe('readRegularFile', () => {
  it('refuses what is too large, before reading it', async () => {
    const read = await readRegularFile(join(baseDir, 'a.png'), 0, 'a.png');
    expect(read.kind === 'failed' && read.failure.message).toContain('larger than');
  });

  it.skipIf(!onPosix)('is not deceived by a link put in the place of a file that was judged', async () => {
    await rename(join(baseDir, 'a.png'), join(baseDir, 'old.png'));
    await symlink(join(outside, 'id_rsa'), join(baseDir, 'a.png'));
    expect((await readRegularFile(join(baseDir, 'a.png'), 100, 'a.png')).kind).toBe('failed');
  });
});
