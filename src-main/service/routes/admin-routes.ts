/** The registry of semaphores that other services share, and their leases. For the admin's key alone. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { adminClaim, unauthenticated } from '../authentication';
import { askerOf } from '../exchange';
import { Problem } from '../problem';
import { readBody } from '../read-body';
import type { SemaphoreStanding } from '../semaphores';
import type { ServiceContext } from '../service-context';
import { leaseSchema, semaphoreLimitSchema, semaphoreSchema } from '../shapes';

interface Named {
  readonly Params: { readonly id: string; readonly leaseId: string };
}

export function adminRoutes(server: FastifyInstance, context: ServiceContext): void {
  const { semaphores } = context;
  const admit = (request: FastifyRequest): void => {
    if (adminClaim(askerOf(request), context.config) !== 'right') {
      throw unauthenticated();
    }
  };
  registry(server, context, admit);
  leases(server, context, admit);

  // The earlier service's, which listed bare ids to everybody.
  server.get('/global-semaphores', (request) => {
    admit(request);
    const ids = semaphores.list().map(({ semaphoreId }) => semaphoreId);
    return { count: ids.length, global_semaphores: ids };
  });
  server.post('/global-semaphores', (request) => {
    admit(request);
    const { semaphore_id, limit } = register(context, request.body);
    return {
      success: true,
      semaphore_id,
      limit,
      message: `Semaphore '${semaphore_id}' registered with limit ${limit}`,
    };
  });
}

type Admit = (request: FastifyRequest) => void;

function registry(server: FastifyInstance, context: ServiceContext, admit: Admit): void {
  const { semaphores } = context;
  server.get('/_admin/semaphores', (request) => {
    admit(request);
    const all = semaphores.list().map(toldStanding);
    return { count: all.length, semaphores: all };
  });
  server.post('/_admin/semaphores', (request) => {
    admit(request);
    return { success: true, ...register(context, request.body) };
  });
  server.get<Named>('/_admin/semaphores/:id', (request) => {
    admit(request);
    return found(context, request.params.id);
  });
  server.route<Named>({
    method: ['PUT', 'PATCH'],
    url: '/_admin/semaphores/:id',
    handler(request) {
      admit(request);
      found(context, request.params.id);
      semaphores.update(request.params.id, readBody(semaphoreLimitSchema, request.body).limit);
      return { success: true, ...found(context, request.params.id) };
    },
  });
  server.delete<Named>('/_admin/semaphores/:id', (request) => {
    admit(request);
    const standing = found(context, request.params.id);
    semaphores.remove(request.params.id);
    return { success: true, semaphore_id: standing.semaphore_id };
  });
}

function leases(server: FastifyInstance, { semaphores }: ServiceContext, admit: Admit): void {
  server.post<Named>('/_admin/semaphores/:id/leases', async (request, reply) => {
    admit(request);
    const { id } = request.params;
    const { ttl_s: ttlS } = readBody(leaseSchema, request.body);
    const answer = semaphores.lease(id, ttlS * 1000);
    switch (answer.kind) {
      case 'unknown':
        throw noSuch(id);
      case 'full':
        throw new Problem(429, `Every slot of '${id}' is taken: try again.`, {
          retryAfterMs: answer.retryAfterMs ?? 1000,
        });
      case 'leased':
        return reply.code(201).send({
          lease_id: answer.lease.id,
          semaphore_id: id,
          ttl_s: ttlS,
          expires_at: new Date(answer.lease.expiresAt).toISOString(),
        });
    }
  });
  server.delete<Named>('/_admin/semaphores/:id/leases/:leaseId', (request) => {
    admit(request);
    const { id, leaseId } = request.params;
    if (semaphores.get(id) === undefined) {
      throw noSuch(id);
    }
    if (!semaphores.giveBack(id, leaseId)) {
      throw new Problem(404, 'That lease ran out or was given back already.');
    }
    return { success: true, semaphore_id: id, lease_id: leaseId };
  });
}

/** Again with the same limit does nothing: services register what they share when they start. */
function register(context: ServiceContext, body: unknown): ReturnType<typeof toldStanding> {
  const { semaphore_id: id, limit } = readBody(semaphoreSchema, body);
  const known = context.semaphores.get(id);
  if (known !== undefined && known.limit !== limit) {
    throw new Problem(
      409,
      `'${id}' is registered with the limit ${known.limit}: change it with PUT /_admin/semaphores/${encodeURIComponent(id)}.`,
    );
  }
  if (known === undefined && context.semaphores.list().length >= MOST_SEMAPHORES) {
    throw new Problem(409, `There are ${MOST_SEMAPHORES} semaphores already: delete one that is not used.`);
  }
  context.semaphores.register(id, limit);
  return found(context, id);
}

const MOST_SEMAPHORES = 10_000;

function found({ semaphores }: ServiceContext, id: string): ReturnType<typeof toldStanding> {
  const standing = semaphores.get(id);
  if (standing === undefined) {
    throw noSuch(id);
  }
  return toldStanding(standing);
}

function noSuch(id: string): Problem {
  return new Problem(404, `External semaphore '${id.slice(0, 200)}' not found.`);
}

export function toldStanding({ semaphoreId, limit, inUse, leases: held, waiting }: SemaphoreStanding) {
  return {
    semaphore_id: semaphoreId,
    limit,
    in_use: inUse,
    available: Math.max(0, limit - inUse),
    leases: held,
    waiting,
  };
}
