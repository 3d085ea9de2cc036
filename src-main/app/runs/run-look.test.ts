import { expect, it } from 'vitest';
import type { StoredRun } from '../../store/store';
import { createRunLook } from './run-look';

const stored = (place: number) =>
  ({
    id: 3,
    place,
    options: {},
    counts: { pending: 0, leased: 0, sent: 0 },
    failures: {},
    requests: 0,
  }) as StoredRun;

it('numbers what it sees in the order in which the store was asked, whoever is answered first', async () => {
  const asked: ((run: StoredRun) => void)[] = [];
  const look = createRunLook({
    store: {
      run: async () => new Promise<StoredRun>((resolve) => asked.push(resolve)),
      runAt: async () => null,
      runs: async () => [],
    },
    active: new Map(),
    preparing: { has: () => false },
    states: { of: () => ({ kind: 'planned' }) },
  });
  const before = look.view(stored(1));
  const after = look.view(stored(1));
  asked[1]?.(stored(0));
  const second = await after;
  asked[0]?.(stored(1));
  const first = await before;
  expect([first.place, second.place]).toEqual([1, 0]);
  expect(second.look).toBeGreaterThan(first.look);
});
