/** A service over a real app of which a test puts a part of its own in place. */
import type { ServiceApp } from '../service-app';
import { createService, type Service } from '../service';
import { readConfig } from '../settings';
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

export async function startServiceOver(app: ServiceApp, upstream: string): Promise<ServiceOver> {
  const service = serviceOver(app, upstream);
  const status = await service.start();
  if (status.kind !== 'on') {
    throw new Error(JSON.stringify(status));
  }
  return { service, url: status.address };
}
