/**
 * A folder with a library and datasets, and the built command line in it, started and killed as a process. Its endpoints
 * are one provider under several addresses, each with a rate of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { markedPng } from '../loopback/marked-png.mjs';

const BUILT_CLI = process.env.BRUSHFLEET_BUILT_CLI ?? resolve('out/main/cli.js');
/** In the catalogue at US dollars 0.039 for each picture, whatever its size. */
export const MODEL = 'gemini-2.5-flash-image';
export const PRICE_MICRO_USD = 39_000;
const ENDPOINTS = 4;

/** @typedef {{ row: number, status: string, output_image: string }} Acknowledged a line that the command line printed */

/**
 * @typedef {object} Life one process from its start to its end
 * @property {number | null} code null: it was killed
 * @property {Acknowledged[]} acknowledged
 * @property {string} err
 */

/** @typedef {{ fromStartMs: number | null, fromLineMs: number | null }} Moment milliseconds from its start, and from its first line */

/**
 * @typedef {object} Danger
 * @property {Moment | null} [kill] when the process is killed
 * @property {number} [workerKills] how many of its threads are
 * @property {readonly string[]} [flags] more of the command line's
 * @property {readonly string[]} [wrapper] a program that starts it, with its flags
 * @property {(line: Acknowledged) => void} [onLine]
 */

/**
 * @typedef {object} SceneOptions
 * @property {string} providerUrl
 * @property {'node' | 'libsql'} driver
 * @property {number} rpm requests per minute of each of the four endpoints
 */

/** Its threads are killed from within: nothing outside a process can do that. */
const KILLER = new URL('./worker-killer.mjs', import.meta.url).href;

/** @param {SceneOptions} options */
export async function createScene({ providerUrl, driver, rpm }) {
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-crash-'));
  const path = (...names) => join(folder, ...names);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    BRUSHFLEET_HOME: path('library'),
    BRUSHFLEET_SQLITE: driver,
    DG_GEMINI_API_KEYS: 'key-of-the-crash-bench',
    DG_GEMINI_ENDPOINTS: Array.from({ length: ENDPOINTS }, (_, at) => `${providerUrl}/endpoint-${at}`).join(
      ',',
    ),
    DG_GEMINI_RATE_LIMITS: Array.from({ length: ENDPOINTS }, () => rpm).join(','),
  };

  /**
   * @param {readonly string[]} argv
   * @param {Danger} danger
   */
  function start(argv, { workerKills = 0, wrapper = [] }) {
    const flags = workerKills === 0 ? [] : ['--import', KILLER];
    const [program, ...given] = [...wrapper, process.execPath, ...flags, BUILT_CLI, ...argv];
    return spawn(program, given, {
      cwd: folder,
      env: { ...env, BRUSHFLEET_CRASH_WORKERS: String(workerKills) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  await writeFile(path('a.png'), markedPng(3000));

  return {
    folder,
    outputDir: (/** @type {number} */ run) => path(`output-${run}`),

    /**
     * A dataset whose rows bear numbers no other run has.
     * @param {{ number: number, rows: number, firstRow: number }} run
     */
    async dataset({ number, rows, firstRow }) {
      const lines = Array.from({ length: rows }, (_, at) => `a.png,"Make it blue: row ${firstRow + at}"`);
      await writeFile(path(`data-${number}.csv`), `image_url,instruction\n${lines.join('\n')}\n`);
    },

    /**
     * Starts or resumes a run, and waits for its end.
     * @param {number} run
     * @param {{ resend?: boolean } & Danger} [how]
     * @returns {Promise<Life>}
     */
    async live(run, { resend = false, kill, onLine, flags = [], ...danger } = {}) {
      const argv = ['edit', '--backend', 'gemini', '--model_name', MODEL, '--input', `data-${run}.csv`];
      argv.push('--output_dir', `output-${run}`, '--max_global_workers', '16', '--num_processes', '2');
      argv.push('--json', ...(resend ? ['--unknown', 'resend'] : []), ...flags);
      const child = start(argv, danger);
      const closed = once(child, 'close');
      const strike = () => child.kill('SIGKILL');
      const timers = [];
      if (typeof kill?.fromStartMs === 'number') {
        timers.push(setTimeout(strike, kill.fromStartMs));
      }
      /** @type {Acknowledged[]} */
      const acknowledged = [];
      let err = '';
      child.stderr.on('data', (text) => (err += text));
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = parsed(text);
        if (line?.type === 'job') {
          acknowledged.push(line);
          onLine?.(line);
          if (acknowledged.length === 1 && typeof kill?.fromLineMs === 'number') {
            timers.push(setTimeout(strike, kill.fromLineMs));
          }
        }
      });
      const [code] = await closed;
      timers.forEach((timer) => clearTimeout(timer));
      return { code, acknowledged, err };
    },

    /**
     * Any other command; throws what it said when it fails.
     * @param {readonly string[]} argv
     */
    async must(argv) {
      const child = start(argv, {});
      let said = '';
      child.stdout.on('data', (text) => (said += text));
      child.stderr.on('data', (text) => (said += text));
      const [code] = await once(child, 'close');
      if (code !== 0) {
        throw new Error(`brushfleet ${argv.join(' ')} ended with ${code}: ${said}`);
      }
      return said;
    },

    /** Copies the database as the dead process left it; answers the copy. */
    async copyDatabase() {
      const target = path('copy');
      await rm(target, { recursive: true, force: true });
      await mkdir(target);
      for (const name of ['brushfleet.db', 'brushfleet.db-wal']) {
        await copyFile(path('library', name), join(target, name)).catch((error) => {
          if (error.code !== 'ENOENT') {
            throw error;
          }
        });
      }
      return join(target, 'brushfleet.db');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * A line that the kill tore is no promise.
 * @param {string} text
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
