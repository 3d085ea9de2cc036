/** All simulations of the pool, one table each; the exit code is 1 when a bar is missed. */
import process from 'node:process';
import { exactnessFigures } from './exactness';
import type { Figure } from './figures';
import { hiddenLimitFigures } from './hidden-limits';
import { idleFigures } from './idle-cost';
import { leaseCostFigures } from './lease-cost';
import { outageFigures } from './outage';
import { recoveryFigures } from './recovery';
import { weightFigures } from './weights';

const TABLES: readonly (readonly [string, () => Promise<readonly Figure[]>])[] = [
  ['Limits that are set: 3 keys of 60 a minute, 8 s latency, uploads of 10 to 120 ms', exactnessFigures],
  ['Limits that nobody set: 3 keys, each allowed 60 a minute, 3,000 jobs, 64 in flight', hiddenLimitFigures],
  ['A provider that is gone for 60 s: 1,000 jobs, 64 in flight, the worst of 5', outageFigures],
  ['Weights', weightFigures],
  ['Keys that come back, and keys that do not', recoveryFigures],
  ['Cost of a decision: 100 endpoints x 10 keys with limits of every kind', leaseCostFigures],
  ['Cost of waiting', idleFigures],
];

let missed = 0;
for (const [title, measure] of TABLES) {
  const figures = await measure();
  missed += figures.filter(({ isMet }) => !isMet).length;
  print(title, figures);
}
process.stdout.write(missed === 0 ? '\nEvery bar is met.\n' : `\n${missed} missed.\n`);
process.exitCode = missed === 0 ? 0 : 1;

function print(title: string, figures: readonly Figure[]): void {
  const nameWidth = Math.max(...figures.map(({ name }) => name.length));
  const valueWidth = Math.max(...figures.map(({ value }) => value.length));
  const lines = figures.map(({ name, value, bar, isMet }) =>
    `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${bar}${isMet ? '' : '  MISSED'}`.trimEnd(),
  );
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}
