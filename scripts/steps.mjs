/** Runs the project's checks one after another, counts what they found, and ends in one line. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rootDir } from './bootstrap.mjs';

const reports = join(rootDir, 'test-results');
const bin = (name) => join(rootDir, 'node_modules', '.bin', name);
const script = (name) => [process.execPath, join(rootDir, 'scripts', name)];

export const FORMAT = { name: 'format', command: [bin('biome'), 'format', '.'] };
export const LINT = { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] };
export const TYPES = { name: 'types', command: [bin('tsc'), '-b'] };
export const MEASURE = { name: 'measures', command: script('measure.mjs') };
export const BUILD = { name: 'build', command: script('build.mjs') };
export const RUNTIME = {
  name: 'Electron for tests',
  command: [process.execPath, join(rootDir, 'e2e', 'runtime', 'electron-runtime.mjs')],
};
export const UNIT = {
  name: 'unit tests',
  report: join(reports, 'unit.json'),
  command: [
    bin('vitest'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${join(reports, 'unit.json')}`,
  ],
  count: ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests }),
};
/** Without the tests that start and kill whole processes. */
export const UNIT_QUICK = {
  ...UNIT,
  command: [...UNIT.command, '--project', 'main', '--project', 'renderer*'],
};
export const E2E = {
  name: 'e2e',
  report: join(reports, 'e2e.json'),
  command: [...display(process.platform, process.env), bin('playwright'), 'test'],
  count: ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected }),
  // Without these two it would test an old build, or nothing.
  needs: ['build', 'Electron for tests'],
};

/** Without a screen, Xvfb is one. */
export function display(platform, env) {
  return platform === 'linux' && !env.DISPLAY ? ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24'] : [];
}

/** Every step runs, also after a failed one, unless it needs that one. Answers the exit code. */
export function runSteps(steps, { run = runStep, print = printLine } = {}) {
  const total = { passed: 0, failed: 0 };
  const failed = new Set();
  for (const step of steps) {
    print(`\n== ${step.name}`);
    const startedAt = Date.now();
    const missing = step.needs?.find((name) => failed.has(name));
    const counts = missing === undefined ? run(step) : { passed: 0, failed: 1 };
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (counts.failed > 0) {
      failed.add(step.name);
    }
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    const outcome =
      missing === undefined ? summary(step, counts) : `FAILED: not run, because ${missing} failed`;
    print(`== ${step.name}: ${outcome} (${seconds} s)`);
  }
  print(failed.size > 0 ? `\nFailed: ${[...failed].join(', ')}.` : '');
  print(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

function summary(step, { passed, failed }) {
  const verdict = failed === 0 ? 'ok' : 'FAILED';
  return step.count === undefined ? verdict : `${verdict}, ${passed} passed, ${failed} failed`;
}

function runStep(step) {
  if (step.report !== undefined) {
    mkdirSync(dirname(step.report), { recursive: true });
    // A report of an earlier run must not be counted for this one.
    rmSync(step.report, { force: true });
  }
  const [command, ...args] = step.command;
  const ended = spawnSync(command, args, {
    cwd: rootDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (ended.error !== undefined) {
    printLine(`${command} could not be started: ${ended.error.message}`);
  }
  return countOf(step, ended.status === 0);
}

/**
 * The exit code decides: a worker that failed to start is missing from a report's counts. A run without any test is
 * a failure.
 */
export function countOf(step, isOk) {
  if (step.count === undefined) {
    return isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  }
  const report = readReport(step);
  const ran = report.passed + report.failed > 0;
  return isOk && ran ? report : { passed: report.passed, failed: Math.max(1, report.failed) };
}

/** A run that was killed may leave no report, or half of one. */
function readReport(step) {
  if (!existsSync(step.report)) {
    return { passed: 0, failed: 0 };
  }
  try {
    return step.count(JSON.parse(readFileSync(step.report, 'utf8')));
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function printLine(line) {
  process.stdout.write(`${line}\n`);
}
