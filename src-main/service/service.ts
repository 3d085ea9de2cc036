/** Door 3: the local HTTP service over the app. Starts and stops; what is in flight is finished, what is queued never sent. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { ServiceStatus } from '@shared/contract/service';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Environment } from '../fleet-env/variables';
import { createCallers } from './callers';
import { gatedSessions } from './gated-sessions';
import { createNewNames } from './new-names';
import { createSemaphores, type Semaphores } from './semaphores';
import { buildServer } from './server';
import type { ServiceApp } from './service-app';
import type { ServiceConfig } from './settings';

export interface ServiceOptions<App extends ServiceApp> {
  readonly app: App;
  readonly version: string;
  readonly env: Environment;
  readonly config: ServiceConfig;
  /** Routes with an authentication of their own. What they send through this app shares the bound of all callers. */
  readonly plugins?: readonly ((app: App) => FastifyPluginAsync)[];
}

export interface Service {
  /** Rejects never: what is wrong is in the status. Once: a service that was stopped does not start again. */
  start(): Promise<ServiceStatus>;
  status(): ServiceStatus;
  /** Takes no more; what is in flight is finished and answered, what waits is refused. */
  stop(): Promise<void>;
}

/** What an answered connection gets to go by itself. */
const LINGER_MS = 500;
/** Who reads nothing of his answer for so long is not waited for any more. */
const UNREAD_MS = 5_000;

export function createService<App extends ServiceApp>(options: ServiceOptions<App>): Service {
  const { app, config, env, version } = options;
  const semaphores = createSemaphores({ clock: app.clock, limit: config.limit, newId: randomUUID });
  const callers = createCallers({ app, env, limit: config.limit });
  const names = createNewNames((model) => app.models.find(model) !== undefined);
  const shared: App = { ...app, sessions: gatedSessions(app.sessions, semaphores) };
  let status: ServiceStatus = { kind: 'off' };
  let requests = 0;
  let starting: Promise<ServiceStatus> | null = null;
  let stopping: Promise<void> | null = null;
  if (config.adminKey !== null) {
    app.redactor.add(config.adminKey);
  }
  const server = buildServer({
    context: { app, config, version, semaphores, callers, names },
    port: () => portOf(server) ?? config.port,
    plugins: (options.plugins ?? []).map((plugin) => plugin(shared)),
  });
  const active = watchActive(server, () => (requests += 1));

  async function start(): Promise<ServiceStatus> {
    await callers
      .endEarlier()
      .catch((error: unknown) => app.log.warning('service', `earlier callers: ${String(error)}`));
    try {
      await server.listen({ host: config.host, port: config.port });
      status = on(addressOf(server, config));
    } catch (error) {
      status = { kind: 'failed', reason: reasonOf(error, config) };
    }
    return status;
  }

  function on(address: string): Extract<ServiceStatus, { kind: 'on' }> {
    return {
      kind: 'on',
      address,
      since: app.clock.wallNow(),
      requests: 0,
      inFlight: 0,
      waiting: 0,
      concurrency: config.limit,
    };
  }

  async function stop(): Promise<void> {
    // What is closed before it listens would listen all the same.
    await starting;
    semaphores.close();
    active.stop();
    // Node cuts off at once whoever has not read a complete answer to its end.
    await active.delivered();
    const closed = server.close();
    await active.none();
    const cut = setTimeout(() => server.server.closeAllConnections(), LINGER_MS);
    await closed;
    clearTimeout(cut);
    await callers.close();
    status = { kind: 'off' };
  }

  return {
    start: () => (stopping === null ? (starting ??= start()) : stopping.then(() => status)),
    stop: () => (stopping ??= stop()),
    status: () => (status.kind === 'on' ? { ...status, requests, ...standing(semaphores) } : status),
  };
}

function standing(semaphores: Semaphores): { readonly inFlight: number; readonly waiting: number } {
  const { inUse, waiting } = semaphores.global();
  return { inFlight: inUse, waiting };
}

interface Active {
  /** From here on who does not read is cut off; others get the time that they need. */
  stop(): void;
  /** Resolves when what is complete has left. */
  delivered(): Promise<void>;
  none(): Promise<void>;
}

type Reply = FastifyReply['raw'];

/** Requests that are being answered. */
function watchActive(server: FastifyInstance, onRequest: () => void): Active {
  const replies = new Set<Reply>();
  let isStopping = false;
  let tell: () => void = () => undefined;
  server.addHook('onRequest', (_request, { raw }, done) => {
    replies.add(raw);
    onRequest();
    if (isStopping) {
      cutWhenUnread(raw);
    }
    raw.once('close', () => {
      replies.delete(raw);
      tell();
    });
    done();
  });
  async function gone(isMeant: (reply: Reply) => boolean): Promise<void> {
    while ([...replies].some(isMeant)) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
  }
  return {
    stop() {
      isStopping = true;
      replies.forEach(cutWhenUnread);
    },
    delivered() {
      const complete = new Set([...replies].filter(({ writableEnded }) => writableEnded));
      return gone((reply) => complete.has(reply));
    },
    none: () => gone(() => true),
  };
}

/** Heard whenever nothing has moved for so long. Where nothing is there to be read it is the provider that is waited for. */
function cutWhenUnread(reply: Reply): void {
  reply.setTimeout(UNREAD_MS, () => {
    if (reply.writableLength > 0) {
      reply.destroy();
    }
  });
}

function portOf(server: FastifyInstance): number | null {
  const address = server.server.address() as AddressInfo | null;
  return address?.port ?? null;
}

function addressOf(server: FastifyInstance, { host, tls }: ServiceConfig): string {
  // Who listens everywhere is not called by that: no request names it so.
  const own = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = own.includes(':') ? `[${own}]` : own;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${portOf(server) ?? 0}`;
}

function reasonOf(error: unknown, { host, port }: ServiceConfig): string {
  switch (String((error as NodeJS.ErrnoException).code)) {
    case 'EADDRINUSE':
      return `Port ${port} is used by another program: end that one, or choose another port.`;
    case 'EACCES':
      return `Port ${port} may not be used by this user: choose one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine: 127.0.0.1 is this machine alone, 0.0.0.0 every network it is in.`;
    default:
      return `The service could not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}
