/** `brushfleet keys usage`: what was sent and what it cost, by day, and by key and model. */
import { addUsed, type KeyUsage, UNUSED } from '@shared/model/usage';
import { keysOf } from './find-in-fleet';
import { type FleetNames, namesOf } from './fleet-json';
import { type FleetWork, say, sayJson } from './fleet-work';
import { dayName, keyName } from './key-words';
import { textTable } from './text-table';

const HEAD = ['KEY', 'ENDPOINT', 'MODEL', 'REQUESTS', 'COST', 'POSSIBLY CHARGED'];
const NUMBERS = ['REQUESTS', 'COST'];

export async function tellUsage(work: FleetWork, days: number): Promise<number> {
  const { fleet, json } = work;
  const usage = await fleet.usage(days);
  const views = fleet.endpoints();
  const names = namesOf(views, fleet.groups());
  const keys = new Map(keysOf(views).map((key) => [key.id, key]));
  if (json) {
    return sayJson(work, {
      days: usage.days.map(({ startsAt, endpoints }) => ({
        day: dayName(startsAt),
        endpoints: endpoints.map((one) => ({ endpoint: endpointName(one, names), ...usedJson(one) })),
      })),
      keys: usage.keys.map((one) => ({
        id: one.keyId,
        label: keys.get(one.keyId ?? '')?.label ?? null,
        endpoint: endpointName(one, names),
        model: one.model,
        ...usedJson(one),
      })),
    });
  }
  const sum = usage.keys.reduce<typeof UNUSED>(addUsed, UNUSED);
  if (sum.requests === 0) {
    return say(work, `Nothing was sent in the last ${days === 1 ? 'day' : `${days} days`}.`);
  }
  const rows = usage.keys.map((one) => [
    whose(one, keys),
    endpointName(one, names),
    one.model,
    ...figures(one),
  ]);
  return say(work, textTable(HEAD, [...rows, ['all', '', '', ...figures(sum)]], NUMBERS));
}

function whose({ keyId }: KeyUsage, keys: ReadonlyMap<string, Parameters<typeof keyName>[0]>): string {
  const known = keys.get(keyId ?? '');
  if (known !== undefined) {
    return keyName(known);
  }
  // It was removed, or is of a command's environment.
  return keyId === null ? '-' : 'not in the library';
}

function endpointName({ endpointId }: Pick<KeyUsage, 'endpointId'>, names: FleetNames): string {
  return names.endpoints.get(endpointId) ?? 'not in the library';
}

function figures({ requests, costUsd, maybeUsd }: Pick<KeyUsage, 'requests' | 'costUsd' | 'maybeUsd'>) {
  return [String(requests), usd(costUsd), maybeUsd > 0 ? usd(maybeUsd) : '-'];
}

const usd = (value: number): string => `$${value.toFixed(2)}`;

function usedJson({ requests, costUsd, maybeUsd }: Pick<KeyUsage, 'requests' | 'costUsd' | 'maybeUsd'>) {
  return { requests, cost: costUsd, possibly_charged: maybeUsd };
}
