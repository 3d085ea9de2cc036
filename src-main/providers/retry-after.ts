/**
 * The wait a provider names. Sources: RFC 9110 `Retry-After`; OpenAI's `retry-after-ms`; google.rpc.RetryInfo; the
 * sentences both write ("Please retry in 10.67s", "try again after 51.84 seconds"); and, where none of these is there,
 * when a used-up limit is whole again.
 */
import { bareNumber, parseDuration, untilDate } from './duration';
import { asCount, asObject, asText, objectsOf } from './loose-json';
import { type RateWindow, serverTime, unnamedWindow, windowOf } from './rate-headers';

const SENTENCE =
  /(?:try again|retry|wait)(?: your request)?\s*(?:in|after|for)?:?\s*((?:\d+(?:\.\d+)?\s*[a-z]+\s*,?\s*(?:and\s+)?){1,4})/i;

/** From the headers that name a wait. `wallNow` counts where the answer has no `Date`. */
export function waitInHeaders(headers: Headers, wallNow: number): number | undefined {
  return (
    bareNumber(headers.get('retry-after-ms'), 1) ??
    retryAfter(headers.get('retry-after'), serverTime(headers, wallNow))
  );
}

/**
 * Until the limit that refused is whole again: the one with nothing left, else the last of those that do not say how
 * much is left. One that says that something is left refused nothing.
 */
export function waitInLimits(headers: Headers, wallNow: number): number | undefined {
  const named = [windowOf(headers, 'requests', wallNow), windowOf(headers, 'tokens', wallNow)];
  const unnamed = named.every((window) => window === undefined) ? unnamedWindow(headers, wallNow) : undefined;
  const windows = [...named, unnamed].filter((window) => window !== undefined);
  const usedUp = windows.filter((window) => window.remaining === 0);
  return longest(usedUp) ?? longest(windows.filter((window) => window.remaining === undefined));
}

function longest(windows: readonly RateWindow[]): number | undefined {
  const waits = windows.flatMap((window) => window.resetMs ?? []);
  return waits.length === 0 ? undefined : Math.max(...waits);
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
  return value === null
    ? undefined
    : (bareNumber(value, 1000) ?? untilDate(value, serverNow) ?? parseDuration(value));
}
