import { describe, expect, it } from 'vitest';
import { judge } from './bars.mjs';

/** All bars met with room to spare, but for what a test changes. */
function judged(changes) {
  const cpu = (cpuMs) => [{ cpuMs, rate: 1000 }];
  const { floor = 79.5, rate = 79, disk = 900 } = changes;
  const lines = [];
  const isGood = judge({
    measured: {
      sdk: cpu(0.1),
      sha256: cpu(0.6),
      plain: cpu(6),
      write: [{ cpuMs: 1, rate: disk }],
      'floor 16': [{ rate: floor, cpuMs: 2 }],
      'path 16': [{ rate: 79, cpuMs: 2 }],
      'whole 16': [
        { rate, wholeRate: rate, cpuMs: 4, delayMs: 2, peakRssMb: 200, wrong: [], providerCpuMs: 0.2 },
      ],
    },
    foreign: [0],
    latencyMs: 200,
    isCompiled: true,
    inFlights: [16],
    print: (line) => lines.push(line),
  });
  const shares = lines.filter((line) => line.startsWith('share of')).map((line) => line.replace(/\s+/g, ' '));
  return { isGood, shares };
}

describe('the bars of the transport', () => {
  it('judge the share of the ideal and of the floor where the floor reaches the bar of the ideal', () => {
    expect(judged({})).toEqual({
      isGood: true,
      shares: ['share of the ideal rate 0.988 >= 0.97', 'share of receive and drop 0.994 >= 0.97'],
    });
    expect(judged({ rate: 77.5 })).toEqual({
      isGood: false,
      shares: ['share of the ideal rate 0.969 >= 0.97 MISSED', 'share of receive and drop 0.975 >= 0.97'],
    });
  });

  it('tell the share of the ideal and judge that of the floor where the machine cannot reach the ideal', () => {
    expect(judged({ floor: 74, rate: 73 })).toEqual({
      isGood: true,
      shares: [
        'share of the ideal rate 0.912 not judged: receive and drop itself gets 0.925, below 0.97',
        'share of receive and drop 0.986 >= 0.97',
      ],
    });
    expect(judged({ floor: 74, rate: 70 }).isGood).toBe(false);
  });

  it('judge by the disk where it takes less than arrives', () => {
    expect(judged({ floor: 74, rate: 49.5, disk: 50 })).toEqual({
      isGood: true,
      shares: [
        'share of the ideal rate 0.619 not judged: the disk alone gets 0.625, below 0.97',
        'share of what the disk takes 0.990 (0.669 of the floor) >= 0.97',
      ],
    });
  });
});
