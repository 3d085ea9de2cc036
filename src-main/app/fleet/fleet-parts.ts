/** The fleet with all that belongs to it: its figures, its log, the demo endpoint, and the calls made by hand. */
import { randomUUID } from 'node:crypto';
import type { PoolSettings } from '@shared/model/settings';
import type { Pool } from '../../engine/pool/pool';
import type { Clock } from '../../engine/ports';
import type { StartDemo } from '../../demo/start-demo';
import { createDemoSwitch } from './demo-switch';
import { createEndpointProbe } from './endpoint-probe';
import { createEndpointTest } from './endpoint-test';
import { createEnvKeyIds } from './env-key-id';
import type { EventHub } from '../event-hub';
import { createFleet, type Fleet } from './fleet';
import { createFleetJournal } from './fleet-journal';
import { createFleetMetrics, type FleetMetrics } from './fleet-metrics';
import type { Foundation } from '../foundation';

export interface FleetPartsOptions {
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly events: EventHub;
  readonly startDemo?: StartDemo | undefined;
  poolSettings(): PoolSettings;
}

export interface FleetParts {
  readonly fleet: Fleet;
  readonly metrics: FleetMetrics;
  /** Reads what earlier sessions left. */
  load(): Promise<void>;
  /** Once nothing is sent any more: what became of the keys is written down, and nothing after it. */
  close(): Promise<void>;
}

export function createFleetParts(options: FleetPartsOptions): FleetParts {
  const { clock, pool, events, poolSettings } = options;
  const { store, vault, models, log, paths, redactor } = options.foundation;
  const demo = createDemoSwitch(options.startDemo);
  const endpointTest = createEndpointTest();
  const endpointProbe = createEndpointProbe({ catalogueModel: models.find });
  const metrics = createFleetMetrics({ store, clock });
  const onChange = (): void => events.touchEndpoints();
  const fleet = createFleet({
    store,
    vault,
    pool,
    clock,
    metrics,
    newId: randomUUID,
    envKeyId: createEnvKeyIds(paths.root),
    poolSettings,
    onSecret: redactor.add,
    onLent: redactor.hold,
    onChange,
    onGroups: (groups) => events.tell({ kind: 'groups', groups: [...groups] }),
    demoUrl: demo.url,
    testCall: endpointTest.call,
    probeCall: endpointProbe.probe,
  });
  const journal = createFleetJournal({
    store,
    pool,
    clock,
    log,
    endpointName: (id) => fleet.endpoint(id)?.name ?? id,
    key: fleet.storedKey,
    onEvent: (event) => events.tell({ kind: 'fleetEvent', event }),
    onChange,
  });
  return {
    fleet,
    metrics,
    async load() {
      await metrics.load();
      await fleet.load();
    },
    async close() {
      await journal.close();
      endpointTest.close();
      endpointProbe.close();
      await demo.close();
    },
  };
}
