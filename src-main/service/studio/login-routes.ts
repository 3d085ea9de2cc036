/** In and out of the studio. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BUNDLE_HEADERS } from '../../page/bundle';
import { Problem } from '../problem';
import { LOGIN_PATH, sessionOf } from './admission';
import { LOGIN_CSS, LOGIN_POLICY, type LoginTrouble, loginPage } from './login-page';
import { clearCookie, sentCookie, setCookie } from './session-cookie';
import type { StudioContext } from './studio-context';

const loginSchema = z.object({ token: z.string().min(1).max(1000) });

/** Without a referrer at all a form's origin would be hidden, and the guard would refuse it. */
const HEADERS = {
  ...BUNDLE_HEADERS,
  'referrer-policy': 'same-origin',
  'content-security-policy': LOGIN_POLICY,
  'content-type': 'text/html; charset=utf-8',
};

export function loginRoutes(server: FastifyInstance, { app, sessions, isTls }: StudioContext): void {
  const page = (trouble: LoginTrouble): string => loginPage(trouble);

  server.get(LOGIN_PATH, (_request, reply) => reply.headers(HEADERS).send(page('none')));
  server.get('/app/login.css', (_request, reply) =>
    reply.headers({ ...BUNDLE_HEADERS, 'content-type': 'text/css; charset=utf-8' }).send(LOGIN_CSS),
  );

  server.post(LOGIN_PATH, async (request, reply) => {
    const asked = loginSchema.safeParse(request.body);
    const holder = asked.success ? await app.tokens.find(asked.data.token.trim()) : null;
    const opened = holder === null ? null : sessions.open(holder);
    const isForm = /urlencoded/i.test(request.headers['content-type'] ?? '');
    if (opened === null) {
      if (!isForm) {
        throw new Problem(
          401,
          'This token is not known here: make one in Brushfleet under Settings, Service.',
        );
      }
      return reply.code(401).headers(HEADERS).send(page('wrong'));
    }
    // Who logs in again leaves the login that was.
    const before = sessions.find(sentCookie(request));
    if (before !== null) {
      sessions.end(before);
    }
    void reply.header('set-cookie', setCookie(request, opened.cookie, isTls));
    return isForm ? reply.redirect('/app/', 303) : reply.code(204).send();
  });

  server.post('/app/logout', (request, reply) => {
    sessions.end(sessionOf(request));
    return reply.header('set-cookie', clearCookie(request, isTls)).code(204).send();
  });

  /** Whether a page that lost its connection is still logged in. */
  server.get('/app/session', (request, reply) => {
    sessionOf(request);
    return reply.code(204).send();
  });
}
