/** The token of a request: in a header, never in the address, which ends up in logs and histories. */
import type { IncomingHttpHeaders } from 'node:http';

export type FoundBearer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'inUrl' };

export function bearerOf(headers: IncomingHttpHeaders, query: unknown): FoundBearer {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  const google = headers['x-goog-api-key'];
  const token = bearer ?? (typeof google === 'string' ? google.trim() : '');
  if (token !== '') {
    return { kind: 'token', token };
  }
  const asked = typeof query === 'object' && query !== null ? query : {};
  return { kind: 'key' in asked || 'access_token' in asked ? 'inUrl' : 'none' };
}
