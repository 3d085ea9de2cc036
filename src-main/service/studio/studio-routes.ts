/**
 * The studio in a browser: the window's own page, its router over a WebSocket and its pictures, behind a login with a
 * token of the service. The server's guard (host, origin) stands before all of it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import websocket from '@fastify/websocket';
import type { ServiceStatus } from '@shared/contract/service';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { App } from '../../app';
import { isCapped, type TokenHolder } from '../../app/access/tokens';
import type { Texts } from '../../app/text/texts';
import { createRouter } from '../../router';
import { browserShell } from './browser-shell';
import { createCallScope } from './call-scope';
import { createDownloads, type Downloads } from './downloads';
import { createTold } from './hidden-paths';
import { admitByCookie, sessionOf } from './admission';
import { fileRoutes } from './file-routes';
import { loginRoutes } from './login-routes';
import { createLoginSessions, type LoginSession } from './login-sessions';
import { type PageCalls, pageCalls } from './page-calls';
import { pageRoutes } from './page-routes';
import { type PageSocket, servePage } from './page-socket';
import { pictureRoutes } from './picture-routes';
import type { StudioContext } from './studio-context';
import { divideUpgrades } from './upgrades';
import { createUploadSweep } from './upload-sweep';
import { UPLOAD_LIMITS, type UploadLimits } from './uploads';

export interface StudioOptions {
  readonly version: string;
  readonly isTls: boolean;
  /** The built page. */
  readonly rendererDir: string;
  /** Default: UPLOAD_LIMITS. */
  readonly uploadLimits?: UploadLimits;
  status(): ServiceStatus;
}

const SOCKET_PATH = '/app/ws';
/** A message may hold pasted pictures. */
const MOST_MESSAGE_BYTES = 128 * 1024 * 1024;
const MOST_LOGIN_BYTES = 4096;

export function studioRoutes(options: StudioOptions): (app: App) => FastifyPluginAsync {
  return (app) => async (server) => {
    const downloadsRoot = join(app.paths.root, 'downloads');
    await rm(downloadsRoot, { recursive: true, force: true });
    await mkdir(downloadsRoot, { recursive: true, mode: 0o700 });
    const sessions = createLoginSessions({
      tokens: app.tokens,
      clock: app.clock,
      randomBytes,
      newId: randomUUID,
    });
    const uploadsRoot = join(app.paths.root, 'uploads');
    const uploadsUnderWay = new Set<string>();
    const uploads = createUploadSweep({
      root: uploadsRoot,
      clock: app.clock,
      store: app.store,
      isInUse: (folder) =>
        uploadsUnderWay.has(folder) || sessions.all().some(({ grants }) => grants.reachInto(folder)),
      onError: (error) => app.log.warning('service', `old uploads: ${String(error)}`),
    });
    void uploads.sweep();
    server.addHook('onClose', async () => {
      await uploads.stop();
      sessions.close();
      await rm(downloadsRoot, { recursive: true, force: true });
    });
    const desks = createDesks(app, options, downloadsRoot);
    const context: StudioContext = {
      app,
      sessions,
      isTls: options.isTls,
      rendererDir: options.rendererDir,
      uploadsRoot,
      uploadsUnderWay,
      uploadLimits: options.uploadLimits ?? UPLOAD_LIMITS,
      newId: randomUUID,
      downloadsOf: (session) => desks(session).downloads,
    };
    takeForms(server);
    await server.register(multipart);
    await serveSockets(server, context, (session) => desks(session).calls);
    admitByCookie(server, context);
    loginRoutes(server, context);
    fileRoutes(server, context);
    pictureRoutes(server, context);
    pageRoutes(server, context);
  };
}

interface Desk {
  readonly downloads: Downloads;
  readonly calls: PageCalls;
}

/** What a login has for its pages, made when it is first needed. */
function createDesks(
  app: App,
  options: StudioOptions,
  downloadsRoot: string,
): (session: LoginSession) => Desk {
  const desks = new WeakMap<LoginSession, Desk>();
  const told = createTold(() => [app.paths.root, app.settings().outputDir, homedir()]);
  const defaultOutputDir = join(app.paths.root, 'results');
  const make = (session: LoginSession): Desk => {
    const scope = createCallScope();
    const downloads = createDownloads({
      root: join(downloadsRoot, session.id),
      clock: app.clock,
      newId: randomUUID,
    });
    const { version, status } = options;
    const shell = browserShell({ version, status, defaultOutputDir, session, scope, downloads });
    session.ended.addEventListener('abort', () => {
      downloads.close().catch((error: unknown) => app.log.warning('service', `downloads: ${String(error)}`));
    });
    const router = createRouter({ ...app, texts: textsFor(app, session) }, shell);
    const { payers } = app;
    const holder = (): TokenHolder => session.holder;
    return { downloads, calls: pageCalls({ router, scope, downloads, told, app, payers, holder }) };
  };
  return (session) => {
    const known = desks.get(session) ?? make(session);
    desks.set(session, known);
    return known;
  };
}

/** Questions are everybody's, but for those of a token that has a cap. */
function textsFor(app: App, session: LoginSession): Texts {
  const present = (): Texts => (isCapped(session.holder.caps) ? app.textsOf(session.holder.id) : app.texts);
  return new Proxy(app.texts, { get: (_texts, name) => Reflect.get(present(), name) as unknown });
}

/** A login is a form of its own; nothing else is taken here but files. */
function takeForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_LOGIN_BYTES },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MOST_LOGIN_BYTES },
    server.getDefaultJsonParser('error', 'error'),
  );
}

async function serveSockets(
  server: FastifyInstance,
  { app, sessions, isTls }: StudioContext,
  callsOf: (session: LoginSession) => PageCalls,
): Promise<void> {
  const open = new Set<PageSocket>();
  // Hears of what is ours alone; it never listens.
  const upgrades = createServer();
  const stop = divideUpgrades(server.server, { path: SOCKET_PATH, isTls }, (...upgrade) =>
    upgrades.emit('upgrade', ...upgrade),
  );
  await server.register(websocket, {
    options: { server: upgrades, maxPayload: MOST_MESSAGE_BYTES },
    errorHandler: (error, socket) => {
      app.log.debug('service', `a page's socket: ${String(error)}`);
      socket.terminate();
    },
    preClose(done) {
      stop();
      open.forEach((page) => page.goAway());
      done();
    },
  });
  // One that is refused by the guard is closed as well: the library closes those it refuses itself.
  server.addHook('onResponse', async ({ url, raw }) => {
    if (url.split('?')[0] === SOCKET_PATH) {
      raw.socket.destroySoon();
    }
  });
  server.get(SOCKET_PATH, { websocket: true }, (socket, request) => {
    const session = sessionOf(request);
    const page = servePage(socket, { session, sessions, calls: callsOf(session), clock: app.clock });
    open.add(page);
    socket.once('close', () => open.delete(page));
  });
}
