/** Images written into a cell as `data:` URLs (RFC 2397). The named content type is not believed. */
import { badInput, type Refused } from './bad-input';
import { megabytes } from './safe-path';
import { sniffImage } from './sniff';

export type DecodedDataUrl = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

const HEADER = /^data:([^,]*),/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function decodeDataUrl(reference: string, maxBytes: number): DecodedDataUrl {
  const decoded = decodeAnyDataUrl(reference, maxBytes);
  return decoded.kind === 'ok' && sniffImage(decoded.bytes) === null
    ? badInput('A data URL of this row holds no image.')
    : decoded;
}

/** Whatever it holds. */
export function decodeAnyDataUrl(reference: string, maxBytes: number): DecodedDataUrl {
  const header = HEADER.exec(reference);
  if (header === null) return badInput('A data URL of this row has no comma, so it holds nothing.');
  const payload = reference.slice(header[0].length);
  /* Judged before anything is decoded: four characters hold at most three bytes, or four as percent text. */
  if (payload.length > maxBytes * 4) return tooLarge(maxBytes);
  const bytes = /;\s*base64\s*$/i.test(header[1] ?? '') ? fromBase64(payload) : fromPercent(payload);
  if (bytes === null) return badInput('A data URL of this row is damaged: its text is not valid base64.');
  if (bytes.length > maxBytes) return tooLarge(maxBytes);
  return { kind: 'ok', bytes };
}

function tooLarge(maxBytes: number): Refused {
  return badInput(`A data URL of this row holds more than ${megabytes(maxBytes)}; make it smaller.`);
}

function fromBase64(payload: string): Uint8Array | null {
  const plain = (payload.includes('%') ? unescaped(payload) : payload)?.replaceAll(/\s+/g, '');
  if (plain === undefined || !BASE64.test(plain) || plain.replace(/=+$/, '').length % 4 === 1) return null;
  return Buffer.from(plain, 'base64');
}

function unescaped(payload: string): string | null {
  try {
    return decodeURIComponent(payload);
  } catch {
    return null;
  }
}

function fromPercent(payload: string): Uint8Array {
  const latin1 = payload.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}
