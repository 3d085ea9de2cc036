/** Keys that slipped into a command line: they are refused unread, and never repeated. */

/** How the keys of the common providers begin; a name or an id never looks so. */
const SHAPES = /(^|[=,:\s"'])(sk-[\w-]{8,}|AIza[\w-]{16,}|AQ\.[\w-]{16,}|gsk_\w{16,}|xai-[\w-]{16,})/;

export function looksLikeKey(word: string): boolean {
  return SHAPES.test(word);
}

export const KEY_IN_ARGUMENTS =
  'Keys are never taken from the command line: other programs can read it. Pipe them in (brushfleet keys add --endpoint NAME < keys.txt), or start without any and be asked.';
