/**
 * `npm run bench:review`: the real window on a library of 1,000 results nobody has looked at; a verdict a key, and how long
 * it takes until the next pair is on screen. Prints each figure beside its bar; 1 when one is missed.
 *
 * Options: --verdicts 1000 --app FOLDER (a built app; default: this one) --keep
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { bundle, rootDir } from '../bundle.mjs';
import { measureReview } from './window.mjs';

const { values: flags } = parseArgs({
  options: {
    verdicts: { type: 'string', default: '1000' },
    app: { type: 'string', default: process.cwd() },
    keep: { type: 'boolean', default: false },
  },
});
const verdicts = Number(flags.verdicts);
/** From the key to the next pair, milliseconds, 95 of 100. */
const BAR_MS = 50;

const outDir = await bundle('bench-review', { main: 'bench/review/main.ts' });
const { makeLibrary } = await import(pathToFileURL(join(outDir, 'main.js')).href);

const home = await mkdtemp(join(tmpdir(), 'brushfleet-review-'));
const libraryDir = join(home, 'library');
try {
  await makeLibrary({ libraryDir, results: verdicts + 1, photographs: await photographs() });
  report(await measureReview({ appDir: resolve(flags.app), libraryDir, home, verdicts }));
} finally {
  if (flags.keep) {
    console.log(`kept: ${home}`);
  } else {
    await rm(home, { recursive: true, force: true });
  }
}

async function photographs() {
  const folder = join(rootDir, 'resources', 'sample');
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).map((name) => join(folder, name));
}

function report({ took, longTasks }) {
  const p95 = quantile(took, 0.95);
  const isMet = p95 <= BAR_MS;
  console.log(`${took.length} verdicts; ${loadavg()[0]?.toFixed(1)} busy on ${availableParallelism()} cores`);
  console.log(
    `${isMet ? 'met   ' : 'MISSED'} verdict to next pair on screen, 95 of 100: ${p95.toFixed(1)} ms (bar <= ${BAR_MS} ms)`,
  );
  console.log(
    `       median ${quantile(took, 0.5).toFixed(1)} ms, 99 of 100 ${quantile(took, 0.99).toFixed(1)} ms, slowest ${quantile(took, 1).toFixed(1)} ms`,
  );
  console.log(`       tasks of the page over 50 ms: ${longTasks}`);
  process.exitCode = isMet ? 0 : 1;
}

function quantile(values, part) {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))] ?? 0;
}
