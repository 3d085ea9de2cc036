/** The service over the whole app, with everything that belongs to it. */
import { dirname, join } from 'node:path';
import type { App } from '../app';
import { proxyRoutes } from './proxy/proxy-routes';
import { createService, type Service, type ServiceOptions } from './service';
import { studioRoutes } from './studio/studio-routes';

export function serveApp(options: Omit<ServiceOptions<App>, 'plugins'>): Service {
  const { app, version, config } = options;
  const studio = studioRoutes({
    version,
    isTls: config.tls !== undefined,
    rendererDir: join(dirname(app.resourcesDir), 'out', 'renderer'),
    status: () => service.status(),
  });
  const service = createService({ ...options, plugins: [proxyRoutes, studio] });
  return service;
}
