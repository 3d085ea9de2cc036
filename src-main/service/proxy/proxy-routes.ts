/**
 * The OpenAI- and Gemini-compatible door: any client of theirs, pointed here with a token, uses the pool with its limits,
 * failover and journal. A plugin of its own: other authentication, other errors, other bodies than the documented routes.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { hasLockedKeys } from '../locked-keys';
import { bearerOf } from './bearer';
import { createCallerMedia } from './caller-media';
import { googleError, openaiError } from './error-shapes';
import { contentRoutes } from './gemini/content-routes';
import { readJsonBody } from './json-body';
import { modelRoutes } from './model-routes';
import { chatRoutes } from './openai/chat-routes';
import { imageRoutes } from './openai/image-routes';
import { responseRoutes } from './openai/response-routes';
import { mediaFolder, type ProxyApp } from './proxy-app';
import type { ProxyContext } from './proxy-context';
import { ProxyError } from './proxy-error';
import { askingOf, noteAsking } from './proxy-request';
import { createTokenSessions } from './token-sessions';
import { proxyErrorOf } from './thrown';

export function proxyRoutes(app: ProxyApp): FastifyPluginAsync {
  return async (server) => {
    await emptyFolder(mediaFolder(app));
    const sessions = createTokenSessions(app);
    server.addHook('onClose', () => sessions.close());
    server.setErrorHandler((error, request, reply) => answerError(app, { error, request, reply }));
    admitByToken(server, app);
    takeJson(server);
    const context: ProxyContext = {
      app,
      sessions,
      ground: () => ({
        models: app.models.list(),
        views: app.fleet.views(),
        areLocked: hasLockedKeys(app),
      }),
    };
    modelRoutes(server, context);
    chatRoutes(server, context);
    responseRoutes(server, context);
    await imageRoutes(server, context);
    contentRoutes(server, context);
    for (const path of ['/v1/*', '/v1beta/*']) {
      server.all(path, () => {
        throw new ProxyError(404, 'There is no such path here: see /docs for those that there are.', {
          code: 'unknown_url',
          isFinal: true,
        });
      });
    }
  };
}

/** What a killed process left: nobody waits for those requests any more. */
async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const left = await readdir(folder);
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/** Before a body is read. */
function admitByToken(server: FastifyInstance, app: ProxyApp): void {
  server.addHook('onRequest', async (request, reply) => {
    const found = bearerOf(request.headers, request.query);
    const holder = found.kind === 'token' ? await app.tokens.find(found.token) : null;
    if (holder === null) {
      throw refusedToken(found.kind);
    }
    const media = createCallerMedia(mediaFolder(app));
    noteAsking(request, reply, { holder, media });
  });
}

function refusedToken(found: 'token' | 'none' | 'inUrl'): ProxyError {
  const sentences = {
    token: 'This token is not known here: make one in Brushfleet under Settings, Service.',
    none: 'A token is missing: make one in Brushfleet under Settings, Service, and send it as "Authorization: Bearer bf-…".',
    inUrl: 'A token in the address is not accepted: send it in the header Authorization or x-goog-api-key.',
  } as const;
  return new ProxyError(401, sentences[found], { code: 'invalid_api_key', isFinal: true });
}

/** JSON alone, whatever a client calls it not; forms are read by the one route that takes them. */
function takeJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', (request: FastifyRequest, payload: IncomingMessage) =>
    readJsonBody(payload, askingOf(request).media, Number(request.headers['content-length'] ?? 0)),
  );
}

interface Failed {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function answerError(app: ProxyApp, { error, request, reply }: Failed): FastifyReply {
  const told = proxyErrorOf(error);
  if (told.status === 500) {
    app.log.error('service', `${request.method} ${request.routeOptions.url ?? ''}: ${String(error)}`);
  }
  const { retryAfterMs, isFinal } = told.details;
  if (retryAfterMs !== undefined) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  }
  if (told.status === 413) {
    // The rest of the body is thrown away as it comes: a client that still sends would not hear why otherwise.
    void reply.removeHeader('connection');
    request.raw.resume();
  }
  if (told.status === 401) {
    void reply.header('www-authenticate', 'Bearer');
  }
  if (isFinal === true) {
    void reply.header('x-should-retry', 'false');
  }
  return reply
    .code(told.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(isGoogle(request) ? googleError(told) : openaiError(told)));
}

/** `/v1` is both protocols' own. */
function isGoogle({ url, headers }: FastifyRequest): boolean {
  return url.startsWith('/v1beta') || /:(?:stream)?generateContent/i.test(url) || 'x-goog-api-key' in headers;
}
