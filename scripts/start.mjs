/** `npm start`: sets everything up and opens the window; without a display the demo runs on the command line. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bootstrap, exitCode, fail, keepThroughCtrlC, rootDir, say } from './bootstrap.mjs';
import { buildIfStale } from './build.mjs';
import { findElectron } from './electron-path.mjs';
import { hasDisplay, pictureCount, windowArguments } from './start-plan.mjs';

const DEMO_DIR = './output/demo';
/** What a program ends with when the system lacks a library it is linked to. */
const LIBRARY_MISSING = 127;

bootstrap();
if (!buildIfStale()) {
  fail('The build failed: the messages above say where.');
}
if (hasDisplay(process.platform, process.env)) {
  await openWindow();
} else {
  runDemo();
}

async function openWindow() {
  const { path, isTestRuntime } = await findElectron();
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot) {
    say("Running as root: Chromium's sandbox is off. Use an ordinary account for real work.");
  }
  const args = windowArguments({
    rootDir,
    isRoot,
    isTestRuntime,
    env: process.env,
    extra: process.argv.slice(2),
  });
  keepThroughCtrlC();
  const window = spawn(path, args, { stdio: 'inherit' });
  window.on('error', (error) => fail(`Electron could not be started: ${error.message}`));
  window.on('exit', (status, signal) => {
    if (status === LIBRARY_MISSING) {
      say('Electron needs libraries this system lacks; .ci/run lists them for Debian and Ubuntu.');
    }
    process.exit(exitCode({ status, signal }));
  });
}

function runDemo() {
  say('There is no display: running the sample dataset through the demo endpoint on the command line.');
  const cli = join(rootDir, 'out', 'main', 'cli.js');
  const args = [cli, 'demo', '--output_dir', DEMO_DIR, ...process.argv.slice(2)];
  keepThroughCtrlC();
  const ended = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: rootDir });
  const folder = resolve(rootDir, DEMO_DIR);
  const count = existsSync(folder) ? pictureCount(readdirSync(folder)) : 0;
  if (count > 0) {
    say(`The pictures are in ${folder} (${count} of them), with results.csv beside them.`);
  }
  // Four rows of the sample fail on purpose, so a good demo ends with 1; one without a picture is no good demo.
  process.exit(ended.status === 1 && count > 0 ? 0 : exitCode(ended));
}
