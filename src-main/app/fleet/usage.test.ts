import type { KeyUsage } from '@shared/model/usage';
import { describe, expect, it } from 'vitest';
import { createUsage } from './usage';

/** Noon of the day after clocks were put back there. */
const NOW = Date.UTC(2026, 9, 26, 11);
const HOUR = 3_600_000;

const used = (part: Partial<KeyUsage>): KeyUsage => ({
  endpointId: 'relay',
  keyId: 'k1',
  model: 'm',
  requests: 1,
  costUsd: 0,
  maybeUsd: 0,
  ...part,
});

function scene(byDay: readonly (readonly KeyUsage[])[]) {
  const asked: (readonly [number, number])[] = [];
  const usage = createUsage({
    store: {
      usedBetween: async (from, to) => {
        asked.push([from, to]);
        return byDay[asked.length - 1] ?? [];
      },
    },
    clock: { wallNow: () => NOW },
    timeZone: 'Europe/Berlin',
  });
  return { usage, asked };
}

describe('what the fleet was used for', () => {
  it('is read a calendar day at a time, the newest first, however long that was', async () => {
    const { usage, asked } = scene([]);
    const { days, keys } = await usage(3);
    const today = NOW - 12 * HOUR;
    expect(days.map(({ startsAt }) => startsAt)).toEqual([today - 49 * HOUR, today - 25 * HOUR, today]);
    expect(asked.map(([from]) => from)).toEqual([today, today - 25 * HOUR, today - 49 * HOUR]);
    expect(asked.slice(1).map(([, to]) => to)).toEqual([today, today - 25 * HOUR]);
    expect(asked[0]?.[1]).toBeGreaterThan(NOW + 24 * HOUR);
    expect(keys).toEqual([]);
  });

  it('is added up by endpoint for each day, and by key and model over all of them, the dearest first', async () => {
    const { usage } = scene([
      [used({ requests: 2, costUsd: 1 }), used({ keyId: null, endpointId: 'local', requests: 9 })],
      [used({ requests: 3, costUsd: 0.5, maybeUsd: 0.25 }), used({ model: 'other', costUsd: 4 })],
    ]);
    const { days, keys } = await usage(2);
    expect(days.map(({ endpoints }) => endpoints)).toEqual([
      [{ endpointId: 'relay', requests: 4, costUsd: 4.5, maybeUsd: 0.25 }],
      [
        { endpointId: 'relay', requests: 2, costUsd: 1, maybeUsd: 0 },
        { endpointId: 'local', requests: 9, costUsd: 0, maybeUsd: 0 },
      ],
    ]);
    expect(keys).toEqual([
      used({ model: 'other', costUsd: 4 }),
      used({ requests: 5, costUsd: 1.5, maybeUsd: 0.25 }),
      used({ keyId: null, endpointId: 'local', requests: 9 }),
    ]);
  });
});
