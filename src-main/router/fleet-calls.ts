/** Endpoints, keys and the vault. */
import type { App } from '../app';
import { importEnvFile } from '../app/env-import';
import { Secret } from '../providers/secret';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function endpointCalls(os: Calls, app: App) {
  return {
    list: os.endpoints.list.handler(() => [...app.fleet.views()]),
    add: os.endpoints.add.handler(({ input }) =>
      app.fleet.save({ ...input, id: globalThis.crypto.randomUUID(), demo: false }),
    ),
    update: os.endpoints.update.handler(({ input }) =>
      app.fleet.save({ ...input, demo: app.fleet.view(input.id).endpoint.demo }),
    ),
    remove: os.endpoints.remove.handler(({ input }) => app.fleet.removeEndpoint(input.endpointId)),
    test: os.endpoints.test.handler(({ input }) => app.fleet.test(input.endpointId, input.keyId)),
  };
}

export function keyCalls(os: Calls, app: App, shell: Shell) {
  return {
    add: os.keys.add.handler(({ input }) =>
      app.fleet.addKeys(
        input.endpointId,
        input.keys.map((key) => ({ label: key.label, secret: new Secret(key.secret.trim()) })),
      ),
    ),
    rename: os.keys.rename.handler(({ input }) => app.fleet.renameKey(input.keyId, input.label)),
    setPaused: os.keys.setPaused.handler(({ input }) => app.fleet.setPaused(input.keyId, input.paused)),
    remove: os.keys.remove.handler(({ input }) => app.fleet.removeKey(input.keyId)),
    importEnv: os.keys.importEnv.handler(({ input }) => importEnvFile(app, shell.granted(input.grant))),
  };
}

export function vaultCalls(os: Calls, app: App) {
  return {
    status: os.vault.status.handler(() => app.vault.status()),
    choose: os.vault.choose.handler(async ({ input }) => {
      const vault = await app.vault.choose(
        input.kind === 'session' ? input : { kind: 'passphrase', passphrase: new Secret(input.passphrase) },
      );
      app.events.tell({ kind: 'vault', vault });
      return vault;
    }),
    unlock: os.vault.unlock.handler(async ({ input }) => {
      if (!(await app.vault.unlock(new Secret(input.passphrase)))) {
        throw new Refusal('BAD_INPUT', 'That is not the passphrase of this vault.', 'passphrase');
      }
      await app.fleet.load();
      app.events.tell({ kind: 'vault', vault: app.vault.status() });
      return app.vault.status();
    }),
  };
}
