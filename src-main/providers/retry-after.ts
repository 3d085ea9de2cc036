/**
 * The wait a provider names. Sources: RFC 9110 `Retry-After`; OpenAI's `retry-after-ms` and `x-ratelimit-*` headers;
 * google.rpc.RetryInfo; and the sentences both write ("Please retry in 10.67s", "try again after 51.84 seconds").
 */
import { asCount, asObject, asText, objectsOf } from './loose-json';

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const STEP =
  /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)/gi;
const SENTENCE =
  /(?:try again|retry)\s*(?:in|after)?:?\s*((?:\d+(?:\.\d+)?\s*[a-z]+\s*,?\s*(?:and\s+)?){1,4})/i;
/** Bare numbers above this are points in time (seconds since 1970), not waits. */
const EPOCH_SECONDS = 1_000_000_000;

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

/** From the headers of an answer. `wallNow` counts where the answer has no `Date`. */
export function waitInHeaders(headers: Headers, wallNow: number): number | undefined {
  return (
    bareNumber(headers.get('retry-after-ms'), 1) ??
    retryAfter(headers.get('retry-after'), serverTime(headers, wallNow)) ??
    rateLimitReset(headers, wallNow)
  );
}

/** From google.rpc.RetryInfo among the details of an error. */
export function waitInDetails(details: readonly unknown[]): number | undefined {
  for (const detail of objectsOf(details)) {
    const delay = asText(detail.retryDelay) ?? protoSeconds(detail.retryDelay);
    const wait = delay === undefined ? undefined : parseDuration(delay);
    if (wait !== undefined) {
      return wait;
    }
  }
  return undefined;
}

/** Relays that re-encode the error write the Duration as `{"seconds": 30}`. */
function protoSeconds(delay: unknown): string | undefined {
  const seconds = asCount(Number(asObject(delay)?.seconds ?? Number.NaN));
  return seconds === undefined ? undefined : `${seconds}s`;
}

/** From a sentence; undefined when it names no wait. */
export function waitInText(text: string): number | undefined {
  const match = SENTENCE.exec(text);
  return match?.[1] === undefined ? undefined : parseDuration(match[1]);
}

function retryAfter(value: string | null, serverNow: number): number | undefined {
  const seconds = bareNumber(value, 1000);
  if (seconds !== undefined || value === null) {
    return seconds;
  }
  const at = Date.parse(value);
  return Number.isNaN(at) ? parseDuration(value) : Math.max(0, at - serverNow);
}

/** A date in `Retry-After` was written by the server's clock, so it is measured against that one. */
function serverTime(headers: Headers, wallNow: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? wallNow : date;
}

/** The window that is used up decides; when none says so, the later of both. */
function rateLimitReset(headers: Headers, wallNow: number): number | undefined {
  const windows = ['requests', 'tokens'].flatMap((name) => {
    const wait = resetIn(headers.get(`x-ratelimit-reset-${name}`), wallNow);
    return wait === undefined ? [] : [{ wait, usedUp: headers.get(`x-ratelimit-remaining-${name}`) === '0' }];
  });
  const used = windows.filter((window) => window.usedUp);
  const waits = (used.length > 0 ? used : windows).map((window) => window.wait);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function resetIn(value: string | null, wallNow: number): number | undefined {
  const waitMs = bareNumber(value, 1000);
  if (waitMs === undefined || value === null) {
    return value === null ? undefined : parseDuration(value);
  }
  if (waitMs < EPOCH_SECONDS * 1000) {
    return waitMs;
  }
  const isMilliseconds = waitMs > EPOCH_SECONDS * 1000 * 100;
  return Math.max(0, (isMilliseconds ? waitMs / 1000 : waitMs) - wallNow);
}

function bareNumber(value: string | null, unit: number): number | undefined {
  return value !== null && /^\d+(?:\.\d+)?$/.test(value.trim()) ? Math.ceil(Number(value) * unit) : undefined;
}
