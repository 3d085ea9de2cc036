/**
 * `npm run bench:transport`: how near the transport comes to what the machine allows. The built command line, a client
 * that receives and drops, the SDK on its plain path and each part by itself take turns against one mock provider;
 * medians are printed beside their bars, and the exit code is 1 when one is missed. Build first.
 *
 * Options: --rounds 3 --rows 3000 --quick --folder /tmp --cli out/main/cli.js --in_flight 16,64,256
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { startCompiledProvider } from '../loopback/start-compiled-provider.mjs';
import { watchMachine } from '../throughput/process-figures.mjs';
import { judge } from './bars.mjs';
import { createLeftFolders } from './left-folders.mjs';
import { runWholePath } from './whole-path.mjs';

const rootDir = resolve(import.meta.dirname, '../..');
const outDir = join(rootDir, '.tools', 'bench-transport');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    rows: { type: 'string' },
    quick: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    cli: { type: 'string', default: join(rootDir, 'out/main/cli.js') },
    in_flight: { type: 'string', default: '16,64,256' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const rows = Number(values.rows ?? (values.quick ? 1000 : 3000));
const LATENCY_MS = 200;

await build({
  root: rootDir,
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { '@shared': join(rootDir, 'src-shared') } },
  build: { ssr: join(import.meta.dirname, 'client.ts'), outDir, emptyOutDir: true, target: 'node20' },
});

const provider = await startCompiledProvider({ latencyMs: LATENCY_MS });
/** @type {Record<string, any[]>} */
const measured = {};
/** @type {number[]} */
const foreign = [];
const left = createLeftFolders();
for (let round = 0; round < rounds; round += 1) {
  for (const [role, inFlight, count] of [
    ['sdk', 1, 3000],
    ['sha256', 1, 1000],
    ['write', 4, Math.min(rows, 1000)],
    ['plain', 64, Math.ceil(rows / 3)],
  ]) {
    note(`${role}`, runClient(role, count, inFlight));
  }
  for (const inFlight of values.in_flight.split(',').map(Number)) {
    noteEarlier(inFlight);
    // A wave takes at least the latency, so fewer in flight means fewer rows in the same time.
    const count = Math.min(rows, inFlight * 40);
    note(`floor ${inFlight}`, runClient('floor', count, inFlight));
    note(`path ${inFlight}`, runClient('path', count, inFlight));
    const machine = watchMachine();
    const whole = await runWholePath({
      cli: values.cli,
      provider,
      rows: count,
      inFlight,
      folder: values.folder,
      left,
    });
    foreign.push(machine.foreignShare(count * (whole.cpuMs + whole.providerCpuMs)));
    note(`whole ${inFlight}`, whole);
  }
}
await provider.close();
left.remove();
const isGood = judge({
  measured,
  foreign,
  latencyMs: LATENCY_MS,
  isCompiled: provider.isCompiled,
  inFlights: values.in_flight.split(',').map(Number),
  print: (line) => void process.stdout.write(`${line}\n`),
});
process.exit(isGood ? 0 : 1);

/**
 * @param {string} name
 * @param {any} figures
 */
function note(name, figures) {
  (measured[name] ??= []).push(figures);
}

/**
 * Where there is a Python: what the earlier tool could do at best.
 * @param {number} inFlight
 */
function noteEarlier(inFlight) {
  const folder = mkdtempSync(join(values.folder, 'brushfleet-earlier-'));
  const count = String(Math.min(rows, inFlight * 10));
  const args = [join(import.meta.dirname, 'earlier-path.py'), provider.url, count, String(inFlight), folder];
  const { status, stdout } = spawnSync('python3', args, { encoding: 'utf8' });
  left.leave(folder);
  if (status === 0) {
    note(`earlier ${inFlight}`, JSON.parse(stdout));
  }
}

/**
 * @param {string} role
 * @param {number} count
 * @param {number} inFlight
 */
function runClient(role, count, inFlight) {
  const folder = mkdtempSync(join(values.folder, 'brushfleet-write-'));
  const client = join(outDir, 'client.js');
  const args = [client, role, provider.url, String(count), String(inFlight), folder];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  left.leave(folder);
  if (stdout.trim() === '') {
    throw new Error(`The client ${role} failed: ${stderr}`);
  }
  return JSON.parse(stdout);
}
