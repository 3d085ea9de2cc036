/** What the measures find, how long they take, and how exactly answers are laid on their sources; exit code 1 below the bars. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figuresOf, quantile } from './figures';
import { judgeCases, judgeDuplicates, judgeSizes, registrationErrors } from './judge-cases';
import { standardised } from './labelled-set';

const IMAGES = join('resources', 'sample', 'images');
/** Of each kind, precision and recall. */
const BAR = 0.95;
/** Of all corners, pixels. */
const REGISTRATION_BAR = 0.5;

/** `--samples 4`: only every so many-th picture, for a quick look. */
const asked = process.argv.indexOf('--samples');
const names = (await readdir(IMAGES)).toSorted();
const wanted = asked < 0 ? names.length : Number(process.argv[asked + 1]);
const chosen = names.filter((_, at) => at % Math.ceil(names.length / wanted) === 0);
const samples = await Promise.all(
  chosen.map(async (name) => standardised({ name, bytes: await readFile(join(IMAGES, name)) })),
);

const { verdicts, took, cpuMs } = await judgeCases(samples);
const duplicates = await judgeDuplicates(samples);
const sizes = await judgeSizes(samples);
const errors = await registrationErrors(samples);

const figures = figuresOf([...verdicts, ...duplicates, ...sizes]);
const all = verdicts.length + duplicates.length + sizes.length;
process.stdout.write(`${all} labelled results of ${samples.length} pictures\n`);
process.stdout.write('kind          cases  precision  recall\n');
for (const { kind, cases, precision, recall, wrong } of figures) {
  const line = [
    kind.padEnd(12),
    String(cases).padStart(6),
    precision.toFixed(3).padStart(10),
    recall.toFixed(3).padStart(7),
  ];
  process.stdout.write(`${line.join(' ')}\n`);
  wrong.forEach((name) => process.stdout.write(`    ${name}\n`));
}
const median = quantile(took, 0.5).toFixed(0);
process.stdout.write(
  `ms per picture of up to 1024 x 1024, with its source: median ${median}, 95th percentile ${quantile(took, 0.95).toFixed(0)}; processor time on average ${(cpuMs / took.length).toFixed(0)}\n`,
);
const worst = quantile(errors, 0.95);
process.stdout.write(
  `registration error of corners, pixels: median ${quantile(errors, 0.5).toFixed(3)}, 95th percentile ${worst.toFixed(3)}, most ${Math.max(...errors).toFixed(3)}\n`,
);
const missed = figures.filter(({ precision, recall }) => precision < BAR || recall < BAR);
if (missed.length > 0 || worst > REGISTRATION_BAR) {
  process.stdout.write(
    `below the bars (${BAR} each; ${REGISTRATION_BAR} px): ${[...missed.map(({ kind }) => kind), ...(worst > REGISTRATION_BAR ? ['registration'] : [])].join(', ')}\n`,
  );
  process.exitCode = 1;
}
