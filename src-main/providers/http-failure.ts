/**
 * Names the failure in an HTTP answer, by the table in docs/architecture.md. What both protocols (and the relays that speak them) share
 * stands here; `Rules` hold what only one provider says.
 *
 * Two cases the table leaves open: a 403 whose body is a web page comes from a gateway before the provider, so it is
 * `malformed` and no key is blamed; and every 404 is `no_model`, because an endpoint without that route cannot serve
 * the model either.
 */
import type { Failure, FailureKind } from '@shared/model/failure';
import type { Exchange } from './exchange';
import { quotaId, quotaKind, quotaName } from './quota';
import { errorInBody, namedError, type ProviderError } from './provider-error';
import { usedUpIn } from './rate-headers';
import { redactWith } from './redact';
import { waitInDetails, waitInHeaders, waitInLimits, waitInText } from './retry-after';
import type { Secret } from './secret';

/** The kind that only this provider's text or details tell; null leaves it to what all share. */
export type Rules = (error: ProviderError, status: number) => FailureKind | null;

export interface Asked {
  readonly secret: Secret | null;
  readonly host: string;
}

const MAX_MESSAGE = 500;
/** Daily quotas are often sent with a delay of under a minute that is wrong; a long one is believed. */
const BELIEVABLE_DAILY_WAIT_MS = 5 * 60_000;

/** Codes of OpenAI, Google and new-api/one-api relays that mean one thing wherever they appear below status 500. */
const CODE_KINDS: Readonly<Record<string, FailureKind>> = {
  insufficient_quota: 'no_credit',
  insufficient_user_quota: 'no_credit',
  insufficient_balance: 'no_credit',
  insufficient_credits: 'no_credit',
  pre_consume_token_quota_failed: 'no_credit',
  billing_hard_limit_reached: 'no_credit',
  billing_not_active: 'no_credit',
  billing_disabled: 'no_credit',
  moderation_blocked: 'blocked',
  content_policy_violation: 'blocked',
  content_filter: 'blocked',
  prompt_blocked: 'blocked',
  sensitive_words_detected: 'blocked',
  api_key_invalid: 'invalid_key',
  invalid_api_key: 'invalid_key',
  account_deactivated: 'invalid_key',
  unauthenticated: 'invalid_key',
  model_not_found: 'no_model',
  unsupported_country_region_territory: 'no_model',
};
const INVALID_KEY_TEXT =
  /api[ _-]?key (?:is )?(?:not valid|not found|invalid|expired)|(?:invalid|incorrect) api[ _-]?key/i;
const NO_CREDIT_TEXT =
  /insufficient (?:account |user )?(?:balance|credits?|funds|quota)|credits? (?:are|is) depleted|spending (?:cap|limit)|余额不足|额度不足/i;
const BLOCKED_TEXT =
  /safety system|safety_violations|content[ _]policy|prohibited[ _]content|content (?:was |is )?blocked/i;
const GONE =
  '(?:is |was |has been |does )?(?:not (?:found|exist|supported|available|valid|a valid)|unknown|unsupported|unavailable|invalid|no longer|retired|deprecated|shut ?down)';
/** "The model `x` does not exist", "unknown model x", "models/x is not found": not "size 4K is not supported by model x". */
const NO_MODEL_TEXT = new RegExp(
  `(?:\\bmodel:?|\\bmodels/\\S+)\\s+(?:["'\`]?[\\w./:@-]+["'\`]?,?\\s+)?${GONE}|(?:invalid|unknown|unsupported|no such|not a valid|unexpected) model\\b`,
  'i',
);

type TextTable = readonly (readonly [RegExp, FailureKind])[];
const NO_CREDIT_TEXTS: TextTable = [[NO_CREDIT_TEXT, 'no_credit']];
const REQUEST_TEXTS: TextTable = [
  [INVALID_KEY_TEXT, 'invalid_key'],
  [NO_CREDIT_TEXT, 'no_credit'],
  [NO_MODEL_TEXT, 'no_model'],
  [BLOCKED_TEXT, 'blocked'],
];

/** The failure in an answer that is no success by its status. */
export function statusFailure(exchange: Exchange, asked: Asked, rules: Rules): Failure {
  return build(exchange, errorInBody(exchange.json()), { asked, rules, status: exchange.status });
}

/**
 * The failure that a successful status hides: a web page, no JSON, or an error under `error`. Null: it is an answer.
 */
export function hiddenFailure(exchange: Exchange, asked: Asked, rules: Rules): Failure | null {
  const json = exchange.json();
  const error = namedError(json);
  if (error !== null) {
    return errorFailure(exchange, error, { asked, rules });
  }
  return typeof json === 'object' && json !== null ? null : malformedFailure(exchange, asked);
}

/** An error that came within an answer, such as in the middle of a stream. */
export function errorFailure(
  exchange: Exchange,
  error: ProviderError,
  { asked, rules }: Pick<Judging, 'asked' | 'rules'>,
): Failure {
  return build(exchange, error, { asked, rules, status: error.status ?? exchange.status });
}

/** An answer that is none, described by what it holds. */
export function malformedFailure(exchange: Exchange, asked: Asked, why?: string): Failure {
  return {
    kind: 'malformed',
    message: why ?? describe(exchange, asked),
    httpStatus: exchange.status,
    bodySent: true,
  };
}

/** One clear line: redacted, without line breaks and long data, at most 500 characters. */
export function oneLine(text: string, secret: Secret | null): string {
  const plain = redactWith(secret, text)
    .replace(/[A-Za-z0-9+/_-]{200,}={0,2}/g, '[data]')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > MAX_MESSAGE ? `${plain.slice(0, MAX_MESSAGE - 1)}…` : plain;
}

interface Judging {
  readonly asked: Asked;
  readonly rules: Rules;
  readonly status: number;
}

function build(exchange: Exchange, error: ProviderError | null, judging: Judging): Failure {
  const { asked } = judging;
  const kind = kindOf(exchange, error, judging);
  const wait = waitFor(kind, exchange, error);
  const code = codeOf(kind, exchange, { error, wait });
  return {
    kind,
    message: error?.message ? oneLine(error.message, asked.secret) : describe(exchange, asked),
    httpStatus: exchange.status,
    bodySent: true,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(code === undefined ? {} : { providerCode: oneLine(code, asked.secret) }),
  };
}

function kindOf(exchange: Exchange, error: ProviderError | null, judging: Judging): FailureKind {
  // A 5xx that quotes an upstream 4xx or 429 is about the relay's keys, not ours.
  if (exchange.status >= 500) {
    return exchange.status === 524 ? 'timeout' : exchange.status < 600 ? 'overloaded' : 'malformed';
  }
  const status = judging.status === 400 ? (error?.status ?? 400) : judging.status;
  const byError = error === null ? null : errorKind(error, status, judging);
  return byError ?? statusKind(status, error !== null || !exchange.isHtml());
}

function errorKind(error: ProviderError, status: number, judging: Judging): FailureKind | null {
  if (status >= 500) {
    return null;
  }
  const byCode = error.codes.map((code) => CODE_KINDS[code.toLowerCase()]).find((kind) => kind !== undefined);
  const special = judging.rules(error, status) ?? byCode;
  if (special !== undefined) {
    return special;
  }
  if (status === 429) {
    return quotaKind(error) ?? textKind(error.message, NO_CREDIT_TEXTS);
  }
  if (status === 403) {
    return textKind(error.message, NO_CREDIT_TEXTS);
  }
  return status === 400 || status === 422 || status < 400 ? requestKind(error) : null;
}

function requestKind(error: ProviderError): FailureKind | null {
  return error.param === 'model' ? 'no_model' : textKind(error.message, REQUEST_TEXTS);
}

function textKind(text: string, table: TextTable): FailureKind | null {
  return table.find(([shape]) => shape.test(text))?.[1] ?? null;
}

/** `fromProvider`: the body is not a gateway's web page. */
function statusKind(status: number, fromProvider: boolean): FailureKind {
  switch (status) {
    case 401:
      return 'invalid_key';
    case 402:
      return 'no_credit';
    case 403:
      return fromProvider ? 'invalid_key' : 'malformed';
    case 404:
    case 410:
      return 'no_model';
    case 408:
      return 'timeout';
    case 429:
      return 'quota_minute';
    default:
      return status >= 500 ? 'overloaded' : status >= 400 ? 'bad_request' : 'malformed';
  }
}

/**
 * The id of the quota, else the first code. A refusal that names neither quota nor delay has none, whatever its code
 * repeats of the status: that is how one is told apart that may be meant for the caller's address.
 */
function codeOf(
  kind: FailureKind,
  { headers }: Exchange,
  { error, wait }: { error: ProviderError | null; wait: number | undefined },
): string | undefined {
  const id = error === null ? undefined : quotaId(error);
  const code = error?.codes[0];
  if (id !== undefined || kind !== 'quota_minute') {
    return id ?? code;
  }
  const name = (error === null ? undefined : quotaName(error)) ?? usedUpIn(headers, Date.now());
  return wait || name !== undefined ? (code ?? name) : undefined;
}

function waitFor(kind: FailureKind, exchange: Exchange, error: ProviderError | null): number | undefined {
  if (kind !== 'quota_minute' && kind !== 'quota_day' && kind !== 'overloaded') {
    return undefined;
  }
  const now = Date.now();
  const named =
    waitInDetails(error?.details ?? []) ??
    waitInHeaders(exchange.headers, now) ??
    waitInText(error?.message ?? '');
  // Every answer may carry the state of its limits: it says nothing of a server that is overloaded.
  const wait = named ?? (kind === 'overloaded' ? undefined : waitInLimits(exchange.headers, now));
  return kind === 'quota_day' && wait !== undefined && wait < BELIEVABLE_DAILY_WAIT_MS ? undefined : wait;
}

/** For an answer without a readable error. */
function describe(exchange: Exchange, asked: Asked): string {
  const start = `${asked.host} answered ${exchange.status}`;
  const location = exchange.headers.get('location');
  if (exchange.status >= 300 && exchange.status < 400) {
    return oneLine(
      `${start}, a redirect to ${redirectTarget(location)}; correct the base URL.`,
      asked.secret,
    );
  }
  if (exchange.isHtml()) {
    const title = /<title[^>]*>([^<]{1,120})/i.exec(redactWith(asked.secret, exchange.text()))?.[1]?.trim();
    return oneLine(
      `${start} with a web page${title ? ` (“${title}”)` : ''}, not with its API; check the base URL.`,
      asked.secret,
    );
  }
  const text = exchange.text().trim();
  return oneLine(text === '' ? `${start} with an empty body.` : `${start}: ${text}`, asked.secret);
}

/** Host and path only: queries of redirects carry tokens. */
function redirectTarget(location: string | null): string {
  if (location === null || !URL.canParse(location)) {
    return 'another address';
  }
  const url = new URL(location);
  return url.origin + url.pathname;
}
