/** The fleet port over the app. */
import { randomUUID } from 'node:crypto';
import { type App, type AppOptions, LibraryBusy, openApp } from '../../app';
import { importEnvFile } from '../../app/env-import';
import type { CliFleet } from './fleet-port';

export type OpenedFleet =
  | { readonly kind: 'ok'; readonly fleet: CliFleet }
  | { readonly kind: 'refused'; readonly sentence: string };

export async function openAppFleet(options: AppOptions): Promise<OpenedFleet> {
  try {
    return { kind: 'ok', fleet: fleetOf(await openApp(options)) };
  } catch (error) {
    if (error instanceof LibraryBusy) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

function fleetOf(app: App): CliFleet {
  const { fleet, vault } = app;
  return {
    endpoints: fleet.views,
    groups: fleet.groups,
    vault: () => vault.status(),
    addGroup: (name) => fleet.saveGroup({ name, limits: {} }),
    removeGroup: fleet.removeGroup,
    addKeys: ({ endpointId, keys, groupId, tier, limits }) =>
      fleet.addKeys(endpointId, keys, { groupId, tier, limits }),
    importEnv: (path) => importEnvFile(app, path),
    removeKey: fleet.removeKey,
    newEndpoint: (endpoint) => fleet.save({ ...endpoint, id: randomUUID() }),
    changeEndpoint: fleet.save,
    test: fleet.test,
    close: app.close,
  };
}
