import type { Usage } from '@shared/model/usage';
import { expect, it } from 'vitest';
import { recordingSink } from '../testing/fixtures';
import type { CliFleet } from './fleet-port';
import { tellUsage } from './usage-command';

const PART = { requests: 0, costUsd: 0, maybeUsd: 0 };
const USAGE: Usage = {
  days: [
    { startsAt: new Date(2026, 10, 22).getTime(), endpoints: [] },
    {
      startsAt: new Date(2026, 10, 23).getTime(),
      endpoints: [{ ...PART, endpointId: 'relay', requests: 1203, costUsd: 46.8, maybeUsd: 0.5 }],
    },
  ],
  keys: [
    { ...PART, endpointId: 'relay', keyId: 'k1', model: 'm-1', requests: 1200, costUsd: 46.8, maybeUsd: 0.5 },
    { ...PART, endpointId: 'relay', keyId: 'gone', model: 'm-1', requests: 2 },
    { ...PART, endpointId: 'gone', keyId: null, model: 'm-2', requests: 1 },
  ],
};

async function told(usage: Usage, json = false) {
  const asked: number[] = [];
  const key = { id: 'k1', label: 'studio', tail: 'a1b2', endpointIds: ['relay'] };
  const fleet = {
    usage: async (days: number) => {
      asked.push(days);
      return usage;
    },
    endpoints: () => [{ endpoint: { id: 'relay', name: 'Relay' }, keys: [key] }],
    groups: () => [],
  } as unknown as CliFleet;
  const [out, err] = [recordingSink(), recordingSink()];
  const work = { fleet, json, streams: { out, err }, wallNow: 0 } as unknown as Parameters<
    typeof tellUsage
  >[0];
  expect(await tellUsage(work, 7)).toBe(0);
  expect(asked).toEqual([7]);
  return out.text;
}

it('tells what each key was used for, and all of them', async () => {
  expect(await told(USAGE)).toBe(
    [
      'KEY                 ENDPOINT            MODEL  REQUESTS    COST  POSSIBLY CHARGED',
      '…a1b2 studio        Relay               m-1        1200  $46.80  $0.50',
      'not in the library  Relay               m-1           2   $0.00  -',
      '-                   not in the library  m-2           1   $0.00  -',
      'all                                                1203  $46.80  $0.50',
      '',
    ].join('\n'),
  );
  expect(await told({ days: [], keys: [] })).toBe('Nothing was sent in the last 7 days.\n');
});

it('tells programs each day too', async () => {
  const { days, keys } = JSON.parse(await told(USAGE, true)) as { days: unknown[]; keys: unknown[] };
  expect(days).toEqual([
    { day: '2026-11-22', endpoints: [] },
    {
      day: '2026-11-23',
      endpoints: [{ endpoint: 'Relay', requests: 1203, cost: 46.8, possibly_charged: 0.5 }],
    },
  ]);
  expect(keys[0]).toEqual({
    id: 'k1',
    label: 'studio',
    endpoint: 'Relay',
    model: 'm-1',
    requests: 1200,
    cost: 46.8,
    possibly_charged: 0.5,
  });
  expect(keys[2]).toMatchObject({ id: null, label: null, endpoint: 'not in the library' });
});
