/** Serves our bundle on app:// and pictures by opaque id on media://. No path ever comes from the page. */
import { type Protocol, protocol } from 'electron';
import type { App } from '../app';
import type { Log } from '../log';
import { BUNDLE_HEADERS, bundleFile } from '../page/bundle';
import { pagePicture } from '../page/page-pictures';
import { APP_HOST, APP_ORIGIN } from './channels';
import { CONTENT_SECURITY_POLICY, MEDIA_HOST } from './scheme';

type Answer = (url: URL) => Promise<Response>;

export function serveApp(rendererDir: string, log: Log, on: Protocol = protocol): void {
  on.handle('app', (request) =>
    answered(request, { host: APP_HOST, log }, async ({ pathname }) => {
      const found = await bundleFile(rendererDir, pathname);
      return found.kind === 'refused' ? refusal(found.status) : bundleResponse(found.bytes, found.type);
    }),
  );
}

export function serveMedia(app: App, on: Protocol = protocol): void {
  on.handle('media', (request) =>
    answered(request, { host: MEDIA_HOST, log: app.log }, async ({ pathname, searchParams }) => {
      const found = await pagePicture(app, pathname, searchParams.get('columns'));
      return found.kind === 'refused' ? refusal(found.status) : pictureResponse(found.bytes, found.type);
    }),
  );
}

/** Only reading, only from our own host; a fault is logged and tells the page nothing. */
async function answered(
  request: Request,
  { host, log }: { host: string; log: Log },
  answer: Answer,
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refusal(405);
  }
  const url = new URL(request.url);
  if (url.host !== host) {
    return refusal(404);
  }
  try {
    return await answer(url);
  } catch (error) {
    log.error(
      'protocol',
      `${url.protocol} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return refusal(500);
  }
}

function bundleResponse(bytes: Buffer, type: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...BUNDLE_HEADERS,
      'content-type': type,
      'content-security-policy': CONTENT_SECURITY_POLICY,
    },
  });
}

function pictureResponse(bytes: Buffer, type: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      // Our own page may read the pixels: it computes what differs between two pictures.
      'access-control-allow-origin': APP_ORIGIN,
      'cache-control': 'private, max-age=31536000, immutable',
    },
  });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { 'x-content-type-options': 'nosniff' } });
}
