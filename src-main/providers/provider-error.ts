/**
 * The error inside an answer, out of every wrapping seen: Google's and OpenAI's own objects, a JSON array of them, an
 * error whose message is itself JSON (proxies, once or more often), and the plain `message`, `msg` or `detail` of
 * relays and frameworks.
 */
import { asObject, asText, objectsOf, parseJson, type JsonObject } from './loose-json';

export interface ProviderError {
  /** Empty when the error has no text. */
  readonly message: string;
  /** `code`, `type`, `status` and google.rpc reasons as they are written, the innermost first. */
  readonly codes: readonly string[];
  /** The HTTP status the error names itself. */
  readonly status?: number;
  readonly param?: string;
  /** google.rpc details. */
  readonly details: readonly JsonObject[];
}

const MAX_WRAPPINGS = 4;

/** Google's names and OpenAI's codes as the HTTP status they stand for. */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_argument: 400,
  failed_precondition: 400,
  invalid_request_error: 400,
  unauthenticated: 401,
  invalid_api_key: 401,
  authentication_error: 401,
  permission_denied: 403,
  not_found: 404,
  model_not_found: 404,
  resource_exhausted: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  internal: 500,
  server_error: 500,
  api_error: 500,
  unavailable: 503,
  overloaded_error: 503,
  deadline_exceeded: 504,
};

/** An error under the key `error`, which is an error whatever the HTTP status says. Null: there is none. */
export function namedError(json: unknown): ProviderError | null {
  const holder = Array.isArray(json) ? objectsOf(json).find((entry) => 'error' in entry) : asObject(json);
  const error = holder?.error;
  const object = asObject(error) ?? (asText(error) === undefined ? undefined : { message: error });
  return object === undefined ? null : unwrap(object, holder ?? {}, MAX_WRAPPINGS);
}

/** For an answer of status 400 or more: also what frameworks write without `error`. Null: nothing readable. */
export function errorInBody(json: unknown): ProviderError | null {
  const named = namedError(json);
  if (named !== null) {
    return named;
  }
  const body = asObject(json) ?? objectsOf(json)[0];
  const inner = body && (asObject(body.detail) ?? objectsOf(body.errors)[0] ?? body);
  return inner === undefined || messageOf(inner) === '' ? null : unwrap(inner, {}, MAX_WRAPPINGS);
}

function unwrap(error: JsonObject, holder: JsonObject, depth: number): ProviderError {
  const message = messageOf(error);
  const details = objectsOf(error.details);
  const own: ProviderError = {
    message,
    codes: codesOf([
      ...details.map((detail) => detail.reason),
      error.code,
      error.status,
      error.type,
      holder.code,
    ]),
    details,
    ...statusIn(error),
    ...(asText(error.param) === undefined ? {} : { param: String(error.param) }),
  };
  const inner = depth === 0 ? null : errorInText(message, depth - 1);
  return inner === null ? own : { ...own, ...inner, codes: [...inner.codes, ...own.codes] };
}

/** `{"error":…}` as text, or after words such as "got status: UNAVAILABLE.". */
function errorInText(text: string, depth: number): ProviderError | null {
  const start = text.search(/[[{]/);
  if (start < 0) {
    return null;
  }
  const json = parseJson(text.slice(start, text.lastIndexOf(text[start] === '{' ? '}' : ']') + 1));
  const holder = Array.isArray(json) ? objectsOf(json)[0] : asObject(json);
  const inner = asObject(holder?.error) ?? (messageOf(holder ?? {}) === '' ? undefined : holder);
  return inner === undefined ? null : unwrap(inner, holder ?? {}, depth);
}

function messageOf(error: JsonObject): string {
  const text = [error.message, error.msg, error.detail, error.error_description].map(asText).find(Boolean);
  return text?.trim() ?? '';
}

function codesOf(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (asText(value) === undefined ? [] : [String(value)]));
}

function statusIn(error: JsonObject): { status?: number } {
  for (const value of [error.code, error.status, error.type]) {
    const status = Number(value);
    if (Number.isInteger(status) && status >= 400 && status < 600) {
      return { status };
    }
    const named = STATUS_OF[String(value).toLowerCase()];
    if (named !== undefined) {
      return { status: named };
    }
  }
  return {};
}
