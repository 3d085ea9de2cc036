/** The page's own files, and pictures by their id. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { BROWSER_MEDIA } from '@shared/media-url';
import { BUNDLE_HEADERS, bundleFile, contentSecurityPolicy } from '../../page/bundle';
import { pagePicture } from '../../page/page-pictures';
import type { StudioContext } from './studio-context';

const POLICY = contentSecurityPolicy('blob:');
/** Their names change with their content. */
const HASHED = /^\/assets\/[\w.-]+-[\w-]{8,}\.\w+$/;

export function pageRoutes(server: FastifyInstance, { app, rendererDir }: StudioContext): void {
  server.get('/app', (_request, reply) => reply.redirect('/app/', 303));

  server.get(`${BROWSER_MEDIA}/*`, async (request, reply) => {
    const { pathname, searchParams } = new URL(request.url, 'http://studio');
    const found = await pagePicture(app, pathname.slice(BROWSER_MEDIA.length), searchParams.get('columns'));
    if (found.kind === 'refused') {
      return refuse(reply, found.status);
    }
    return reply
      .headers({
        'content-type': found.type,
        // Of this login alone: another library may have other pictures under the same ids.
        'cache-control': 'private, max-age=86400',
        vary: 'cookie',
      })
      .send(found.bytes);
  });

  server.get('/app/*', async (request, reply) => {
    const path = (request.url.split('?')[0] ?? '').slice('/app'.length);
    const found = await bundleFile(rendererDir, path === '/' ? '/index.html' : path);
    if (found.kind === 'refused') {
      return refuse(reply, found.status);
    }
    return reply
      .headers({
        ...BUNDLE_HEADERS,
        'content-type': found.type,
        'content-security-policy': POLICY,
        ...(HASHED.test(path) ? { 'cache-control': 'private, max-age=31536000, immutable' } : {}),
      })
      .send(found.bytes);
  });
}

function refuse(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).send();
}
