/**
 * Which quota a 429 is about. google.rpc.QuotaFailure says it best (also behind relays and Google's OpenAI-compatible
 * address); its id wins over the delay named beside it, because daily errors of the free tier carry a `retryDelay` of
 * under a minute.
 */
import type { FailureKind } from '@shared/model/failure';
import { asObject, asText, type JsonObject, objectsOf } from './loose-json';
import type { ProviderError } from './provider-error';

const DAILY_ID = /per[ _-]?day/i;
const DAILY_TEXT = /per[ _-]?day|\b[RTI]PD\b|daily (?:limit|quota)/i;
/** "limit: 0" means that the account's tier has no access at all; "limit: 0.5" and "limit: 05" do not occur. */
const ZERO_TEXT = /\blimit:\s*0(?![\d.])/i;
/** "Quota exceeded for metric: x/requests, limit: 20", "Quota exceeded for quota metric 'Requests'". */
const METRIC_TEXT = /quota exceeded for (?:quota )?metric:?\s*['"]?([\w./-]+)/i;
/** "requests per min (RPM)", "tokens per day", "Limit: 5/1min". */
const RATE_TEXT =
  /\b(?:requests?|tokens?|images?)\s*(?:per|\/)\s*(?:\d+\s*)?(?:second|sec|minute|min|hour|day)s?\b|\b[RTI]P[MD]\b|\b\d+\s*\/\s*\d*\s*(?:second|sec|s|minute|min|hour|h|day|d)\b/i;
/** What OpenAI writes as `type` of a 429. */
const COUNTED = new Set(['requests', 'tokens', 'images', 'input-images']);

/** Null: the error does not say which quota decided. */
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

/** What an error without an id calls its quota: a metric, `requests`, or the words of its text. */
export function quotaName(error: ProviderError): string | undefined {
  return (
    METRIC_TEXT.exec(error.message)?.[1] ??
    error.codes.find((code) => COUNTED.has(code)) ??
    RATE_TEXT.exec(error.message)?.[0]
  );
}

interface Violation {
  /** The quota's id, else its metric, else whom it is about. */
  readonly id: string;
  /** All that is written of it. */
  readonly words: string;
  readonly limit: string | undefined;
}

function isDaily(violation: Violation): boolean {
  return DAILY_ID.test(violation.words);
}

/** Of QuotaFailure, and of the ErrorInfo in which older Google services name the quota. */
function violationsOf(error: ProviderError): readonly Violation[] {
  const failures = error.details.flatMap((detail) => objectsOf(detail.violations)).map(ofFailure);
  const infos = error.details.map((detail) => ofInfo(asObject(detail.metadata) ?? {}));
  return [...failures, ...infos].filter((violation) => violation !== null);
}

function ofFailure(violation: JsonObject): Violation | null {
  const { quotaId: id, quotaMetric: metric, subject, description, quotaValue } = violation;
  return violationFrom([id, metric, subject, description], quotaValue);
}

function ofInfo(metadata: JsonObject): Violation | null {
  return violationFrom([metadata.quota_limit, metadata.quota_metric], metadata.quota_limit_value);
}

function violationFrom(names: readonly unknown[], value: unknown): Violation | null {
  const texts = names.flatMap((name) => asText(name) ?? []);
  const [id] = texts;
  return id === undefined
    ? null
    : { id, words: texts.join(' '), limit: value === 0 ? '0' : asText(value)?.trim() };
}
