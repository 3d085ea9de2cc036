import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servedFile } from './served-file';

let top = '';
let root = '';

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'brushfleet-served-'));
  root = join(top, 'www');
  await mkdir(root);
  await mkdir(join(top, 'www-evil'));
  await writeFile(join(top, 'secret.txt'), 'secret');
  await writeFile(join(top, 'www-evil', 'secret.txt'), 'secret');
  await writeFile(join(root, 'page.html'), 'page');
  await writeFile(join(root, 'two words.html'), 'page');
  await symlink(join(top, 'secret.txt'), join(root, 'link.txt'));
});

afterAll(() => rm(top, { recursive: true, force: true }));

async function status(pathname: string): Promise<number> {
  const found = await servedFile(root, pathname);
  return found.kind === 'file' ? 200 : found.status;
}

describe('a file on app://', () => {
  it.each([
    ['/page.html', 200],
    ['/two%20words.html', 200],
    ['/missing.html', 404],
    ['/../secret.txt', 400],
    ['/%2e%2e/secret.txt', 400],
    ['/..%2fsecret.txt', 400],
    ['/..%2fwww-evil/secret.txt', 400],
    ['/link.txt', 400],
    ['/page.html%00', 400],
    ['/%E0', 400],
    ['/..%5csecret.txt', 400],
  ])('%s answers %i', async (pathname, expected) => {
    expect(await status(pathname)).toBe(expected);
  });

  it('follows a link that is swapped in later, and refuses it', async () => {
    expect(await status('/page.html')).toBe(200);
    await rm(join(root, 'page.html'));
    await symlink(join(top, 'secret.txt'), join(root, 'page.html'));
    expect(await status('/page.html')).toBe(400);
  });

  it('serves no folder', async () => {
    await mkdir(join(root, 'assets'));
    expect(await status('/assets')).toBe(404);
    expect(await status('/')).toBe(400);
  });
});
