/**
 * `npm run bench:throughput`: the built command line against the mock provider, each in a process of its own. Prints
 * the share of the ideal rate (requests in flight / latency), counted from the first request until the process has
 * ended, and how many requests were really in flight; checks that every picture lies under the row that asked for it.
 *
 * Options: --rows 2000 --in_flight 64 --latency 200 --bytes 975000 --processes 2 --backend google_genai --task edit
 *          --rounds 1 --min_share 0.5 --keep
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { markedPng } from '../loopback/marked-png.mjs';
import { startCompiledProvider } from '../loopback/start-compiled-provider.mjs';
import { wrongRows } from './check-results.mjs';
import { watchProcess } from './process-figures.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000' },
    in_flight: { type: 'string', default: '64' },
    latency: { type: 'string', default: '200' },
    bytes: { type: 'string', default: '975000' },
    processes: { type: 'string', default: '2' },
    backend: { type: 'string', default: 'google_genai' },
    task: { type: 'string', default: 'edit' },
    rounds: { type: 'string', default: '1' },
    /** The exit code is 1 below it. */
    min_share: { type: 'string', default: '0.5' },
    cli: { type: 'string', default: resolve(import.meta.dirname, '../../out/main/cli.js') },
    /** Leaves the folder of the last round. */
    keep: { type: 'boolean', default: false },
    /** Passed to node, e.g. --cpu-prof. */
    node_flag: { type: 'string', multiple: true, default: [] },
  },
});

const rows = Number(values.rows);
const inFlight = Number(values.in_flight);
const latencyMs = Number(values.latency);

let worst = Number.POSITIVE_INFINITY;
for (let round = 0; round < Number(values.rounds); round += 1) {
  worst = Math.min(worst, await measure());
}
process.exit(worst >= Number(values.min_share) ? 0 : 1);

/** One round in a new folder and library; answers its share, or 0 when anything went wrong. */
async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-throughput-'));
  const provider = await startCompiledProvider({ latencyMs, pngBytes: Number(values.bytes) });
  try {
    writeInput(folder);
    const run = await runCli(folder, provider.url);
    const stats = await provider.stats();
    const outputDir = join(folder, 'out');
    const wrong = run.code === 0 ? await wrongRows(outputDir, rows) : [];
    return report({ run, stats, wrong });
  } finally {
    await provider.close();
    if (!values.keep) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** @param {string} folder */
function writeInput(folder) {
  writeFileSync(join(folder, 'in.png'), markedPng(8_000));
  const prompts = Array.from({ length: rows }, (_, row) => `row ${row}`);
  const lines =
    values.task === 'edit'
      ? ['image_url,instruction', ...prompts.map((prompt) => `in.png,"make it blue, ${prompt}"`)]
      : ['prompt', ...prompts];
  writeFileSync(join(folder, 'data.csv'), `${lines.join('\n')}\n`);
}

/**
 * @param {string} folder
 * @param {string} url
 */
async function runCli(folder, url) {
  const [prefix, version] = values.backend === 'openai' ? ['OPENAI', '/v1'] : ['GEMINI', ''];
  const source = values.task === 'edit' ? '--input' : '--prompts_file';
  const limits = `--max_global_workers ${values.in_flight} --num_processes ${values.processes}`;
  const flags = `--backend ${values.backend} ${source} data.csv --output_dir out ${limits}`;
  const args = [...values.node_flag, values.cli, values.task, ...flags.split(' ')];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      ...(process.env['UV_THREADPOOL_SIZE'] === undefined
        ? {}
        : { UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] }),
      BRUSHFLEET_HOME: join(folder, 'library'),
      [`DG_${prefix}_ENDPOINTS`]: `${url}${version}`,
      [`DG_${prefix}_API_KEYS`]: 'bench-key',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const figures = watchProcess(child.pid ?? 0);
  const [code] = await once(child, 'exit');
  const endedAt = performance.timeOrigin + performance.now();
  return { code, endedAt, complaints, ...figures.end() };
}

/** @param {{ run: any, stats: any, wrong: readonly string[] }} outcome */
function report({ run, stats, wrong }) {
  const ideal = inFlight / (latencyMs / 1000);
  const seconds = (run.endedAt - stats.firstRequestAt) / 1000;
  const toLastAnswer = (stats.lastAnswerAt - stats.firstRequestAt) / 1000;
  const share = rows / seconds / ideal;
  const foreign = Math.max(0, run.busyMs - run.cpuMs - stats.cpuMs) / run.elapsedMs / cpus().length;
  const isWhole = run.code === 0 && wrong.length === 0 && stats.answered === rows;
  const lines = [
    `share of the ideal rate   ${share.toFixed(3)}   (${(rows / seconds).toFixed(0)} of ${ideal.toFixed(0)} a second; first request to the end of the process, ${seconds.toFixed(2)} s)`,
    `  until the last answer   ${(rows / toLastAnswer / ideal).toFixed(3)}   (${toLastAnswer.toFixed(2)} s)`,
    `peak in flight            ${stats.peakInFlight} of ${inFlight}`,
    `requests                  ${stats.requests} for ${rows} rows, ${stats.connections} connections, ${(stats.bytesOut / 1e6).toFixed(0)} MB`,
    `every picture in its row  ${wrong.length === 0 && run.code === 0 ? 'yes' : `NO: ${wrong.slice(0, 5).join('; ')}`}`,
    `CPU                       command line ${(run.cpuMs / rows).toFixed(2)} ms a row (${(run.cpuMs / seconds / 10).toFixed(0)} % of one core), provider ${(stats.cpuMs / rows).toFixed(2)} ms a row (${(stats.cpuMs / seconds / 10).toFixed(0)} %), ${cpus().length} cores`,
    `CPU of others             ${(foreign * 100).toFixed(0)} % of the machine${foreign > 0.12 ? ': too much to judge by this round' : ''}`,
    `memory                    ${run.peakRssMb.toFixed(0)} MB at most`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!isWhole) {
    process.stdout.write(`FAILED: exit ${run.code}\n${run.complaints}\n`);
  }
  return isWhole ? share : 0;
}
