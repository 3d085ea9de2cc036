/** What is open to everybody, and the status for those who may send. No key and no caller is named here. */
import type { FastifyInstance } from 'fastify';
import { tierOf } from '../authentication';
import { askerOf } from '../exchange';
import { hasLockedKeys } from '../locked-keys';
import type { ServiceContext } from '../service-context';
import { toldStanding } from './admin-routes';

const SERVICE = 'Brushfleet generation service';
/** Load balancers and monitors ask with HEAD. */
const ASKED_BY_PROBES = { exposeHeadRoute: true };

export function healthRoutes(server: FastifyInstance, context: ServiceContext): void {
  const { version, semaphores, config, callers, app } = context;
  const slots = () => {
    const { limit, inUse, waiting } = semaphores.global();
    return {
      global_concurrency_limit: limit,
      in_use: inUse,
      current_available_slots: Math.max(0, limit - inUse),
      waiting,
      external_semaphores_count: semaphores.list().length,
    };
  };
  const configured = () => ({
    admin_key_configured: config.adminKey !== null,
    server_credentials_configured: app.fleet.providers().length > 0,
    keys_locked: hasLockedKeys(app),
  });
  const healthy = () => ({ status: 'healthy', service: SERVICE, version });

  server.get('/', ASKED_BY_PROBES, () => ({
    ...healthy(),
    concurrency_status: slots(),
    ...configured(),
    authentication: {
      admin_api_key: config.adminKey === null ? 'not configured' : 'header Admin-API-Key',
      user_credentials: 'credentials.gemini_api_key or credentials.openai_api_key in the body',
      environment_variables: callers.hasEnvironment() ? config.envTier : 'not configured',
    },
  }));
  server.get('/health', ASKED_BY_PROBES, () => {
    const { global_concurrency_limit, current_available_slots, external_semaphores_count } = slots();
    const { admin_key_configured, server_credentials_configured, keys_locked } = configured();
    return {
      ...healthy(),
      concurrency_status: { global_concurrency_limit, current_available_slots },
      features: ['batches in input order', 'one global limit', 'external semaphores', 'structured output'],
      admin_key_configured,
      server_key_configured: server_credentials_configured,
      keys_locked,
      global_semaphores_count: external_semaphores_count,
    };
  });
  server.get('/status', (request) => {
    tierOf(askerOf(request), null, context);
    return {
      ...healthy(),
      concurrency_status: slots(),
      ...configured(),
      semaphores: semaphores.list().map(toldStanding),
    };
  });
}
