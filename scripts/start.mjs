/** `npm start`: sets everything up and opens the window; without a display the demo runs on the command line. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bootstrap, fail, rootDir, say } from './bootstrap.mjs';

bootstrap();
build();
if (hasDisplay()) {
  await openWindow();
} else {
  runDemo();
}

function build() {
  if (newest(['src-main', 'src-renderer', 'src-shared']) < builtAt()) {
    return;
  }
  say('Building ...');
  const ended = spawnSync(
    join(rootDir, 'node_modules', '.bin', 'electron-vite'),
    ['build', '--logLevel', 'warn'],
    {
      cwd: rootDir,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (ended.status !== 0) {
    fail('The build failed: the messages above say where.');
  }
}

function builtAt() {
  const files = ['out/main/index.js', 'out/main/cli.js', 'out/renderer/index.html'].map((file) =>
    join(rootDir, file),
  );
  return files.every((file) => existsSync(file))
    ? Math.min(...files.map((file) => statSync(file).mtimeMs))
    : 0;
}

function newest(folders) {
  return folders
    .flatMap((folder) =>
      readdirSync(join(rootDir, folder), { recursive: true }).map((name) => join(rootDir, folder, name)),
    )
    .reduce((latest, file) => Math.max(latest, statSync(file).mtimeMs), 0);
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

async function openWindow() {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot) {
    say('Running as root: the sandbox is off. Use an ordinary account for real work.');
  }
  const args = [...(isRoot ? ['--no-sandbox'] : []), rootDir, ...process.argv.slice(2)];
  const window = spawn(await electronPath(), args, { stdio: 'inherit' });
  window.on('exit', (code) => process.exit(code ?? 1));
}

/** Electron itself where it can be downloaded, else the runtime of the tests. */
async function electronPath() {
  say('Looking for Electron ...');
  const require = createRequire(import.meta.url);
  const install = spawnSync(process.execPath, [join(rootDir, 'node_modules', 'electron', 'install.js')], {
    stdio: 'ignore',
    timeout: 180_000,
  });
  if (install.status === 0) {
    try {
      const path = require('electron');
      if (existsSync(path)) {
        return path;
      }
    } catch {
      // Not there: the runtime of the tests is next.
    }
  }
  say("Electron's own download is out of reach; using the runtime of the tests (not for production).");
  const { ensureElectronRuntime } = await import('../e2e/runtime/electron-runtime.mjs');
  return ensureElectronRuntime(say).catch((error) => fail(`No Electron can be had here: ${error.message}`));
}

function runDemo() {
  say('There is no display: running the sample dataset through the demo endpoint on the command line.');
  const ended = spawnSync(
    process.execPath,
    [join(rootDir, 'out', 'main', 'cli.js'), 'demo', ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      cwd: rootDir,
    },
  );
  // Four rows of the sample fail on purpose: 1 is what a good demo ends with.
  process.exit(ended.status === 1 ? 0 : (ended.status ?? 1));
}
