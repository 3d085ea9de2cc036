/**
 * The limits that the headers of an answer name. A limit is per minute where nothing says otherwise; limits of other
 * spans are left out.
 */
import type { RateFact, RateFacts } from '../engine/ports';
import { countIn, type RateWindow, windowOf } from './rate-headers';

/** A window that is whole again within this is one of a minute, read through a clock that is not ours. */
const MINUTE_AND_SLACK_MS = 70_000;
const DAY_MS = 86_400_000;
const DAY_SLACK = 0.01;

/** In the name of every header that is read here. */
const LIMIT_IN_NAME = 'ratelimit';

/** Undefined when the answer names none. */
export function rateFactsIn(headers: Headers, wallNow: number): RateFacts | undefined {
  // Most answers name none, and each of two dozen names takes a while to look for (bench:transport: 5 % of a worker).
  if (![...headers.keys()].some((name) => name.includes(LIMIT_IN_NAME))) {
    return undefined;
  }
  const requests = ofMinute(windowOf(headers, 'requests', wallNow)) ?? standardFact(headers);
  const tokens = ofMinute(windowOf(headers, 'tokens', wallNow));
  return requests === undefined && tokens === undefined
    ? undefined
    : { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

function ofMinute(window: RateWindow | undefined): RateFact | undefined {
  if (window === undefined || (window.limit === undefined && window.remaining === undefined)) {
    return undefined;
  }
  const { resetMs = 0 } = window;
  return resetMs > MINUTE_AND_SLACK_MS || refillsInADay(window) ? undefined : window;
}

/** OpenAI sends daily limits under the same names: "10000, 9999 remaining, reset 8.64s" fills by one in 8.64 s. */
function refillsInADay({ limit, remaining, resetMs }: RateWindow): boolean {
  if (limit === undefined || remaining === undefined || resetMs === undefined || remaining >= limit) {
    return false;
  }
  const spanMs = (resetMs * limit) / (limit - remaining);
  return Math.abs(spanMs / DAY_MS - 1) < DAY_SLACK;
}

interface Policy {
  readonly quota: number | undefined;
  readonly seconds: number | undefined;
  readonly unit: string;
}

/**
 * The IETF's fields (draft-ietf-httpapi-ratelimit-headers), old and new: only with a policy that says that its window
 * is a minute. With several policies nobody knows which of them the remaining count is of.
 */
function standardFact(headers: Headers): RateFact | undefined {
  const policies = policiesIn(headers);
  const minute = policies.filter(({ seconds, unit }) => seconds === 60 && unit === 'requests');
  const [policy] = minute;
  if (policy?.quota === undefined || minute.length > 1) {
    return undefined;
  }
  return { limit: policy.quota, ...(policies.length === 1 ? standardState(headers) : {}) };
}

/** `60;w=60` in `RateLimit-Policy`, or behind the limit in `RateLimit-Limit`; new: `"name";q=60;w=60;qu="requests"`. */
function policiesIn(headers: Headers): readonly Policy[] {
  const text = headers.get('ratelimit-policy') ?? headers.get('ratelimit-limit') ?? '';
  return text
    .split(',')
    .filter((item) => /;\s*w\s*=/.test(item))
    .map((item) => ({
      quota: countIn(parameter(item, 'q') ?? item.split(';')[0]),
      seconds: countIn(parameter(item, 'w')),
      unit: parameter(item, 'qu') ?? 'requests',
    }));
}

/** `RateLimit: limit=60, remaining=0, reset=12`, `RateLimit: "name";r=0;t=12`, or a field for each. */
function standardState(headers: Headers): RateFact {
  const joined = headers.get('ratelimit') ?? '';
  const remaining = countIn(
    parameter(joined, 'r') ?? parameter(joined, 'remaining') ?? headers.get('ratelimit-remaining'),
  );
  const seconds = countIn(
    parameter(joined, 't') ?? parameter(joined, 'reset') ?? headers.get('ratelimit-reset'),
  );
  return {
    ...(remaining === undefined ? {} : { remaining }),
    ...(seconds === undefined || seconds * 1000 > MINUTE_AND_SLACK_MS ? {} : { resetMs: seconds * 1000 }),
  };
}

function parameter(item: string, name: string): string | undefined {
  return new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*"?([^";,\\s]+)`).exec(item)?.[1];
}
