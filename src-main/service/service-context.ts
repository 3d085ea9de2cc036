/** What the routes share. */
import type { Callers } from './callers';
import type { NewNames } from './new-names';
import type { Semaphores } from './semaphores';
import type { ServiceApp } from './service-app';
import type { ServiceConfig } from './settings';

export interface ServiceContext {
  readonly app: ServiceApp;
  readonly config: ServiceConfig;
  readonly version: string;
  readonly semaphores: Semaphores;
  readonly callers: Callers;
  readonly names: NewNames;
}
