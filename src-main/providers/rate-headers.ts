/**
 * The windows of a provider's limits as headers spell them: `x-ratelimit-remaining-requests` (OpenAI, and relays after
 * it), `anthropic-ratelimit-requests-remaining`, and `x-ratelimit-reset` without a unit. Values that cannot be read are
 * as absent.
 */
import { bareNumber, parseDuration, untilDate } from './duration';

export interface RateWindow {
  readonly limit?: number;
  readonly remaining?: number;
  /** Until it is whole again, milliseconds. */
  readonly resetMs?: number;
}

export type Counted = 'requests' | 'tokens';

type Field = 'limit' | 'remaining' | 'reset';

/** Bare numbers above this are points in time (seconds since 1970), not waits. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MS = EPOCH_SECONDS * 100;

/** Undefined when no header names one. */
export function windowOf(headers: Headers, counted: Counted, wallNow: number): RateWindow | undefined {
  const openai = ['', '-minute'].map((span) => (field: Field) => `x-ratelimit-${field}-${counted}${span}`);
  const anthropic = (field: Field): string => `anthropic-ratelimit-${counted}-${field}`;
  return firstWindow(headers, wallNow, [...openai, anthropic]);
}

/** What nothing is left of. */
export function usedUpIn(headers: Headers, wallNow: number): Counted | undefined {
  const counted: readonly Counted[] = ['requests', 'tokens'];
  return counted.find((what) => windowOf(headers, what, wallNow)?.remaining === 0);
}

/** A window of which nobody says what it counts or how long it is: good only for when it is whole again. */
export function unnamedWindow(headers: Headers, wallNow: number): RateWindow | undefined {
  return firstWindow(headers, wallNow, [(field) => `x-ratelimit-${field}`, (field) => `ratelimit-${field}`]);
}

/** A date in a header was written by the server's clock, so it is measured against that one. */
export function serverTime(headers: Headers, wallNow: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? wallNow : date;
}

/** A count without sign or unit; relays write -1 for "none", which is no limit. */
export function countIn(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function firstWindow(
  headers: Headers,
  wallNow: number,
  spellings: readonly ((field: Field) => string)[],
): RateWindow | undefined {
  for (const spell of spellings) {
    const limit = countIn(headers.get(spell('limit')));
    const remaining = countIn(headers.get(spell('remaining')));
    const reset = headers.get(spell('reset'));
    const resetMs = reset === null ? undefined : resetIn(reset, serverTime(headers, wallNow));
    if (limit !== undefined || remaining !== undefined || resetMs !== undefined) {
      return {
        ...(limit === undefined ? {} : { limit }),
        ...(remaining === undefined ? {} : { remaining }),
        ...(resetMs === undefined ? {} : { resetMs }),
      };
    }
  }
  return undefined;
}

/** `12s`, `6m0s`, bare seconds, a date, seconds or milliseconds since 1970. */
function resetIn(value: string, serverNow: number): number | undefined {
  const bare = bareNumber(value, 1000);
  if (bare === undefined) {
    return untilDate(value, serverNow) ?? parseDuration(value);
  }
  const number = Number(value);
  if (number < EPOCH_SECONDS) {
    return bare;
  }
  return Math.max(0, (number > EPOCH_MS ? number : bare) - serverNow);
}
