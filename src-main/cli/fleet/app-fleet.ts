/** The fleet port over the app. */
import { randomUUID } from 'node:crypto';
import type { App } from '../../app';
import { importEnvFile } from '../../app/fleet/env-import';
import type { Door } from '../../local-door/serve-door';
import type { CliFleet } from './fleet-port';

/** Others may send through this process while it has the library open. */
export function appFleet({ app, door }: { app: App; door: Door | null }): CliFleet {
  const { fleet, vault } = app;
  return {
    endpoints: fleet.views,
    groups: fleet.groups,
    vault: () => vault.status(),
    usage: app.usage,
    addGroup: (name) => fleet.saveGroup({ name, limits: {} }),
    removeGroup: fleet.removeGroup,
    addKeys: ({ endpointId, keys, groupId, tier, limits }) =>
      fleet.addKeys(endpointId, keys, { groupId, tier, limits }),
    importEnv: (path) => importEnvFile(app, path),
    removeKey: fleet.removeKey,
    pauseKey: (keyId, paused) => fleet.updateKey(keyId, { paused }),
    resetKey: fleet.resetKey,
    removeEndpoint: fleet.removeEndpoint,
    newEndpoint: (endpoint) => fleet.save({ ...endpoint, id: randomUUID() }),
    changeEndpoint: fleet.save,
    test: fleet.test,
    testGiven: fleet.testLent,
    async close() {
      await door?.close();
      await app.close();
    },
  };
}
