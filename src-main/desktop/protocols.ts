/** Serves our bundle on app:// and pictures by opaque id on media://. No path ever comes from the page. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Protocol, protocol } from 'electron';
import { imageReferences } from '@shared/columns';
import { type MediaRequest, parseMediaPath } from '@shared/media-url';
import type { App } from '../app';
import type { Log } from '../log';
import { previewPath } from '../app/preview';
import { sniffImage } from '../images/sniff';
import { APP_HOST, CONTENT_SECURITY_POLICY, MEDIA_HOST } from './scheme';
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

/** What a page may see of a picture: our own previews, never SVG and never original bytes. */
const MEDIA_TYPES = new Set(['image/webp', 'image/png', 'image/jpeg']);

type Answer = (url: URL) => Promise<Response>;

export function serveApp(rendererDir: string, log: Log, on: Protocol = protocol): void {
  on.handle('app', (request) =>
    answered(request, { host: APP_HOST, log }, async ({ pathname }) => {
      const found = await servedFile(rendererDir, pathname);
      if (found.kind === 'refused') {
        return refusal(found.status);
      }
      const type = TYPES[extname(found.path)];
      return type === undefined ? refusal(415) : bundleResponse(await readFile(found.path), type);
    }),
  );
}

export function serveMedia(app: App, on: Protocol = protocol): void {
  on.handle('media', (request) =>
    answered(request, { host: MEDIA_HOST, log: app.log }, async ({ pathname, searchParams }) => {
      const asked = parseMediaPath(pathname, searchParams.get('columns'));
      const path = asked === null ? null : await sourceOf(app, asked);
      if (asked === null || path === null) {
        return refusal(404);
      }
      const preview = await app.thumbnailer.thumbnail(path, { size: SIZES[asked.size] });
      return preview.kind === 'failed' ? refusal(415) : pictureResponse(await readFile(preview.path));
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

const SIZES = { thumbnail: 256, view: 1280 } as const;

async function sourceOf(app: App, asked: MediaRequest): Promise<string | null> {
  if (asked.kind === 'result') {
    return (await app.store.result(asked.resultId))?.path ?? null;
  }
  const { datasetId, row, place, imageColumns } = asked.input;
  const dataset = await app.store.dataset(datasetId);
  const [stored] = await app.store.rowsAt(datasetId, [row]);
  const reference = stored === undefined ? undefined : imageReferences(stored.fields, imageColumns)[place];
  return dataset === null || reference === undefined ? null : previewPath(app, dataset, reference);
}

function bundleResponse(bytes: Buffer, type: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      // Looking a name up would tell its server of us, and no policy covers it.
      'x-dns-prefetch-control': 'off',
    },
  });
}

function pictureResponse(bytes: Buffer): Response {
  const type = sniffImage(bytes)?.mimeType;
  if (type === undefined || !MEDIA_TYPES.has(type)) {
    return refusal(415);
  }
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
    },
  });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { 'x-content-type-options': 'nosniff' } });
}
