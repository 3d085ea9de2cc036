/** Runs the stages one after the other and prints what each found beside its bar; the exit code is 1 when one is missed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { startMockProvider } from '../loopback/start-mock-provider.mjs';
import { type Figure, note, percent } from '../pool/figures';
import { stolenMs } from '../throughput/process-figures.mjs';
import { type Scene, writeCsv } from './scene';

const TITLES: Readonly<Record<string, string>> = {
  import: 'Import',
  run: 'Run: planned while it sends, 64 in flight, 200 ms latency',
  history: 'A history: most rows done, some failed',
  pages: 'Pages of the results table, 100 rows each',
  journal: 'Journal',
  resume: 'Resume',
  killed: 'Resume after its process was killed',
  tables: 'results.csv and results.jsonl',
};

type Provider = Awaited<ReturnType<typeof startMockProvider>>;

export interface Given {
  readonly rootDir: string;
  /** The built entry of a stage. */
  readonly stageFile: string;
  /** Handed in: its own process is found beside its source. */
  readonly startMockProvider: typeof startMockProvider;
}

export async function measureAll(given: Given): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      only: { type: 'string', default: Object.keys(TITLES).join(',') },
      keep: { type: 'boolean', default: false },
      folder: { type: 'string' },
    },
  });
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'brushfleet-scale-'));
  const provider = await given.startMockProvider({ latencyMs: 200, pngBytes: 2_000 });
  const scene = { folder, rootDir: given.rootDir, rows: Number(values.rows), url: provider.url };
  let missed = 0;
  try {
    if (values.folder === undefined) {
      await writeCsv(scene);
    }
    for (const name of values.only.split(',')) {
      missed += await measure({ name, scene, provider, stageFile: given.stageFile });
    }
  } finally {
    await provider.close();
    if (values.keep) {
      process.stdout.write(`\nKept: ${folder}\n`);
    } else {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(missed === 0 ? '\nEvery bar is met.\n' : `\n${missed} missed.\n`);
  process.exitCode = missed === 0 ? 0 : 1;
}

interface Measured {
  readonly name: string;
  readonly scene: Scene;
  readonly provider: Provider;
  readonly stageFile: string;
}

async function measure({ name, scene, provider, stageFile }: Measured): Promise<number> {
  provider.reset();
  const child = fork(stageFile, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let figures: readonly Figure[] = [];
  const startedAt = performance.now();
  const stolenBefore = stolenMs();
  child.on('message', (message: { figures?: readonly Figure[]; question?: string }) => {
    figures = message.figures ?? figures;
    if (message.question !== undefined) {
      void firstRequestAt(provider).then((answer) => child.send({ answer }));
    }
  });
  child.send({ name, scene });
  const [code] = await once(child, 'exit');
  const stolen = (stolenMs() - stolenBefore) / (performance.now() - startedAt) / cpus().length;
  print(TITLES[name] ?? name, [
    ...figures,
    note('CPU that the host kept from this machine', percent(stolen)),
  ]);
  if (code !== 0) {
    process.stdout.write(`  ended with exit code ${code}\n`);
  }
  return figures.filter(({ isMet }) => !isMet).length + (code === 0 ? 0 : 1);
}

async function firstRequestAt(provider: Provider): Promise<number> {
  for (;;) {
    const { firstRequestAt: at } = await provider.stats();
    if (at !== null) {
      return at;
    }
    await sleep(20);
  }
}

function print(title: string, figures: readonly Figure[]): void {
  const nameWidth = Math.max(...figures.map(({ name }) => name.length));
  const valueWidth = Math.max(...figures.map(({ value }) => value.length));
  const lines = figures.map(({ name, value, bar, isMet }) =>
    `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${bar}${isMet ? '' : '  MISSED'}`.trimEnd(),
  );
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}
