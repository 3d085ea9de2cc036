/** Tests of worker threads run the built workers: build the main process once when its sources are newer. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function setup(): void {
  if (process.env['BRUSHFLEET_SKIP_BUILD'] !== undefined || newest(['src-main', 'src-shared']) < builtAt()) {
    return;
  }
  try {
    execFileSync(process.execPath, ['node_modules/electron-vite/bin/electron-vite.js', 'build'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    // The tests that need a worker fail by themselves; the others still say what they know.
    process.stderr.write('The build failed: tests of worker threads run the last one, if any.\n');
  }
}

function builtAt(): number {
  try {
    return Math.min(
      ...['out/main/transport-worker.js', 'out/main/store-worker.js'].map((file) => statSync(file).mtimeMs),
    );
  } catch {
    return 0;
  }
}

function newest(folders: readonly string[]): number {
  let latest = 0;
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !entry.name.includes('.test.')) {
        latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
      }
    }
  }
  return latest;
}
