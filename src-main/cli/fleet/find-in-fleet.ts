/** Names and beginnings of ids -> keys and endpoints. Pure; what is not found, or not alone, throws a Refusal. */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo } from '@shared/model/endpoint';
import { Refusal } from '../../refusal';

/** Every key once, however many endpoints it serves. Equal tails and labels do not make keys the same. */
export function keysOf(views: readonly EndpointView[]): readonly KeyInfo[] {
  return [...new Map(views.flatMap((view) => view.keys).map((key) => [key.id, key] as const)).values()];
}

/** In the order of `words`, each key once. */
export function findKeys(keys: readonly KeyInfo[], words: readonly string[]): readonly KeyInfo[] {
  return [...new Set(words.map((word) => findKey(keys, word)))];
}

function findKey(keys: readonly KeyInfo[], word: string): KeyInfo {
  const exact = keys.filter(({ id }) => id === word);
  const named = keys.filter(({ id, label }) => label === word || id.startsWith(word));
  const found = exact.length > 0 ? exact : named;
  const [only] = found;
  if (only === undefined) {
    throw new Refusal(
      'NOT_FOUND',
      `No key has an id that begins with "${word}", or that label: brushfleet keys list shows them all.`,
    );
  }
  if (found.length > 1) {
    throw new Refusal(
      'BAD_INPUT',
      `"${word}" means ${found.length} keys (${shown(found.map(({ id }) => id))}): give more of the id.`,
    );
  }
  return only;
}

export function findEndpoint(views: readonly EndpointView[], word: string): EndpointView {
  const named = views.filter(({ endpoint }) => endpoint.name === word);
  const alike = views.filter(({ endpoint }) => endpoint.name.toLowerCase() === word.toLowerCase());
  const found = [named, alike, byId(views, word, ({ endpoint }) => endpoint.id)].find(
    (some) => some.length > 0,
  );
  const [only] = found ?? [];
  if (found === undefined || only === undefined) {
    throw new Refusal('NOT_FOUND', `There is no endpoint "${word}"${thereAre(views)}`);
  }
  if (found.length > 1) {
    throw new Refusal(
      'BAD_INPUT',
      `"${word}" means ${found.length} endpoints: give the id in place of the name (${shown(found.map(({ endpoint }) => endpoint.id))}).`,
    );
  }
  return only;
}

/** The endpoint that keys are for; without a word the only one that takes keys. */
export function endpointForKeys(views: readonly EndpointView[], word: string | undefined): EndpointView {
  const takers = views.filter(({ endpoint }) => !endpoint.demo);
  if (word === undefined) {
    const [only] = takers;
    if (only === undefined || takers.length > 1) {
      throw new Refusal(
        'BAD_INPUT',
        `Say which endpoint the keys are for with --endpoint NAME${thereAre(takers)}`,
      );
    }
    return only;
  }
  const found = findEndpoint(views, word);
  if (found.endpoint.demo) {
    throw new Refusal('BAD_INPUT', `${found.endpoint.name} needs no key.`);
  }
  return found;
}

/** The shortest beginning, but of at least 8 characters, that tells each id from the others. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...ids].sort();
  return new Map(
    sorted.map((id, at) => {
      const apart = Math.max(common(id, sorted[at - 1]), common(id, sorted[at + 1])) + 1;
      return [id, id.slice(0, Math.max(8, apart))] as const;
    }),
  );
}

function byId<T>(items: readonly T[], word: string, idOf: (item: T) => string): readonly T[] {
  const exact = items.filter((item) => idOf(item) === word);
  return exact.length > 0 ? exact : items.filter((item) => idOf(item).startsWith(word));
}

function common(a: string, b: string | undefined): number {
  let at = 0;
  while (b !== undefined && at < a.length && a[at] === b[at]) {
    at += 1;
  }
  return at;
}

function thereAre(views: readonly EndpointView[]): string {
  return views.length === 0
    ? ': there is none yet; brushfleet endpoints add makes one.'
    : `: there ${views.length === 1 ? 'is' : 'are'} ${shown(views.map(({ endpoint }) => endpoint.name))}.`;
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${first} and ${names.length - 6} more` : first;
}
