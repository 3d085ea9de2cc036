/** The built page, as any door serves it: its files, their types, and the policy it is shown under. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { servedFile } from './served-file';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

export type BundleFile =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly type: string }
  | { readonly kind: 'refused'; readonly status: 400 | 404 | 415 };

export async function bundleFile(rendererDir: string, pathname: string): Promise<BundleFile> {
  const found = await servedFile(rendererDir, pathname);
  if (found.kind === 'refused') {
    return found;
  }
  const type = TYPES[extname(found.path)];
  return type === undefined
    ? { kind: 'refused', status: 415 }
    : { kind: 'file', bytes: await readFile(found.path), type };
}

/** `pictures`: where pictures come from besides the page's own origin. */
export function contentSecurityPolicy(pictures: string): string {
  return Object.entries({ ...POLICY, 'img-src': `'self' ${pictures}` })
    .map(([directive, value]) => `${directive} ${value}`)
    .join('; ');
}

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'font-src': "'self'",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** Of every file of the page, besides its policy. */
export const BUNDLE_HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // Looking a name up would tell its server of us, and no policy covers it.
  'x-dns-prefetch-control': 'off',
};
