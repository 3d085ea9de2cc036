/** The HTTP server: its bounds, its guard, its errors and its routes. */
import type { ServerOptions } from 'node:http';
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { adminClaim, unauthenticated } from './authentication';
import { askerOf } from './exchange';
import { refusalOf } from './guard';
import { Problem } from './problem';
import { docsRoutes } from './docs/docs-routes';
import { adminRoutes } from './routes/admin-routes';
import { healthRoutes } from './routes/health-routes';
import { workRoutes } from './routes/work-routes';
import { cutSlowBodies } from './slow-bodies';
import { sendProblem } from './send-problem';
import type { ServiceContext } from './service-context';

export const BODY_LIMIT = 32 * 1024 * 1024;
/** What trickles in is cut off well within a minute. */
const HEADERS_TIMEOUT_MS = 15_000;
/** None: how long a body may take is its pace's concern (slow-bodies.ts). */
const REQUEST_TIMEOUT_MS = 0;
const LOOK_EVERY_MS = 5_000;
const MOST_CONNECTIONS = 2_000;
export interface ServerParts {
  readonly context: ServiceContext;
  /** The port it really listens on. */
  port(): number;
  /** What others bring: each with its own authentication. */
  readonly plugins: readonly FastifyPluginAsync[];
}

/** Not listening yet. */
export function buildServer({ context, port, plugins }: ServerParts): FastifyInstance {
  const server = createServer(context);
  const { config } = context;
  server.server.maxConnections = MOST_CONNECTIONS;
  cutSlowBodies(server, context.app.clock.now);
  server.removeContentTypeParser('text/plain');
  takeBlankDeletes(server);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const rules = { port: port(), isTls: config.tls !== undefined, allowedHosts: config.allowedHosts };
    const sentence = refusalOf(request.headers, rules);
    if (sentence !== null) {
      return sendProblem(reply, new Problem(403, sentence));
    }
    return undefined;
  });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemFrom(error);
    if (problem.status === 500) {
      context.app.log.error(
        'service',
        `${request.method} ${request.routeOptions.url ?? ''}: ${String(error)}`,
      );
    }
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, `There is no ${request.method} of that path here: see /docs.`)),
  );
  void server.register(async (documented) => {
    addTierHooks(documented, context);
    healthRoutes(documented, context);
    adminRoutes(documented, context);
    workRoutes(documented, context);
    docsRoutes(documented, context);
  });
  plugins.forEach((plugin) => void server.register(plugin));
  return server;
}

/** Many clients name the type of every request, also where there is nothing to be of that type. */
function takeBlankDeletes(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (request.method === 'DELETE' && body === '') {
      done(null, undefined);
    } else {
      void parse(request, String(body), done);
    }
  });
}

function createServer({ config }: ServiceContext): FastifyInstance {
  const bounds: ServerOptions = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
    maxHeaderSize: 16_384,
  };
  const common = {
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A path may hold the id of a semaphore, or of a model.
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle' as const,
    exposeHeadRoutes: false,
  };
  const { tls } = config;
  return tls === undefined
    ? fastify({ ...common, http: bounds })
    : (fastify({
        ...common,
        https: { ...bounds, cert: tls.cert, key: tls.key },
      }) as unknown as FastifyInstance);
}

/** Before a body is read: a wrong key is not worth it, and neither is what is no JSON. */
function addTierHooks(server: FastifyInstance, { config }: ServiceContext): void {
  server.addHook('onRequest', async (request) => {
    if (adminClaim(askerOf(request), config) === 'wrong') {
      throw unauthenticated();
    }
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
    const isJson = /^application\/json\s*(;|$)/i.test(type ?? '');
    if ((hasBody || type !== undefined) && !isJson) {
      throw new Problem(415, 'Send JSON, with the header Content-Type: application/json.');
    }
  });
}

function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem(413, `The body is larger than ${BODY_LIMIT / 1024 / 1024} MB: send it in parts.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem(415, 'Send JSON, with the header Content-Type: application/json.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new Problem(400, 'The body is not valid JSON.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem(400, 'The body is blank: send a JSON object.');
    default: {
      const status = statusIn(error);
      return status !== null && status >= 400 && status < 500
        ? new Problem(
            status,
            error instanceof SyntaxError ? 'The body is not valid JSON.' : 'The request is malformed.',
          )
        : new Problem(500, 'This should not have happened; the log of the service has more.');
    }
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function statusIn(error: unknown): number | null {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' ? status : null;
}
