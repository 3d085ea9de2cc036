/** The contract's calls on a library that this process owns, as a client of another owner has them over its socket. */
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import type { Contract } from '@shared/contract';
import type { App } from '../app';
import { Refusal } from '../refusal';
import { createRouter, type Shell } from '../router';

export type ContractClient = ContractRouterClient<Contract>;

export interface OwnClientOptions {
  readonly version: string;
  /** Where the next table is written that a call exports, absolute; null: nowhere. */
  saveTo(): string | null;
}

export function ownClient(app: App, options: OwnClientOptions): ContractClient {
  return createRouterClient(createRouter(app, headlessShell(options)));
}

/** A terminal has no dialogs, no folders to show and no links to open. */
export function headlessShell({ version, saveTo }: OwnClientOptions): Shell {
  const cannot = (): never => {
    throw new Refusal('BAD_INPUT', 'Only the window can do that.');
  };
  return {
    version,
    defaultOutputDir: '',
    theme: () => 'system',
    setTheme: cannot,
    openFolder: cannot,
    showFile: cannot,
    openLink: cannot,
    pick: async () => null,
    saveAs: async () => saveTo(),
    granted: cannot,
  };
}
