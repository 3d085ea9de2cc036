/** How keys stand in text that people paste or pipe in. Pure. */

/** Shorter ones are words, and the dummy keys of a relay that asks for none. */
const SHORTEST_KEY = 16;

const NAMED = /^(?:export\s+)?([A-Za-z_][\w .-]{0,118}?)\s*(?:=|:(?!\/\/))\s*(\S.*)$/;

/** A name is shown wherever its key is hidden: half of a key with a colon in it must not become one. */
const LIKE_A_SECRET =
  /^(?:(?:sk-|AIza|AQ\.|gsk_|xai-).{13}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$)|(?=[A-Za-z]*\d)[A-Za-z\d]{20}/i;

/** `NAME=key` or `name: key`; null for a line that is neither. */
export function namedKey(line: string): { readonly label: string; readonly rest: string } | null {
  const [, label, rest] = NAMED.exec(line) ?? [];
  return label === undefined || rest === undefined || LIKE_A_SECRET.test(label) ? null : { label, rest };
}

/** A word or an address, as they come along with keys by a slip of the hand. */
export function isUnlikeKey(text: string): boolean {
  return text.length < SHORTEST_KEY || text.includes('://');
}
