/** Which Electron opens the window: the `electron` package's own, else the runtime of the tests. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureElectronRuntime } from '../e2e/runtime/electron-runtime.mjs';
import { fail, rootDir, say } from './bootstrap.mjs';

const electron = join(rootDir, 'node_modules', 'electron');
const FIRST_BYTE_MS = 20_000;
/** A download that stands still for so long is given up as well. */
const STALL_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Answers `{path, isTestRuntime}`, or ends this process with a sentence. */
export async function findElectron() {
  if (installed() !== null) {
    return { path: installed(), isTestRuntime: false };
  }
  say('Fetching Electron (130 MB, once) ...');
  const problem = await download();
  if (problem === null && installed() !== null) {
    return { path: installed(), isTestRuntime: false };
  }
  say(`Electron's own download is out of reach (${problem ?? 'it left no program'}).`);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail('No window can be opened without it: check the network and run again, or use the command line.');
  }
  say('Using the Electron of the tests instead: good for trying the app, too old for daily use.');
  const path = await ensureElectronRuntime(say).catch((error) =>
    fail(`That one could not be had either: ${error.message}`),
  );
  return { path, isTestRuntime: true };
}

/** The program the `electron` package has put in place, or null. It writes `path.txt` last. */
function installed() {
  const pathFile = join(electron, 'path.txt');
  if (!existsSync(pathFile)) {
    return null;
  }
  const path = join(electron, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

/**
 * Runs the package's own download. It sets no time limit itself, so its temporary folder is watched: bytes there are
 * the sign that something answers. Answers what went wrong, or null.
 */
async function download() {
  mkdirSync(join(rootDir, '.tools'), { recursive: true });
  const temporary = mkdtempSync(join(rootDir, '.tools', 'electron-download-'));
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const child = spawn(process.execPath, [join(electron, 'install.js')], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const watch = watchGrowth(temporary, (reason) => {
    errors = reason;
    child.kill();
  });
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', () => resolve(1));
  });
  clearInterval(watch);
  rmSync(temporary, { recursive: true, force: true });
  return code === 0 ? null : shortReason(errors);
}

function watchGrowth(folder, giveUp) {
  let bytes = 0;
  let since = Date.now();
  return setInterval(() => {
    const now = sizeOf(folder);
    if (now !== bytes) {
      bytes = now;
      since = Date.now();
    }
    const limitMs = bytes === 0 ? FIRST_BYTE_MS : STALL_MS;
    if (Date.now() - since > limitMs) {
      giveUp(`no answer in ${limitMs / 1000} seconds`);
    }
  }, LOOK_EVERY_MS);
}

function sizeOf(folder) {
  const entries = readdirSync(folder, { recursive: true });
  return entries.reduce((sum, name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (stat?.isFile() ? stat.size : 0);
  }, 0);
}

/** A network error's code, else the first line of what was printed. */
export function shortReason(errors) {
  const code = /\b(E[A-Z]{4,}|[45]\d\d(?= \())/.exec(errors)?.[1];
  return code ?? (errors.split('\n').find((line) => line.trim() !== '') ?? 'no reason given').trim();
}
