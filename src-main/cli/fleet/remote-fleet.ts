/** The fleet port over a library that another process has open: its pool hears of each change at once. */
import { ORPCError } from '@orpc/client';
import type { EndpointView } from '@shared/contract';
import type { QuotaGroup } from '@shared/model/endpoint';
import type { VaultStatus } from '@shared/model/settings';
import type { Connection } from '../../local-door/connect-door';
import { revealed } from '../../local-door/lent-fleet';
import { Refusal } from '../../refusal';
import type { CliFleet } from './fleet-port';

type Owner = Extract<Connection, { kind: 'ok' }>;

interface Snapshot {
  readonly views: readonly EndpointView[];
  readonly groups: readonly QuotaGroup[];
  readonly vault: VaultStatus;
}

export async function remoteFleet(owner: Owner): Promise<CliFleet> {
  const { app, door } = owner.client;
  let snapshot = await asked(look);

  async function look(): Promise<Snapshot> {
    const [views, groups, vault] = await Promise.all([
      app.endpoints.list(),
      app.groups.list(),
      app.vault.status(),
    ]);
    return { views, groups, vault };
  }

  /** What is looked at afterwards is what the change has made of it. */
  function change<T>(work: () => Promise<T>): Promise<T> {
    return asked(async () => {
      const made = await work();
      snapshot = await look();
      return made;
    });
  }

  return {
    endpoints: () => snapshot.views,
    groups: () => snapshot.groups,
    vault: () => snapshot.vault,
    usage: (days) => asked(() => app.endpoints.usage({ days })),
    addGroup: (name) => change(() => app.groups.save({ name, limits: {} })),
    removeGroup: (groupId) => change(() => app.groups.remove({ groupId })),
    addKeys: ({ keys, ...rest }) =>
      change(() =>
        door.addKeys({
          ...rest,
          keys: keys.map(({ label, secret }) => ({ label, secret: secret.reveal() })),
        }),
      ),
    importEnv: (path) => change(() => door.importEnv({ path })),
    removeKey: (keyId) => change(() => app.keys.remove({ keyId })),
    pauseKey: (keyId, paused) => change(() => app.keys.update({ keyId, paused })),
    resetKey: (keyId) => change(() => app.keys.reset({ keyId })),
    removeEndpoint: (endpointId) => change(() => app.endpoints.remove({ endpointId })),
    newEndpoint: ({ demo: _demo, ...endpoint }) => change(() => app.endpoints.add(endpoint)),
    changeEndpoint: ({ demo: _demo, ...endpoint }) => change(() => app.endpoints.update(endpoint)),
    test: (endpointId, keyId) =>
      asked(() => app.endpoints.test({ endpointId, ...(keyId === undefined ? {} : { keyId }) })),
    testGiven: (fleet) => asked(() => door.testLent({ fleet: revealed(fleet) })),
    close: owner.close,
  };
}

/** What the owner refuses is refused here in its words; what fails on the way to it is its being gone. */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ORPCError)) {
      throw new Refusal(
        'BAD_INPUT',
        'The Brushfleet that had the library open has ended meanwhile: look at what it did, then give the command again.',
      );
    }
    throw error.defined
      ? new Refusal(error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'BAD_INPUT', error.message)
      : error;
  }
}
