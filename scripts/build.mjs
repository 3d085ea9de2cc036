/** `npm run build`; also builds for `npm start` and the unit tests when the sources changed since the last build. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootDir, say } from './bootstrap.mjs';
import { isFresh, sourcesStamp, writeStamp } from './freshness.mjs';

const ELECTRON_VITE = join(rootDir, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const OUT = join(rootDir, 'out');

/** Answers whether the build is good. */
export function buildIfStale({ isForced = false } = {}) {
  const stamp = sourcesStamp();
  if (!isForced && isFresh(stamp)) {
    return true;
  }
  say('Building ...');
  const tools = join(rootDir, '.tools');
  mkdirSync(tools, { recursive: true });
  const work = mkdtempSync(join(tools, 'build-'));
  try {
    const made = join(work, 'out');
    const isGood = build(made);
    if (isGood) {
      writeStamp(made, stamp);
      putInPlace(made, join(work, 'old'));
    }
    return isGood;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function build(folder) {
  const args = [ELECTRON_VITE, 'build', '--logLevel', 'warn', '--outDir', folder];
  return (
    spawnSync(process.execPath, args, { cwd: rootDir, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  );
}

/** By renames, so that whoever runs the last build at this moment never finds half of one. */
function putInPlace(made, old) {
  if (existsSync(OUT)) {
    renameSync(OUT, old);
  }
  renameSync(made, OUT);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = buildIfStale({ isForced: true }) ? 0 : 1;
}
