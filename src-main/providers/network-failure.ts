/** Failures without an answer: the network's, the deadline's, and requests that were never sent. */
import type { Failure } from '@shared/model/failure';

/** What Node, OpenSSL and undici call it, and what it means. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'refused the connection'],
  [/ENOTFOUND|EAI_AGAIN/, 'cannot be found: its name does not resolve'],
  [/UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT/, 'could not be reached in time'],
  [/EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL/, 'cannot be reached from this network'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/, 'shows a TLS certificate that is not trusted'],
  [/EPROTO|ERR_SSL|WRONG_VERSION|HPE_|UND_ERR_RES/, 'does not speak the protocol its URL names'],
  [
    /ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_ABORTED|UND_ERR_CLOSED|UND_ERR_DESTROYED/,
    'closed the connection before the answer was complete',
  ],
];
const ANSWER_TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

export interface Cut {
  readonly host: string;
  readonly bodySent: boolean;
}

/** `error` is what the dispatcher threw; only its code is used, so that nothing it carries can leak. */
export function networkFailure(error: unknown, cut: Cut & { readonly timeoutMs: number }): Failure {
  const code = errorCode(error);
  if (code !== undefined && ANSWER_TIMEOUTS.has(code)) {
    return timeoutFailure(cut);
  }
  const reason =
    REASONS.find(([shape]) => code !== undefined && shape.test(code))?.[1] ?? 'could not be reached';
  return {
    kind: 'network',
    message: `${cut.host} ${reason}.`,
    bodySent: cut.bodySent,
    ...(code === undefined ? {} : { providerCode: code }),
  };
}

export function timeoutFailure(cut: Cut & { readonly timeoutMs: number }): Failure {
  const seconds = Math.round(cut.timeoutMs / 100) / 10;
  return {
    kind: 'timeout',
    message: `${cut.host} did not answer within ${seconds} s.`,
    bodySent: cut.bodySent,
  };
}

/** A stream that ended in good order, but before the answer did. */
export function cutStreamFailure(host: string): Failure {
  return {
    kind: 'network',
    message: `${host} ended the stream before the answer was complete.`,
    bodySent: true,
    providerCode: 'CUT_STREAM',
  };
}

/** The caller gave up; the outcome of the request is not known. */
export function stoppedFailure(cut: Cut): Failure {
  return {
    kind: 'network',
    message: `The request to ${cut.host} was stopped before its answer came.`,
    bodySent: cut.bodySent,
    providerCode: 'STOPPED',
  };
}

/** The first code in the chain of causes. */
function errorCode(error: unknown): string | undefined {
  let at = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string') {
      return code;
    }
    at = at.cause;
  }
  return undefined;
}
