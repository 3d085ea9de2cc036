import { describe, expect, it } from 'vitest';
import { createProgress, durationText, progressLine, statusText } from './progress';
import { recordingSink, runWith } from './testing/fixtures';
import { createVirtualClock } from './testing/virtual-clock';

const HALF = runWith({ done: 10, failed: 2, pending: 10, sent: 2 }, { etaSeconds: 96 });

describe('progressLine', () => {
  it('shows done, failed, rate and what is left', () => {
    expect(progressLine(HALF, 120)).toBe(
      '[############------------] 12/24  10 done, 2 failed  3.3/s  ETA 1:36',
    );
  });

  it('never fills the last column', () => {
    expect(progressLine(HALF, 40)).toHaveLength(39);
  });

  it('says why nothing moves, and a slow rate by the minute', () => {
    const run = runWith(
      { pending: 1 },
      {
        ratePerSecond: 0.05,
        state: { kind: 'waiting', until: 9, reason: 'waiting for quota until 14:05 (3 keys)' },
      },
    );
    expect(statusText(run)).toBe('0/1  0 done, 0 failed  3.0/min  waiting for quota until 14:05 (3 keys)');
  });

  it('stands an empty run', () => {
    expect(progressLine(runWith({}), 80)).toMatch(/^\[-{24}\] 0\/0/);
  });
});

describe('durationText', () => {
  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [754, '12:34'],
    [7500, '2:05:00'],
  ])('%d s is %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
});

describe('on a terminal', () => {
  it('repaints one line, and puts notes above it', () => {
    const err = recordingSink(true);
    const progress = createProgress(err, createVirtualClock());
    progress.update(HALF);
    progress.note('Careful.');
    progress.end();
    const line = progressLine(HALF, 80);
    expect(err.text).toBe(`\r\u001b[2K${line}\r\u001b[2KCareful.\n${line}\n`);
  });
});

describe('in a file or a pipe', () => {
  it('writes a plain line every ten seconds, and none after its end', () => {
    const err = recordingSink();
    const clock = createVirtualClock();
    const progress = createProgress(err, clock);
    progress.update(HALF);
    clock.advance(9999);
    expect(err.text).toBe('');
    clock.advance(1);
    expect(err.text).toBe(`${statusText(HALF)}\n`);
    for (let second = 0; second < 10; second += 1) {
      progress.update(HALF);
      clock.advance(1000);
    }
    expect(err.text.split('\n')).toHaveLength(3);
    progress.end();
    expect(clock.waiting).toBe(0);
  });
});
