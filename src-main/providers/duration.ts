/** Spans of time as providers write them: `59s`, `1h52m56.4s`, "51.84 seconds". */

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const STEP =
  /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)/gi;

/** `59s`, `1h52m56.4s`, `6m0s`, `120ms`, `51.84 seconds` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  let total: number | undefined;
  for (const [, amount, unit] of text.matchAll(STEP)) {
    total = (total ?? 0) + Number(amount) * unitMs(unit ?? '');
  }
  return total === undefined ? undefined : Math.ceil(total);
}

function unitMs(unit: string): number {
  const word = unit.toLowerCase();
  return word === 'ms' || word.startsWith('milli') ? 1 : (UNIT_MS[word.charAt(0)] ?? 0);
}

/** A number without a unit, counted in `unit` milliseconds; undefined for anything else. */
export function bareNumber(value: string | null, unit: number): number | undefined {
  return value !== null && /^\d+(?:\.\d+)?$/.test(value.trim()) ? Math.ceil(Number(value) * unit) : undefined;
}

/**
 * Milliseconds from `serverNow` to a date as HTTP or ISO 8601 writes it, 0 when it is past; undefined for anything else
 * (`Date.parse` by itself takes "-1" and "7.5" for dates).
 */
export function untilDate(value: string, serverNow: number): number | undefined {
  const at = /\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - serverNow);
}
