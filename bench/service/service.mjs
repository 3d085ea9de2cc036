/**
 * `npm run bench:service`: what the built service adds to a call, and what it holds at once. The exit code is 1 when a
 * bar is missed. Build first.
 *
 * Added: as gateways are compared (the provider on loopback answers at once, calls one
 * after the other, rounds of direct calls and of calls through the service in turn, medians of the medians of rounds),
 * held against 3 ms. In the same rounds, the least of any service that writes down what it sends (floor.mjs): what of it
 * is the machine's. Then, to be told alone, the same with a provider that takes 20 ms, in which processors and
 * caches go cold. Memory: with 500 requests in flight, held against 400 MB.
 *
 * Options: --calls 25 --rounds 15 --cli out/main/cli.js
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';

const rootDir = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '15' },
    cli: { type: 'string', default: join(rootDir, 'out/main/cli.js') },
  },
});
const BAR_ADDED_MS = 3;
const BAR_RSS_MB = 400;
const AT_ONCE = 500;
const WARM_UP_CALLS = 100;

const folder = mkdtempSync(join(tmpdir(), 'brushfleet-bench-service-'));
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
let isGood = true;
try {
  const atOnce = await measureAdded({ latencyMs: 0, name: 'at-once', port: 5904 });
  const later = await measureAdded({ latencyMs: 20, name: 'later', port: 5906 });
  const memory = await measureMemory();
  isGood = report('added at the median', atOnce.addedMs, BAR_ADDED_MS, 'ms') && isGood;
  tell(atOnce);
  process.stdout.write(`     added with a provider that takes 20 ms: ${later.addedMs.toFixed(2)} ms\n`);
  tell(later);
  isGood = report(`memory with ${memory.peak} in flight`, memory.rssMb, BAR_RSS_MB, 'MB') && isGood;
  process.stdout.write(
    `  at rest ${memory.restMb.toFixed(0)} MB, all answered in ${memory.seconds.toFixed(1)} s\n`,
  );
} finally {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isGood ? 0 : 1;

/** Milliseconds. */
async function measureAdded(provided) {
  const { provider, served } = await start(provided);
  const floor = await spawned('floor.mjs', provider, join(folder, `${provided.name}.jsonl`));
  const agent = new Agent({ connections: 1 });
  const ways = {
    direct: () => generate(provider, agent),
    through: () => chat(served, agent),
    floor: () => chat(floor, agent),
  };
  await round(WARM_UP_CALLS, ways);
  const rounds = [];
  for (let n = 0; n < Number(values.rounds); n += 1) {
    rounds.push(await round(Number(values.calls), ways));
  }
  await agent.close();
  const median = (figure) => quantile(rounds.map(figure), 0.5);
  return {
    directMs: median(({ direct }) => direct),
    servedMs: median(({ through }) => through),
    addedMs: median(({ direct, through }) => through - direct),
    floorMs: median(({ direct, floor: least }) => least - direct),
  };
}

/** The median of each way. */
async function round(count, ways) {
  const medians = {};
  for (const [way, call] of Object.entries(ways)) {
    const took = [];
    for (let n = 0; n < count; n += 1) {
      took.push(await timed(call));
    }
    medians[way] = quantile(took, 0.5);
  }
  return medians;
}

async function measureMemory() {
  const { provider, served, pid } = await start({ latencyMs: 2000, name: 'memory', port: 5905 });
  const agent = new Agent({ connections: AT_ONCE });
  await Promise.all(Array.from({ length: 8 }, () => chat(served, agent)));
  const restMb = rssOf(pid, 'VmRSS');
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => chat(served, agent)));
  const seconds = (performance.now() - began) / 1000;
  const { body } = await request(`${provider}/peak`);
  const peak = Number(await body.text());
  await agent.close();
  return { rssMb: rssOf(pid, 'VmHWM'), restMb, peak, seconds };
}

async function timed(call) {
  const from = performance.now();
  await call();
  return performance.now() - from;
}

function generate(provider, dispatcher) {
  return post(`${provider}/v1beta/models/gemini-2.5-flash:generateContent`, dispatcher, {
    contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
  });
}

function chat(served, dispatcher) {
  return post(`${served}/chat`, dispatcher, { prompt: 'Hello' });
}

async function post(url, dispatcher, body) {
  const { statusCode, body: answer } = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (statusCode !== 200) {
    throw new Error(`${url}: ${statusCode} ${text}`);
  }
}

async function start({ latencyMs, name, port }) {
  const provider = await spawned('provider.mjs', String(latencyMs));
  const service = spawn(
    process.execPath,
    [values.cli, 'serve', '--port', String(port), '--env_tier', 'loopback'],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        BRUSHFLEET_HOME: join(folder, name),
        GEMINI_API_KEY: 'bench-key-0001',
        GOOGLE_GEMINI_BASE_URL: provider,
        GEMINI_CONCURRENCY_LIMIT: '1000',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  children.push(service);
  let said = '';
  for await (const piece of service.stderr) {
    said += piece;
    if (said.includes('serves on')) {
      break;
    }
  }
  return { provider, served: `http://127.0.0.1:${port}`, pid: service.pid };
}

/** Address of a server beside this file that says its port when it is ready. */
async function spawned(file, ...args) {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return `http://127.0.0.1:${String(line).trim()}`;
}

function rssOf(pid, field) {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

function quantile(list, part) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function tell({ directMs, servedMs, addedMs, floorMs }) {
  process.stdout.write(
    `     direct ${directMs.toFixed(2)} ms, through the service ${servedMs.toFixed(2)} ms; a bare pass-on that flushes one line first adds ${floorMs.toFixed(2)} ms: ${(addedMs / floorMs).toFixed(2)} times that\n`,
  );
}

function report(name, measured, bar, unit) {
  const isMet = measured <= bar;
  process.stdout.write(
    `${isMet ? 'ok  ' : 'MISS'} ${name}: ${measured.toFixed(2)} ${unit}, bar ${bar} ${unit} (${(measured / bar).toFixed(2)} of it)\n`,
  );
  return isMet;
}
