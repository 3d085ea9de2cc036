/** The runs port over a library that this process owns. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_ENDPOINT, DEMO_MODEL } from '@shared/demo';
import type { Endpoint } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import type { Run } from '@shared/model/run';
import type { App } from '../../app';
import { resultsPath } from '../../app/tables/exporter';
import { exportRun } from '../../app/exports/export-run';
import type { EnvKey } from '../../fleet-env/env-keys';
import { fleetFromEnv } from '../../fleet-env/fleet-from-env';
import type { Environment } from '../../fleet-env/variables';
import type { Door } from '../../local-door/serve-door';
import type { Opened } from '../../local-door/open-library';
import { vaultSentence } from '../fleet/vault-words';
import { type ContractClient, ownClient } from '../own-client';
import { libraryNames } from '../run-fleet';
import { libraryBlocker, refuseResume, wasSentFromLibrary } from './run-keys';
import type { CliRuns } from './runs-port';

/** Who was promised the library looks for it more often than this. */
const HANDED_OVER_MS = 1_000;

export interface OwnRuns extends CliRuns {
  /** The window wants the library: what is in flight ends, and it is let go of. */
  handOver(): boolean;
}

export function ownRuns({ app, openDoor }: Extract<Opened, { kind: 'own' }>, version: string): OwnRuns {
  let saveTo: string | null = null;
  let isHandedOver = false;
  let door: Door | null = null;
  const client = ownClient(app, { version, saveTo: () => saveTo });
  return {
    client,
    isElsewhere: false,
    isHandedOver: () => isHandedOver,
    handOver() {
      isHandedOver = true;
      app.runs.stopAll().catch((error: unknown) => app.log.error('runs', `handing over: ${String(error)}`));
      return true;
    },
    async readyKeys(run, env) {
      const lines = await readyKeys({ app, client }, run, env);
      // A run that goes on may take days; what only looks is over before anybody could join.
      door = await openDoor();
      return lines;
    },
    async exportTable(run, format, path) {
      saveTo = path ?? resultsPath(run.outputDir, format);
      await client.runs.export({ runId: run.id, format });
      return resolve(saveTo);
    },
    exportPictures: (run, order, how) => exportRun(app, { ...order, runId: run.id }, { ...how, version }),
    async close() {
      // Command lines that joined meanwhile take the library over.
      await door?.close();
      await app.close();
      if (isHandedOver) {
        await sleep(HANDED_OVER_MS);
      }
    },
  };
}

interface Parts {
  readonly app: App;
  readonly client: ContractClient;
}

/**
 * A run goes on with the keys it was sent with so far. One that was sent with none yet gets the library's where they can
 * serve it, else the environment's.
 */
async function readyKeys({ app, client }: Parts, run: Run, env: Environment): Promise<readonly string[]> {
  const { models } = run.recipe;
  if (models.some(({ model }) => model === DEMO_MODEL.model)) {
    await app.fleet.give({ endpoints: [DEMO_ENDPOINT], keys: [] });
    return [];
  }
  const isOwn = await wasSentFromLibrary(client, run);
  const blocker = await libraryBlocker(client, run);
  const vault = app.vault.status();
  const locked = vault.kind === 'passphrase' && vault.locked ? vaultSentence(vault) : null;
  const why = locked ?? blocker;
  if (isOwn === true || (isOwn === null && why === null)) {
    return why === null ? [`Sending: ${libraryNames(app.fleet.views(), models)}`] : refuseResume(run, why);
  }
  const endpoints: Endpoint[] = [];
  const keys: EnvKey[] = [];
  const lines: string[] = [];
  for (const provider of new Set(models.map((choice): Provider => choice.provider))) {
    const fleet = fleetFromEnv({ provider, env, flags: {} });
    if (fleet.kind === 'refused') {
      return refuseResume(run, locked ?? fleet.sentence);
    }
    endpoints.push(...fleet.endpoints);
    keys.push(...fleet.keys);
    lines.push(...fleet.warnings.map((warning) => `Warning: ${warning}`), `Sending: ${fleet.startLine}`);
  }
  await app.fleet.give({ endpoints, keys });
  return lines;
}
