/** The contract's calls on a library that this process owns, as a client of another owner has them over its socket. */
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import type { Contract } from '@shared/contract';
import type { App } from '../app';
import { createRouter } from '../router';
import { headlessShell, type HeadlessOptions } from '../router/headless-shell';

export type ContractClient = ContractRouterClient<Contract>;

export function ownClient(app: App, options: HeadlessOptions): ContractClient {
  return createRouterClient(createRouter(app, headlessShell(options)));
}
