/** Builds the app when its sources changed since the last build. `npm run build` builds in any case. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootDir, say } from './bootstrap.mjs';
import { dropStamp, isFresh, sourcesStamp, writeStamp } from './freshness.mjs';

const ELECTRON_VITE = join(rootDir, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');

/** Answers whether the build is good. */
export function buildIfStale({ isForced = false } = {}) {
  const stamp = sourcesStamp();
  if (!isForced && isFresh(stamp)) {
    return true;
  }
  say('Building ...');
  dropStamp();
  const ended = spawnSync(process.execPath, [ELECTRON_VITE, 'build', '--logLevel', 'warn'], {
    cwd: rootDir,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (ended.status === 0) {
    writeStamp(stamp);
  }
  return ended.status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = buildIfStale({ isForced: true }) ? 0 : 1;
}
