/** Runs the project's checks one after another, counts what they found, and ends in one line. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir, say } from './bootstrap.mjs';

const reports = join(rootDir, 'test-results');
const bin = (name) => join(rootDir, 'node_modules', '.bin', name);

export const FORMAT = { name: 'format', command: [bin('biome'), 'format', '.'] };
export const LINT = { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] };
export const TYPES = { name: 'types', command: [bin('tsc'), '-b'] };
export const MEASURE = { name: 'measures', command: [process.execPath, 'scripts/measure.mjs'] };
export const BUILD = { name: 'build', command: [bin('electron-vite'), 'build', '--logLevel', 'warn'] };
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
export const E2E = {
  name: 'e2e',
  report: join(reports, 'e2e.json'),
  command: [...display(), bin('playwright'), 'test'],
  count: ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected }),
};

/** Without a screen, Xvfb is one. */
function display() {
  return process.platform === 'linux' && process.env.DISPLAY === undefined
    ? ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24']
    : [];
}

/** Every step runs, also after a failed one. Answers the exit code. */
export function runSteps(steps) {
  const total = { passed: 0, failed: 0 };
  const failedSteps = [];
  for (const step of steps) {
    const counts = runStep(step);
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (counts.failed > 0) {
      failedSteps.push(step.name);
    }
  }
  if (failedSteps.length > 0) {
    say(`Failed: ${failedSteps.join(', ')}.`);
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

function runStep(step) {
  process.stdout.write(`\n== ${step.name}\n`);
  const startedAt = Date.now();
  if (step.report !== undefined) {
    rmSync(step.report, { force: true });
  }
  const [command, ...args] = step.command;
  const ended = spawnSync(command, args, { cwd: rootDir, stdio: ['ignore', 'inherit', 'inherit'] });
  const counts = countOf(step, ended.status === 0);
  process.stdout.write(
    `== ${step.name}: ${counts.failed === 0 ? 'ok' : 'FAILED'}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`,
  );
  return counts;
}

/** The exit code decides: a worker that failed to start is missing from a report's counts. */
export function countOf(step, isOk) {
  if (step.count === undefined) {
    return isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  }
  const report = existsSync(step.report)
    ? step.count(JSON.parse(readFileSync(step.report, 'utf8')))
    : { passed: 0, failed: 0 };
  const ran = report.passed + report.failed > 0;
  return isOk && ran ? report : { passed: report.passed, failed: Math.max(1, report.failed) };
}
