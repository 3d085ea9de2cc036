/** Names that strangers' data may give to files of ours. Refused, never silently repaired: one name, one file. */

export type CheckedName =
  | { readonly kind: 'ok'; readonly name: string }
  | { readonly kind: 'refused'; readonly sentence: string };

const MAX_SEGMENT_BYTES = 255;
const LONGEST_EXTENSION = '.webp';

/** Reserved on Windows with any ending: a file `con.png` cannot be opened there. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const IMAGE_ENDING = /\.(?:png|jpe?g|webp)$/i;
/** Tables of the output folder, and the ending of images: a folder of that name would stand in a file's way. */
const TAKEN_BY_FILES = /^results\.(?:csv|jsonl)$|\.(?:png|jpe?g|webp|gif|avif)$/i;

/**
 * A path below the output folder, without extension: `a/b.png` becomes `a/b`. Refused is whatever leaves the folder or
 * cannot exist on every platform, so that a run can be carried from one machine to another. `suffix` is what will be
 * added to the name before its extension.
 */
export function checkOutputName(given: string, suffix = ''): CheckedName {
  const name = given.replace(IMAGE_ENDING, '');
  const reason = wholeReason(name) ?? firstReason(name.split('/')) ?? lengthReason(name + suffix);
  return reason === null ? { kind: 'ok', name } : { kind: 'refused', sentence: refusal(given, reason) };
}

function refusal(given: string, reason: string): string {
  return `The output name ${JSON.stringify(given.slice(0, 80))} ${reason}; change it in its column.`;
}

function lengthReason(stem: string): string | null {
  const isTooLong = `${stem}${LONGEST_EXTENSION}`
    .split('/')
    .some((part) => Buffer.byteLength(part) > MAX_SEGMENT_BYTES);
  return isTooLong ? 'has a part longer than 255 bytes' : null;
}

function wholeReason(name: string): string | null {
  if (name.startsWith('/')) return 'is an absolute path';
  if (/^[a-z]:/i.test(name)) return 'names a drive';
  return name.includes('\\') ? 'contains a backslash' : null;
}

function firstReason(segments: readonly string[]): string | null {
  for (const [position, segment] of segments.entries()) {
    const reason = segmentReason(segment, position === segments.length - 1);
    if (reason !== null) return reason;
  }
  return null;
}

function segmentReason(segment: string, isLast: boolean): string | null {
  if (segment === '') return 'has an empty part';
  if (segment === '.' || segment === '..') return 'contains "." or ".." as a part';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(segment)) return 'contains a control character';
  if (/\p{Surrogate}/u.test(segment)) return 'contains half a character';
  if (/[<>:"|?*]/.test(segment)) return 'contains one of < > : " | ? *';
  if (/[. ]$/.test(segment)) return 'has a part that ends with a dot or a space';
  if (DEVICE.test(segment)) return 'is reserved by Windows';
  if (!isLast && TAKEN_BY_FILES.test(segment)) return 'has a folder that is named like a file';
  return null;
}
