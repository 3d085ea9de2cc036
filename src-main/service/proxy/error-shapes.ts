/** The same error in the words of each protocol. Pure. */
import type { ProxyError } from './proxy-error';

/** Of OpenAI: `{error: {message, type, param, code}}`. */
export function openaiError({ status, message, details }: ProxyError): unknown {
  return {
    error: {
      message,
      type: openaiType(status, details.code),
      param: details.param ?? null,
      code: details.code ?? null,
    },
  };
}

function openaiType(status: number, code: string | undefined): string {
  if (code === 'insufficient_quota') {
    return 'insufficient_quota';
  }
  if (status === 429) {
    return 'rate_limit_error';
  }
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** google.rpc.Code by HTTP status. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Of Google: `{error: {code, message, status, details}}`. */
export function googleError({ status, message, details }: ProxyError): unknown {
  const { code, retryAfterMs } = details;
  return {
    error: {
      code: status,
      message,
      status: STATUSES[status] ?? 'INTERNAL',
      details: [
        ...(code === undefined
          ? []
          : [
              {
                '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                reason: code.toUpperCase(),
                domain: 'brushfleet',
              },
            ]),
        ...(retryAfterMs === undefined
          ? []
          : [
              {
                '@type': 'type.googleapis.com/google.rpc.RetryInfo',
                retryDelay: `${Math.max(1, Math.ceil(retryAfterMs / 1000))}s`,
              },
            ]),
      ],
    },
  };
}
