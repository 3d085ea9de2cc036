/** Who is let in to /app: a login's cookie, before anything else is looked at. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem';
import type { LoginSession } from './login-sessions';
import { sentCookie } from './session-cookie';
import type { StudioContext } from './studio-context';

export const LOGIN_PATH = '/app/login';
/** Shown to whoever asks: they hold nothing of the program. */
const OPEN = [LOGIN_PATH, '/app/login.css'];
const PAGES = ['/app', '/app/', '/app/index.html'];

const admitted = new WeakMap<FastifyRequest, LoginSession>();

/** Of a request that was let in. */
export function sessionOf(request: FastifyRequest): LoginSession {
  const session = admitted.get(request);
  if (session === undefined) {
    throw new Error('The request was not let in.');
  }
  return session;
}

export function admitByCookie(server: FastifyInstance, { sessions }: StudioContext): void {
  server.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (OPEN.includes(path)) {
      return undefined;
    }
    const session = sessions.find(sentCookie(request));
    if (session !== null) {
      admitted.set(request, session);
      return undefined;
    }
    if (request.method === 'GET' && PAGES.includes(path)) {
      return reply.redirect(LOGIN_PATH, 303);
    }
    throw new Problem(401, 'Log in at /app first, with a token of this service.');
  });
}
