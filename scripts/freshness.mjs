/** Whether a build is that of the present sources: a stamp over their paths, sizes and times, not one time alone. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from './bootstrap.mjs';

const FOLDERS = ['src-shared', 'src-main', 'src-renderer'];
const FILES = ['electron.vite.config.ts', 'package-lock.json'];
const NEEDED = ['out/main/index.js', 'out/main/cli.js', 'out/preload/preload.cjs', 'out/renderer/index.html'];
const STAMP = '.sources';

/** One hash over `{path, sizeBytes, mtimeMs}` in any order. */
export function stampOf(sources) {
  const lines = sources.map(({ path, sizeBytes, mtimeMs }) => `${path} ${sizeBytes} ${mtimeMs}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Tests are no part of a build. */
export function isBuilt(path) {
  return !/\.test\.tsx?$/.test(path);
}

export function sourcesStamp() {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(rootDir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const files = [...inFolders.filter(isBuilt), ...FILES.map((file) => join(rootDir, file))];
  // A file may go between listing and looking while somebody edits: it then has no part in the stamp.
  const found = files.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ path, sizeBytes: stat.size, mtimeMs: stat.mtimeMs }];
  });
  return stampOf(found);
}

export function isFresh(stamp) {
  const isWhole = NEEDED.every((file) => existsSync(join(rootDir, file)));
  const file = join(rootDir, 'out', STAMP);
  return isWhole && existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

export function writeStamp(outDir, stamp) {
  writeFileSync(join(outDir, STAMP), stamp);
}
