/** The answer of everything that cannot give what a request needs: final for the row, nothing is sent. */
import type { Failure } from '@shared/model/failure';

export interface Refused {
  readonly kind: 'failed';
  readonly failure: Failure;
}

/** `message`: one sentence that names the thing and the way out. */
export function badInput(message: string): Refused {
  return { kind: 'failed', failure: { kind: 'bad_input', message } };
}

/** A reference as a sentence may show it: short, and without query and credentials, which may hold signatures. */
export function shownReference(reference: string): string {
  if (/^data:/i.test(reference)) return 'data URL';
  const url = /^https?:/i.test(reference) ? parseUrl(reference) : null;
  const text = url === null ? reference : `${url.protocol}//${url.host}${url.pathname}`;
  const plain = text.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
  return plain.length > 120 ? `${plain.slice(0, 60)}…${plain.slice(-50)}` : plain;
}

/** URL.parse, which Node 20 lacks. */
export function parseUrl(reference: string, base?: URL): URL | null {
  return URL.canParse(reference, base?.href) ? new URL(reference, base) : null;
}
