/** Which keys the table shows: by what was typed and by standing. Pure. */
import type { KeyInfo, QuotaGroup } from '@shared/model/endpoint';
import { KEY_STANDINGS, keyStanding, standingWords } from './endpoint-words';
import type { KeyStanding } from './endpoint-words';

export interface KeyFilter {
  readonly query: string;
  /** Null: all. */
  readonly standing: KeyStanding | null;
}

export const ALL_KEYS: KeyFilter = { query: '', standing: null };

export function filterKeys(
  keys: readonly KeyInfo[],
  { query, standing }: KeyFilter,
  groups: readonly QuotaGroup[],
  isLocked: boolean,
): readonly KeyInfo[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const names = new Map(groups.map((group) => [group.id, group.name]));
  return keys.filter((key) => {
    if (standing !== null && keyStanding(key) !== standing) {
      return false;
    }
    const { word: standingWord } = standingWords(keyStanding(key), isLocked);
    const text = textOf(key, standingWord, names.get(key.groupId ?? '') ?? '');
    return words.every((word) => text.includes(word));
  });
}

function textOf(key: KeyInfo, standingWord: string, group: string): string {
  return [key.label, key.tail, standingWord, group, key.tier ?? '', key.account ?? '']
    .join(' ')
    .toLowerCase();
}

/** The standings that occur, in the order of the table of words. */
export function standingCounts(keys: readonly KeyInfo[]): readonly (readonly [KeyStanding, number])[] {
  const counts = new Map<KeyStanding, number>();
  for (const key of keys) {
    const standing = keyStanding(key);
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  const order = Object.keys(KEY_STANDINGS) as KeyStanding[];
  return order.flatMap((standing) => {
    const count = counts.get(standing);
    return count === undefined ? [] : [[standing, count] as const];
  });
}
