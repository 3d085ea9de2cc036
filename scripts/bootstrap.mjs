/**
 * Makes a fresh machine ready: a Node that is new enough, then the pinned dependencies. Plain JavaScript on Node's
 * own modules, because it runs before anything is installed, on Node 18 and later.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_VERSION = '24.21.0';
const OLDEST = [22, 12];
/** Set for the restarted process, so that a broken download cannot restart for ever. */
const RESTARTED = 'BRUSHFLEET_BOOTSTRAPPED';
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Whether a `process.version` such as `v22.12.0` is new enough for the tools. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The npm package that holds Node for this machine, and where its program is inside it. */
export function nodePackage(platform, arch) {
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  return { name, binary: `${name}/bin/${platform === 'win32' ? 'node.exe' : 'node'}` };
}

export function lockHash(lockText) {
  return createHash('sha256').update(lockText).digest('hex');
}

/**
 * Whether what npm says it installed is what the lock file asks for. npm writes its own list last, so that a cut-off
 * install never looks whole. Packages for other platforms are in the lock file only.
 */
export function isInstalled(lockText, installedText) {
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(installedText).packages;
  const isThere = ([path, { version, optional }]) =>
    path === '' || (installed[path] === undefined ? optional === true : installed[path].version === version);
  return (
    Object.entries(wanted).every(isThere) &&
    Object.keys(installed).every((path) => wanted[path] !== undefined)
  );
}

/** One sentence for what npm wrote on its error stream. */
export function npmProblem(errorText) {
  const cause = UNREACHABLE.exec(errorText)?.[1];
  if (cause !== undefined) {
    return `npm could not reach its registry: ${cause}; check the network and run again.`;
  }
  if (/\bENOSPC\b/.test(errorText)) {
    return 'npm ran out of disk space: free about 1 GB and run again.';
  }
  if (/\b(EACCES|EPERM|EROFS)\b/.test(errorText)) {
    return `npm may not write into ${rootDir}: make the folder yours and run again.`;
  }
  return 'npm could not install what Brushfleet needs: the messages above say why; mend that and run again.';
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
  const { name, binary } = nodePackage(process.platform, process.arch);
  const tools = join(rootDir, '.tools');
  const path = join(tools, 'node_modules', binary);
  if (isSoundNode(path)) {
    return path;
  }
  say(`This Node is ${process.version}; fetching Node ${NODE_VERSION} into .tools (190 MB, once) ...`);
  mkdirSync(tools, { recursive: true });
  npm(['install', '--prefix', tools, '--no-save', '--ignore-scripts', `${name}@${NODE_VERSION}`]);
  if (!isSoundNode(path)) {
    fail(`Node ${NODE_VERSION} does not run on this machine: install Node 22.12 or newer and run again.`);
  }
  return path;
}

/** A download that was cut off leaves a program that cannot say its version. */
function isSoundNode(path) {
  return (
    existsSync(path) &&
    spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${NODE_VERSION}`
  );
}

function restartOn(binary) {
  if (process.env[RESTARTED] !== undefined) {
    fail(`Node ${process.version} is too old and a newer one did not start: install Node 22.12 or newer.`);
  }
  const env = {
    ...process.env,
    [RESTARTED]: '1',
    PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`,
  };
  keepThroughCtrlC();
  const ended = spawnSync(binary, process.argv.slice(1), { stdio: 'inherit', env });
  process.exit(exitCode(ended));
}

/** Ctrl-C reaches the child as well: this process waits for it to finish in order and passes its exit code on. */
export function keepThroughCtrlC() {
  process.on('SIGINT', () => {});
}

export function exitCode({ status, signal }) {
  return status ?? (signal ? 128 + (constants.signals[signal] ?? 0) : 1);
}

function installDependencies() {
  const stamp = join(rootDir, 'node_modules', '.brushfleet-lock');
  const lockText = readFileSync(join(rootDir, 'package-lock.json'), 'utf8');
  const wanted = lockHash(lockText);
  const installed = join(rootDir, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || readIfThere(stamp) !== wanted) {
    if (!existsSync(installed) || !isInstalled(lockText, readFileSync(installed, 'utf8'))) {
      say('Installing dependencies (about half a minute, once) ...');
      npm(['ci']);
    }
    writeFileSync(stamp, wanted);
  }
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function npm(args) {
  const isWindows = process.platform === 'win32';
  const ended = spawnSync(isWindows ? 'npm.cmd' : 'npm', [...args, '--no-audit', '--no-fund'], {
    cwd: rootDir,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: isWindows,
  });
  if (ended.error?.code === 'ENOENT') {
    fail('npm was not found: install npm, which comes with Node, and run again.');
  }
  if (ended.status !== 0) {
    process.stderr.write(ended.stderr ?? '');
    fail(npmProblem(ended.stderr ?? ''));
  }
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function fail(sentence) {
  say(sentence);
  process.exit(1);
}
