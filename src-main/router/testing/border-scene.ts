/** The border as a hostile page meets it: a real app on a library of its own, the real router, the real wire. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { type ClientContext, createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { RPCHandler } from '@orpc/server/message-port';
import type { Contract } from '@shared/contract';
import { DEFAULT_SERVICE_SETTINGS } from '@shared/contract/service';
import { type App, openApp } from '../../app';
import { Refusal } from '../../refusal';
import { type AppRouter, createRouter, type Shell } from '../../router';
import { noKeyring } from '../../vault/no-keyring';

export interface BorderScene {
  /** The folder of the library. */
  readonly library: string;
  readonly app: App;
  readonly router: AppRouter;
  readonly client: ContractRouterClient<Contract>;
  /** Everything that crossed the wire towards the page, as it crossed. */
  readonly answers: string[];
  /** The code of the refusal, or what was answered instead. */
  codeOf(name: string, input: unknown): Promise<string>;
  call(name: string, input?: unknown): Promise<unknown>;
  /** All that a call could have changed. */
  everything(): Promise<unknown>;
  close(): Promise<void>;
}

export async function openBorderScene(): Promise<BorderScene> {
  const library = await mkdtemp(join(tmpdir(), 'brushfleet-router-'));
  const app = await openApp({
    libraryDir: library,
    env: {},
    resourcesDir: resolve('resources'),
    imageRoots: 'granted',
    keyring: noKeyring('tests have none'),
  });
  const shellCalls: string[] = [];
  const answers: string[] = [];
  const router = createRouter(app, recordingShell(library, shellCalls));
  const channel = new MessageChannel();
  new RPCHandler(router).upgrade(channel.port1);
  channel.port2.on('message', (data: unknown) => {
    answers.push(typeof data === 'string' ? data : JSON.stringify(data));
  });
  const link = new RPCLink<ClientContext>({ port: channel.port2 });
  channel.port1.start();
  channel.port2.start();
  const call = (name: string, input?: unknown): Promise<unknown> =>
    link.call(name.split('.'), input, { context: {} });
  return {
    library,
    app,
    router,
    client: createORPCClient(link),
    answers,
    call,
    codeOf: (name, input) =>
      call(name, input).then(
        (answer) => `answered ${JSON.stringify(answer)}`,
        (error: unknown) => (error instanceof ORPCError ? String(error.code) : `untyped ${String(error)}`),
      ),
    everything: () => everythingIn(app, library, shellCalls),
    async close() {
      channel.port2.close();
      await app.close();
      await rm(library, { recursive: true, force: true });
    },
  };
}

async function everythingIn(app: App, library: string, shellCalls: readonly string[]): Promise<unknown> {
  const { store } = app;
  return {
    datasets: await store.datasets(),
    runs: await store.runs(),
    endpoints: await store.endpoints(),
    keys: await store.keys(),
    groups: await store.quotaGroups(),
    states: await store.keyStates(),
    models: await store.ownModels(),
    settings: await store.settings(),
    memory: app.settings(),
    vault: app.vault.status(),
    files: (await readdir(library, { recursive: true })).sort(),
    shell: [...shellCalls],
  };
}

function recordingShell(library: string, shellCalls: string[]): Shell {
  return {
    version: '0',
    defaultOutputDir: '/nowhere',
    theme: () => 'system',
    setTheme: () => void shellCalls.push('setTheme'),
    interfaceSize: () => 100,
    setInterfaceSize: () => void shellCalls.push('setInterfaceSize'),
    openFolder: async () => void shellCalls.push('openFolder'),
    showFile: async () => void shellCalls.push('showFile'),
    openLink: async () => false,
    pick: async () => {
      throw new Error(`broken at ${library}/secret-place`);
    },
    saveAs: async () => {
      shellCalls.push('saveAs');
      return null;
    },
    trash: async () => [],
    service: {
      status: () => ({ kind: 'off' }),
      settings: () => DEFAULT_SERVICE_SETTINGS,
      async set() {
        shellCalls.push('service.set');
        return { kind: 'off' };
      },
    },
    copySecret: () => false,
    pictures: {
      copyImage: async () => undefined,
      openForEditing: async () => undefined,
      editor: () => null,
      chooseEditor: async () => undefined,
      forgetEditor: () => undefined,
      prepareDrag: () => '00000000-0000-4000-8000-000000000000',
    },
    granted: () => {
      throw new Refusal('NOT_FOUND', 'That file was granted in another session.');
    },
  };
}
