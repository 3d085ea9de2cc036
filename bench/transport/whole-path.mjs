/** The built command line over the mock provider: scheduler, journal, transport and durable files together. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { wrongRows } from '../throughput/check-results.mjs';
import { processFigures } from '../throughput/process-figures.mjs';

const SAMPLE_MS = 50;
/** Of the rows: by then everything is compiled and connected. */
const WARM_SHARE = 0.15;

/**
 * `rate` and `cpuMs` (a row): from the time 15 % of the rows were answered until the last answer. `wholeRate`: from the
 * first request until the process had ended and all was durable.
 * @param {{ cli: string, provider: any, rows: number, inFlight: number, folder: string,
 *   left: ReturnType<typeof import('./left-folders.mjs').createLeftFolders> }} options
 */
export async function runWholePath({ cli, provider, rows, inFlight, folder, left }) {
  const place = mkdtempSync(join(folder, 'brushfleet-transport-'));
  provider.reset();
  const prompts = Array.from({ length: rows }, (_, row) => `row ${row}`);
  writeFileSync(join(place, 'data.csv'), `prompt\n${prompts.join('\n')}\n`);
  const child = start(cli, { place, url: provider.url, inFlight });
  const samples = [];
  let peakRssMb = 0;
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const exited = once(child, 'exit');
  let isOver = false;
  void exited.then(() => (isOver = true));
  while (!isOver) {
    const { answered } = await provider.stats();
    const figures = processFigures(child.pid ?? 0);
    if (figures !== null) {
      samples.push({ at: performance.now(), answered, cpuMs: figures.cpuMs });
      peakRssMb = Math.max(peakRssMb, figures.peakRssMb);
    }
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  const [code] = await exited;
  const endedAt = performance.timeOrigin + performance.now();
  const stats = await provider.stats();
  const wrong = code === 0 ? await wrongRows(join(place, 'out'), rows) : [`exit ${code}: ${complaints}`];
  const probe = join(place, 'probe.json');
  const { delayMs } = existsSync(probe) ? JSON.parse(readFileSync(probe, 'utf8')) : { delayMs: Number.NaN };
  left.leave(place);
  const wholeRate = rows / ((endedAt - stats.firstRequestAt) / 1000);
  return {
    ...steady(samples, rows, stats.lastAnswerAt - performance.timeOrigin),
    wholeRate,
    delayMs,
    peakRssMb,
    wrong,
    providerCpuMs: stats.cpuMs / rows,
  };
}

/**
 * @param {readonly { at: number, answered: number, cpuMs: number }[]} samples
 * @param {number} rows
 * @param {number} lastAnswerAt by the clock of the samples
 */
function steady(samples, rows, lastAnswerAt) {
  const from = samples.find(({ answered }) => answered >= rows * WARM_SHARE);
  const last = samples.at(-1);
  if (from === undefined || last === undefined || from.answered >= rows) {
    return { rate: Number.NaN, cpuMs: Number.NaN };
  }
  return {
    rate: ((rows - from.answered) / (lastAnswerAt - from.at)) * 1000,
    // Until the end: what is still being written then belongs to the answers before.
    cpuMs: (last.cpuMs - from.cpuMs) / (rows - from.answered),
  };
}

/**
 * @param {string} cli
 * @param {{ place: string, url: string, inFlight: number }} options
 */
function start(cli, { place, url, inFlight }) {
  const flags = `t2i --backend google_genai --prompts_file data.csv --output_dir out --max_global_workers ${inFlight}`;
  const probe = join(import.meta.dirname, 'event-loop-probe.mjs');
  return spawn(process.execPath, ['--import', probe, cli, ...flags.split(' ')], {
    cwd: place,
    env: {
      PATH: process.env['PATH'],
      HOME: place,
      BENCH_PROBE: join(place, 'probe.json'),
      BRUSHFLEET_HOME: join(place, 'library'),
      DG_GEMINI_ENDPOINTS: url,
      DG_GEMINI_API_KEYS: 'bench-key',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
