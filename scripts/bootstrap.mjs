/**
 * Makes a fresh machine ready: a Node that is new enough, then the pinned dependencies. Plain JavaScript on Node's
 * own modules, because it runs before anything is installed, on Node 18 and later.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_VERSION = '24.21.0';
const OLDEST = [22, 12];
/** Set for the restarted process, so that a broken download cannot restart for ever. */
const RESTARTED = 'BRUSHFLEET_BOOTSTRAPPED';

/** Whether a `process.version` such as `v22.12.0` is new enough for the tools. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Returns when the machine is ready; may end this process and go on in one with a newer Node. */
export function bootstrap() {
  if (!isNewEnough(process.version)) {
    restartOn(installNode());
  }
  process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  installDependencies();
}

function installNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const tools = join(rootDir, '.tools');
  const binary = join(tools, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    say(`This Node is ${process.version}; fetching Node ${NODE_VERSION} into .tools (190 MB, once) ...`);
    mkdirSync(tools, { recursive: true });
    npm([
      'install',
      '--prefix',
      tools,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${NODE_VERSION}`,
    ]);
  }
  if (!existsSync(binary)) {
    fail(
      `Node ${NODE_VERSION} could not be fetched for ${process.platform} ${process.arch}: install Node 22.12 or newer and run this again.`,
    );
  }
  return binary;
}

function restartOn(binary) {
  if (process.env[RESTARTED] !== undefined) {
    fail(
      `Node ${process.version} is too old and the newer one did not start: install Node 22.12 or newer and run this again.`,
    );
  }
  const env = {
    ...process.env,
    [RESTARTED]: '1',
    PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const ended = spawnSync(binary, process.argv.slice(1), { stdio: 'inherit', env });
  process.exit(ended.status ?? 1);
}

function installDependencies() {
  const stamp = join(rootDir, 'node_modules', '.brushfleet-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(rootDir, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return;
  }
  say('Installing dependencies ...');
  npm(['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, wanted);
}

function npm(args) {
  const ended = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    cwd: rootDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (ended.status !== 0) {
    fail(
      'npm could not install what Brushfleet needs: check the network and the messages above, then run this again.',
    );
  }
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function fail(sentence) {
  say(sentence);
  process.exit(1);
}
