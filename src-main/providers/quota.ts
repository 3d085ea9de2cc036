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
  if (ZERO_TEXT.test(error.message) || violations.some((violation) => String(violation.quotaValue) === '0')) {
    return 'no_credit';
  }
  if (violations.some((violation) => DAILY_ID.test(`${violation.quotaId} ${violation.quotaMetric}`))) {
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
  const daily = named.find((violation) => DAILY_ID.test(`${violation.quotaId} ${violation.quotaMetric}`));
  const violation = daily ?? named[0];
  return asText(violation?.quotaId) ?? asText(violation?.quotaMetric);
}

function violationsOf(error: ProviderError) {
  return error.details
    .flatMap((detail) => objectsOf(detail.violations))
    .filter((violation) => asText(violation.quotaId) ?? asText(violation.quotaMetric));
}
