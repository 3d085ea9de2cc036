/** Endpoints, keys and the vault. */
import type { App } from '../app';
import { importEnvFile } from '../app/fleet/env-import';
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
    move: os.endpoints.move.handler(({ input }) => app.fleet.moveEndpoint(input.endpointId, input.place)),
    reset: os.endpoints.reset.handler(({ input }) => app.fleet.resetEndpoint(input.endpointId)),
    probe: os.endpoints.probe.handler(({ input: { endpointId, ...probe } }) =>
      app.fleet.probe(endpointId, probe),
    ),
    usage: os.endpoints.usage.handler(({ input }) => app.usage(input.days)),
    events: os.endpoints.events.handler(async ({ input }) => [...(await app.fleetEvents(input.limit))]),
  };
}

export function groupCalls(os: Calls, app: App) {
  return {
    list: os.groups.list.handler(() => [...app.fleet.groups()]),
    save: os.groups.save.handler(({ input }) => app.fleet.saveGroup(input)),
    remove: os.groups.remove.handler(({ input }) => app.fleet.removeGroup(input.groupId)),
  };
}

export function keyCalls(os: Calls, app: App, shell: Shell) {
  return {
    add: os.keys.add.handler(({ input }) =>
      app.fleet.addKeys(
        input.endpointId,
        input.keys.map((key) => ({ label: key.label, secret: new Secret(key.secret.trim()) })),
        { groupId: input.groupId, tier: input.tier, limits: input.limits },
      ),
    ),
    update: os.keys.update.handler(({ input: { keyId, ...change } }) => app.fleet.updateKey(keyId, change)),
    reset: os.keys.reset.handler(({ input }) => app.fleet.resetKey(input.keyId)),
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
