import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testing/virtual-clock';
import { modelQuota, type Quota } from './fleet';
import { Gate } from './gate';

const clock = createVirtualClock();
const newQuota = (limits: Quota['limits'] = {}): Quota => ({
  gate: new Gate(clock),
  models: new Map(),
  limits,
  zone: 'UTC',
  keys: new Set(),
});

describe('models of a quota', () => {
  it('that nothing is known of are not remembered without end', () => {
    const quota = newQuota();
    for (let at = 0; at < 5000; at += 1) {
      modelQuota(quota, `no-such-model-${at}`, clock);
    }
    expect(quota.models.size).toBeLessThanOrEqual(200);
  });

  it('with a limit, set or learnt, or with something under way, are', () => {
    const quota = newQuota({ models: { limited: { requestsPerMinute: 5 } } });
    const limited = modelQuota(quota, 'limited', clock);
    const learnt = modelQuota(quota, 'learnt', clock);
    learnt.learned.remember(30);
    const busy = modelQuota(quota, 'busy', clock);
    busy.gate.reserve({ at: clock.now(), tokens: 10 });
    for (let at = 0; at < 1000; at += 1) {
      modelQuota(quota, `no-such-model-${at}`, clock);
    }
    expect(modelQuota(quota, 'limited', clock)).toBe(limited);
    expect(modelQuota(quota, 'learnt', clock)).toBe(learnt);
    expect(modelQuota(quota, 'busy', clock)).toBe(busy);
  });
});
