/** What a library in use has spent: weekdays are busy, weekends are not, and what was lost was possibly charged. */
import { addUsed, type KeyUsage, type Usage, UNUSED } from '@shared/model/usage';
import type { EndpointView } from '@shared/contract';

const DAY_MS = 86_400_000;
const MODEL = 'gemini-nano-banana-2.1';
const PRICE_USD = 0.039;

export function fakeUsage(views: readonly EndpointView[], now: number, count: number): Usage {
  const startsAt = (ago: number) => new Date(now - ago * DAY_MS).setHours(0, 0, 0, 0);
  const sums = new Map<string, KeyUsage>();
  const days = Array.from({ length: count }, (_, at) => {
    const start = startsAt(count - 1 - at);
    const endpoints = views.flatMap(({ endpoint, keys }) => {
      const used = keys
        .filter((key) => key.state.status !== 'FAILED_INIT')
        .map((key, place) => usedBy(key.id, { endpointId: endpoint.id, place, start }));
      for (const one of used) {
        const name = one.keyId ?? '';
        sums.set(name, { ...one, ...addUsed(sums.get(name) ?? UNUSED, one) });
      }
      return used.length === 0
        ? []
        : [{ endpointId: endpoint.id, ...used.reduce<typeof UNUSED>(addUsed, UNUSED) }];
    });
    return { startsAt: start, endpoints };
  });
  return { days, keys: [...sums.values()].sort((one, other) => other.costUsd - one.costUsd) };
}

interface Where {
  readonly endpointId: string;
  readonly place: number;
  readonly start: number;
}

function usedBy(keyId: string, { endpointId, place, start }: Where): KeyUsage {
  const date = new Date(start);
  const isWeekend = date.getDay() % 6 === 0;
  const requests = Math.round((isWeekend ? 20 : 240 + 90 * Math.sin(date.getDate() / 2)) / (place + 1));
  const lost = date.getDate() % 9 === 4 ? Math.ceil(requests / 20) : 0;
  return {
    endpointId,
    keyId,
    model: MODEL,
    requests,
    costUsd: (requests - lost) * PRICE_USD,
    maybeUsd: lost * PRICE_USD,
  };
}
