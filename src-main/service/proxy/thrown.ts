/** Whatever was thrown, as an error that a caller may read. */
import { ServiceStopping } from '../gated-sessions';
import { ClientGone } from './carry-out';
import { JSON_LIMIT_BYTES, tooLarge } from './json-body';
import { ProxyError } from './proxy-error';

export function proxyErrorOf(error: unknown): ProxyError {
  if (error instanceof ProxyError) {
    return error;
  }
  if (error instanceof ServiceStopping || error instanceof ClientGone) {
    return new ProxyError(503, 'The service is stopping: nothing was sent.', { retryAfterMs: 5000 });
  }
  switch (codeOf(error) ?? '') {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(JSON_LIMIT_BYTES);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProxyError(415, 'Send JSON, with the header Content-Type: application/json.', {
        isFinal: true,
      });
    default:
      return new ProxyError(500, 'This should not have happened; the log of the service has more.');
  }
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
