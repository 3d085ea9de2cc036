/** A service over a real app of which a test puts a part of its own in place. */
import type { ServiceApp } from '../service-app';
import { createService, type Service, type ServiceOptions } from '../service';
import { readConfig, type ServiceConfig } from '../settings';
import { ADMIN } from './service-scene';

export interface ServiceOver {
  readonly service: Service;
  readonly url: string;
}

/** Not started. */
export function serviceOver(app: ServiceApp, upstream: string): Service {
  const env = { ADMIN_API_KEY: ADMIN, GOOGLE_GEMINI_BASE_URL: upstream };
  const read = readConfig(env, { port: 0 });
  if (read.kind === 'refused') {
    throw new Error(read.sentence);
  }
  return createService({ app, version: 'test', env, config: read.config });
}

export const startServiceOver = (app: ServiceApp, upstream: string): Promise<ServiceOver> =>
  started(serviceOver(app, upstream));

/** For tokens alone: it has no keys of its own, and nobody administers it. */
export function startForTokens<App extends ServiceApp>({
  config,
  ...options
}: Omit<ServiceOptions<App>, 'env' | 'config'> & {
  readonly config?: Partial<ServiceConfig>;
}): Promise<ServiceOver> {
  const closed: ServiceConfig = {
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    envTier: 'off',
    adminKey: null,
    limit: 15,
    ...config,
  };
  return started(createService({ ...options, env: {}, config: closed }));
}

async function started(service: Service): Promise<ServiceOver> {
  const status = await service.start();
  if (status.kind !== 'on') {
    throw new Error(JSON.stringify(status));
  }
  return { service, url: status.address };
}
