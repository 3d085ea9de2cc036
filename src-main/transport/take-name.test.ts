import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDisk } from './disk';
import { takeName } from './take-name';

let outputDir = '';
beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-take-name-'));
});
afterEach(() => rm(outputDir, { recursive: true }));

const file = { fileName: '0.png', sha256: '', mimeType: 'image/png', width: 1, height: 1, sizeBytes: 3 };

it('leaves what lay there under its own name where the result cannot have it, and tells of it once it can', async () => {
  const path = join(outputDir, '0.png');
  await writeFile(path, 'of somebody');
  const temporary = join(outputDir, '0.part');
  await expect(takeName(createDisk(), temporary, { outputDir, file })).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(await readdir(outputDir)).toEqual(['0.png']);
  expect(await readFile(path, 'utf8')).toBe('of somebody');
  await writeFile(temporary, 'new');
  expect(await takeName(createDisk(), temporary, { outputDir, file })).toBe('0.found.png');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readFile(join(outputDir, '0.found.png'), 'utf8')).toBe('of somebody');
});
