import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOf, display, E2E, runSteps, UNIT } from './steps.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushfleet-steps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function withReport(step, text) {
  const report = join(folder, 'report.json');
  if (text !== null) {
    writeFileSync(report, text);
  }
  return { ...step, report };
}

describe('countOf', () => {
  const unit = (passed, failed) => JSON.stringify({ numPassedTests: passed, numFailedTests: failed });
  it('counts one for a step without tests', () => {
    expect(countOf({ name: 'lint' }, true)).toEqual({ passed: 1, failed: 0 });
    expect(countOf({ name: 'lint' }, false)).toEqual({ passed: 0, failed: 1 });
  });
  it('takes the counts of a report', () => {
    expect(countOf(withReport(UNIT, unit(5, 0)), true)).toEqual({ passed: 5, failed: 0 });
    expect(countOf(withReport(UNIT, unit(5, 2)), false)).toEqual({ passed: 5, failed: 2 });
    const e2e = JSON.stringify({ stats: { expected: 3, flaky: 1, unexpected: 2 } });
    expect(countOf(withReport(E2E, e2e), false)).toEqual({ passed: 4, failed: 2 });
  });
  it('counts a bad exit as a failure where no test failed', () => {
    expect(countOf(withReport(UNIT, unit(5, 0)), false)).toEqual({ passed: 5, failed: 1 });
  });
  it.each([
    ['no test at all', unit(0, 0)],
    ['no report', null],
    ['half a report', '{"numPassed'],
  ])('takes %s for a failure', (_what, text) => {
    expect(countOf(withReport(UNIT, text), true)).toEqual({ passed: 0, failed: 1 });
  });
});

describe('runSteps', () => {
  function runWith(outcomes, steps) {
    const lines = [];
    const ran = [];
    const run = (step) => {
      ran.push(step.name);
      return outcomes[step.name];
    };
    return { code: runSteps(steps, { run, print: (line) => lines.push(line) }), ran, last: lines.at(-1) };
  }
  const ok = { passed: 1, failed: 0 };
  const bad = { passed: 0, failed: 1 };

  it('runs every step, also after a failed one, and ends in one line', () => {
    const result = runWith({ a: bad, b: { passed: 7, failed: 0 } }, [{ name: 'a' }, { name: 'b' }]);
    expect(result).toEqual({ code: 1, ran: ['a', 'b'], last: '7 passed, 1 failed' });
  });
  it('ends with 0 when all went well', () => {
    expect(runWith({ a: ok, b: ok }, [{ name: 'a' }, { name: 'b' }])).toMatchObject({
      code: 0,
      last: '2 passed, 0 failed',
    });
  });
  it('does not run what needs a failed step, and counts it as failed', () => {
    const result = runWith({ build: bad, e2e: ok }, [{ name: 'build' }, { name: 'e2e', needs: ['build'] }]);
    expect(result).toEqual({ code: 1, ran: ['build'], last: '0 passed, 2 failed' });
  });
});

describe('display', () => {
  it('starts a screen of its own where there is none', () => {
    expect(display('linux', {})[0]).toBe('xvfb-run');
    expect(display('linux', { DISPLAY: ':1' })).toEqual([]);
    expect(display('darwin', {})).toEqual([]);
  });
});
