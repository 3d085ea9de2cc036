/** Requests that a person makes of an endpoint by hand: the test call, and the probe of the endpoint lab. */
import type { Endpoint, ProbeReport, TestReport } from '@shared/model/endpoint';
import { leadsTo } from '../../engine/pool/fleet';
import type { LeaseAnswer, LeaseOutcome, Pool } from '../../engine/pool/pool';
import type { Clock, Lease } from '../../engine/ports';
import type { Secret } from '../../providers/secret';
import { Refusal } from '../../refusal';
import { type Vault, VaultClosed } from '../../vault/vault';
import { timeWords } from '../clock-words';
import type { GivenFleet, Roster } from './fleet-roster';

/** One request for a picture, to see how an endpoint does. */
export interface Probe {
  readonly model: string;
  readonly prompt: string;
  readonly imageSize?: string | undefined;
}

export interface KeyTest {
  /** Null: an endpoint that needs no key. */
  readonly keyId: string | null;
  readonly report: TestReport;
}

/** A key that was lent only to be tested, at one of its endpoints. */
export interface LentKeyTest {
  readonly keyId: string;
  readonly label: string;
  readonly tail: string;
  readonly endpointId: string;
  readonly endpointName: string;
  readonly report: TestReport;
}

export interface FleetRequestsOptions {
  readonly roster: Roster;
  readonly pool: Pool;
  readonly vault: Pick<Vault, 'status'>;
  readonly clock: Clock;
  newId(): string;
  lend(borrower: string, given: GivenFleet): Promise<unknown>;
  testCall(endpoint: Endpoint, secret: Secret | null): Promise<TestReport>;
  probeCall(endpoint: Endpoint, secret: Secret | null, probe: Probe): Promise<ProbeReport>;
  /** The endpoint with the URL its requests really go to. */
  sendable(endpoint: Endpoint): Promise<Endpoint>;
  /** A test call has found whose key it is; answers what is odd about that, if anything. */
  onAccount(keyId: string, account: string): Promise<string | null>;
  onChange(): void;
}

/** Test calls under way at once: "test all" may mean a thousand keys of one host. */
const TESTS_AT_ONCE = 8;

/** Of a key whose secret is damaged or gone: sent without it, a request would show nothing of the key. */
const WITHOUT_SECRET: TestReport = {
  kind: 'failed',
  latencyMs: 0,
  failure: {
    kind: 'invalid_key',
    message: 'The secret of this key cannot be read any more, and nothing was sent: add the key again.',
    bodySent: false,
  },
};

const TAKEN_AWAY: TestReport = {
  kind: 'failed',
  latencyMs: 0,
  failure: {
    kind: 'bad_input',
    message: 'This key is no longer one of the endpoint, and nothing was sent.',
    bodySent: false,
  },
};

export function createFleetRequests(options: FleetRequestsOptions) {
  const { roster, pool, clock } = options;
  const inTestSlot = createSlots(TESTS_AT_ONCE);

  async function testKey(endpoint: Endpoint, key: { readonly id: string }): Promise<TestReport> {
    const secret = roster.secret(key.id);
    if (secret === null) {
      return WITHOUT_SECRET;
    }
    const report = await options.testCall(endpoint, secret);
    if (!leadsThere(endpoint)) {
      return report;
    }
    if (report.kind === 'failed') {
      pool.testFailed(key.id, endpoint.id, report.failure);
      options.onChange();
      return report;
    }
    pool.clearKey(key.id, { proven: true, at: endpoint.id });
    options.onChange();
    const odd = report.account === undefined ? null : await options.onAccount(key.id, report.account);
    return odd === null ? report : { ...report, detail: `${report.detail} ${odd}`.trim() };
  }

  /** What it answers shows nothing of where the endpoint leads by now. */
  function leadsThere(asked: Endpoint): boolean {
    const present = roster.anyEndpoint(asked.id);
    return present !== undefined && (asked.demo || leadsTo(present) === leadsTo(asked));
  }

  /** Throws VaultClosed before anything is sent. */
  function refuseLocked(keys: readonly { readonly id: string }[]): void {
    const status = options.vault.status();
    const isClosed = status.kind === 'undecided' || (status.kind === 'passphrase' && status.locked);
    if (isClosed && keys.some(({ id }) => roster.secret(id) === null)) {
      throw new VaultClosed(status);
    }
  }

  async function test(endpointId: string, keyId?: string): Promise<KeyTest[]> {
    const { endpoint, keys } = roster.view(endpointId);
    const wanted = keys.filter((key) => keyId === undefined || key.id === keyId);
    if (wanted.length === 0 && !endpoint.demo) {
      throw keyId === undefined
        ? new Refusal('BAD_INPUT', `${endpoint.name} has no key yet: add one, then test it.`, 'keys')
        : new Refusal('NOT_FOUND', `That key is no longer one of ${endpoint.name}.`);
    }
    refuseLocked(wanted);
    if (wanted.length === 0) {
      return [{ keyId: null, report: await options.testCall(await options.sendable(endpoint), null) }];
    }
    return Promise.all(
      wanted.map(async ({ id }) => ({
        keyId: id,
        report: await inTestSlot(() => testPresent(endpointId, id)),
      })),
    );
  }

  /** It has waited for its turn: no key goes where its endpoint does not lead any more. */
  async function testPresent(endpointId: string, keyId: string): Promise<TestReport> {
    const { endpoint, keys } = roster.view(endpointId);
    const key = keys.find(({ id }) => id === keyId);
    return key === undefined ? TAKEN_AWAY : testKey(await options.sendable(endpoint), key);
  }

  /** Tests keys of an environment: it is the way back for those that a provider once refused. */
  async function testLent(given: GivenFleet): Promise<LentKeyTest[]> {
    const borrower = options.newId();
    await options.lend(borrower, given);
    try {
      const places = roster.lentKeys(borrower).flatMap((key) =>
        key.endpointIds.flatMap((id) => {
          const endpoint = roster.anyEndpoint(id);
          return endpoint === undefined ? [] : [{ key, endpoint }];
        }),
      );
      const tests = await Promise.all(
        places.map(async ({ key, endpoint }) => {
          const ready = await options.sendable(endpoint);
          const report = await inTestSlot(() => testKey(ready, key));
          const { id: endpointId, name: endpointName } = endpoint;
          return { keyId: key.id, label: key.label, tail: key.tail, endpointId, endpointName, report };
        }),
      );
      await roster.keepLent(borrower);
      return tests;
    } finally {
      roster.takeBack(borrower);
    }
  }

  /** One real request, against the limits like any other. Throws a Refusal while they leave no room. */
  async function probe(endpointId: string, asked: Probe): Promise<ProbeReport> {
    const endpoint = roster.endpoint(endpointId);
    const { provider } = endpoint;
    const only = new Set([endpointId]);
    const lease = granted(endpoint, pool.lease({ provider, model: asked.model, endpointIds: only }));
    options.onChange();
    let outcome: LeaseOutcome = { kind: 'unused' };
    try {
      const ready = await options.sendable(endpoint);
      outcome = { kind: 'lost' };
      const secret = lease.keyId === null ? null : roster.secret(lease.keyId);
      const report = await options.probeCall(ready, secret, asked);
      outcome = report.kind === 'ok' ? { kind: 'ok' } : { kind: 'failed', failure: report.failure };
      return report;
    } finally {
      pool.settle(lease.id, outcome);
      options.onChange();
    }
  }

  function granted({ name, enabled, weight }: Endpoint, answer: LeaseAnswer): Lease {
    switch (answer.kind) {
      case 'granted':
        return answer.lease;
      case 'never':
        throw refused(
          !enabled
            ? `${name} is paused: resume it, then probe it.`
            : weight === 0
              ? `${name} has the weight 0, with which nothing is sent there: give it one, then probe it.`
              : answer.sentence,
        );
      case 'wait': {
        const wallNow = clock.wallNow();
        const at = wallNow + answer.until - clock.now();
        // Rounded up: at the moment it names there is room.
        const when = Number.isFinite(at)
          ? `at ${timeWords(Math.ceil(at / 1000) * 1000, wallNow)}`
          : 'when a request under way there has ended';
        throw refused(`${name} has no room for a request now: probe it again ${when}.`);
      }
    }
  }

  return { test, testLent, probe };
}

function refused(sentence: string): Refusal {
  return new Refusal('BAD_INPUT', sentence, 'endpointId');
}

/** Work waits for one of so many slots, in the order it came. */
function createSlots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) {
      free -= 1;
    } else {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        free += 1;
      } else {
        next();
      }
    }
  };
}
