/**
 * Which quota a 429 is about. google.rpc.QuotaFailure says it best (also behind relays and Google's OpenAI-compatible
 * address); its id wins over the delay named beside it, because daily errors of the free tier carry a `retryDelay` of
 * under a minute.
 */
import type { FailureKind } from '@shared/model/failure';
import { asText, objectsOf } from './loose-json';
import type { ProviderError } from './provider-error';

const DAILY_ID = /per[ _-]?day/i;
const DAILY_TEXT = /per[ _-]?day|\b[RT]PD\b|daily (?:limit|quota)/i;
/** "limit: 0" means that the account's tier has no access at all; "limit: 0.5" and "limit: 05" do not occur. */
const ZERO_TEXT = /\blimit:\s*0(?![\d.])/i;

/** Null: the error names no quota. */
export function quotaKind(error: ProviderError): FailureKind | null {
  const violations = violationsOf(error);
  if (ZERO_TEXT.test(error.message) || violations.some((violation) => violation.limit === '0')) {
    return 'no_credit';
  }
  if (violations.some(isDaily)) {
    return 'quota_day';
  }
  if (violations.length > 0) {
    return 'quota_minute';
  }
  return DAILY_TEXT.test(error.message) ? 'quota_day' : null;
}

/** The id of the quota that decided, e.g. `GenerateRequestsPerDayPerProjectPerModel-FreeTier`. */
export function quotaId(error: ProviderError): string | undefined {
  const named = violationsOf(error);
  return (named.find(isDaily) ?? named[0])?.id;
}

interface Violation {
  /** The quota's id, else its metric. */
  readonly id: string;
  readonly metric: string;
  readonly limit: string | undefined;
}

function isDaily(violation: Violation): boolean {
  return DAILY_ID.test(violation.id) || DAILY_ID.test(violation.metric);
}

function violationsOf(error: ProviderError): readonly Violation[] {
  const raw = error.details.flatMap((detail) => objectsOf(detail.violations));
  return raw.flatMap((violation) => {
    const metric = asText(violation.quotaMetric) ?? '';
    const id = asText(violation.quotaId) ?? metric;
    const limit = violation.quotaValue === 0 ? '0' : asText(violation.quotaValue);
    return id === '' ? [] : [{ id, metric, limit }];
  });
}
