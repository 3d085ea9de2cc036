import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImageRoots, isTooWide } from './image-roots';

let top = '';
let pictures = '';

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'brushfleet-roots-'));
  pictures = join(top, 'home', 'pictures');
  await mkdir(pictures, { recursive: true });
  await writeFile(join(pictures, 'a.csv'), 'prompt\n');
});

afterAll(() => rm(top, { recursive: true, force: true }));

function open(remembered: readonly string[] = []) {
  const granted: string[] = [];
  const kept: string[][] = [];
  const roots = createImageRoots({
    remembered,
    homeDir: join(top, 'home'),
    onGrant: (folder) => granted.push(folder),
    remember: (folders) => kept.push([...folders]),
  });
  return { roots, granted, kept };
}

describe('folders datasets may take images from', () => {
  it('grants and remembers a folder, once', async () => {
    const { roots, granted, kept } = open();
    await roots.grant(pictures);
    await roots.grant(pictures);
    expect(granted).toContain(pictures);
    expect(kept.at(-1)).toEqual([pictures]);
  });

  it('grants those of earlier sessions at its start', () => {
    expect(open([pictures]).granted).toEqual([pictures]);
  });

  it('grants neither files nor what is gone', async () => {
    const { roots, granted } = open();
    await roots.grant(join(pictures, 'a.csv'));
    await roots.grant(join(top, 'gone'));
    expect(granted).toEqual([]);
  });

  it('never grants the whole machine or the whole home, not even when remembered', async () => {
    const home = join(top, 'home');
    const { roots, granted } = open(['/', home, top]);
    for (const wide of ['/', home, `${home}/`, top]) {
      await roots.grant(wide);
    }
    expect(granted).toEqual([]);
    expect(isTooWide('relative', home)).toBe(true);
    expect(isTooWide(`${home}-other`, home)).toBe(false);
  });
});
