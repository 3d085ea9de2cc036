/**
 * `npm run bench:gallery`: a library of 100,000 results; how long searches with all their counts and pages anywhere in the
 * list take in the store, and how the real window scrolls through it. Prints each figure beside its bar; 1 when one is missed.
 *
 * Options: --results 100000 --only store,window --app FOLDER (a built app; default: this one) --keep
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { bundle } from '../bundle.mjs';
import { measureWindow } from './window.mjs';

const { values: flags } = parseArgs({
  options: {
    results: { type: 'string', default: '100000' },
    only: { type: 'string', default: 'store,window' },
    app: { type: 'string', default: process.cwd() },
    keep: { type: 'boolean', default: false },
  },
});
const stages = flags.only.split(',');
let missed = 0;

const outDir = await bundle('bench-gallery', {
  main: 'bench/gallery/main.ts',
  'store-worker': 'src-main/store/worker.ts',
});
const { makeLibrary, measureStore } = await import(pathToFileURL(join(outDir, 'main.js')).href);

const home = await mkdtemp(join(tmpdir(), 'brushfleet-gallery-'));
const libraryDir = join(home, 'library');
try {
  await makeLibrary(libraryDir, Number(flags.results));
  if (stages.includes('store')) {
    reportStore(await measureStore(libraryDir));
  }
  if (stages.includes('window')) {
    reportWindow(await measureWindow({ appDir: resolve(flags.app), libraryDir, home }));
  }
} finally {
  if (flags.keep) {
    console.log(`kept: ${home}`);
  } else {
    await rm(home, { recursive: true, force: true });
  }
}
process.exitCode = missed > 0 ? 1 : 0;

function reportStore({ results, indexMs, wordsMs, longestStepMs, searches, pages }) {
  console.log(
    `${results.toLocaleString('en')} pictures among ${Number(flags.results).toLocaleString('en')} results`,
  );
  tell('the first search, which reads the library into memory', `${ms(indexMs)}`);
  tell('words of all of them taken in', `${ms(wordsMs)}, the longest step ${ms(longestStepMs)}`);
  const search = quantile(searches, 0.95);
  bar('search with all counts, 95 of 100', ms(search), '<= 100 ms', search <= 100);
  tell('the machine meanwhile', `${loadavg()[0]?.toFixed(1)} busy on ${availableParallelism()} cores`);
  tell('the same, median and slowest', `${ms(quantile(searches, 0.5))}, ${ms(quantile(searches, 1))}`);
  const page = quantile(pages, 0.95);
  bar('200 tiles from anywhere, 95 of 100', ms(page), '<= 15 ms', page <= 15);
}

function reportWindow({ openMs, idle, scrolled, cpu, peaks }) {
  tell('from the tab to the first tiles', ms(openMs));
  const late = share(cpu, 16);
  bar('frames that need over 16 ms of processor time', percent(late), '<= 1%', late <= 0.01);
  tell('a frame needs, 95 of 100 and most', `${ms(quantile(cpu, 0.95))}, ${ms(quantile(cpu, 1))}`);
  const load = `${loadavg()[0]?.toFixed(1)} busy on ${availableParallelism()} cores, drawn without a graphics card`;
  tell(`beats missed while scrolling (${load})`, percent(share(scrolled.gaps, 25)));
  tell('beats missed while nothing moves', percent(share(idle.gaps, 25)));
  bar('memory of the window', `${Math.round(peaks.page)} MB`, '<= 600 MB', peaks.page <= 600);
  tell('memory of main and of drawing', `${Math.round(peaks.main)} MB, ${Math.round(peaks.gpu)} MB`);
}

function bar(what, value, aim, isMet) {
  missed += isMet ? 0 : 1;
  console.log(`${isMet ? 'met   ' : 'MISSED'} ${what}: ${value} (bar ${aim})`);
}

function tell(what, value) {
  console.log(`       ${what}: ${value}`);
}

function share(values, limit) {
  return values.filter((value) => value > limit).length / Math.max(1, values.length);
}

function quantile(values, part) {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))] ?? 0;
}

function ms(value) {
  return `${value.toFixed(1)} ms`;
}

function percent(value) {
  return `${(100 * value).toFixed(2)}%`;
}
