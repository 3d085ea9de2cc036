/** Test calls over many keys: a few at a time, with progress, and a way to stop. Goes on while other screens are shown. */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo, TestReport } from '@shared/model/endpoint';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../api';

/** One call: a key at an endpoint, or the endpoint alone where it needs no key. */
export interface TestTarget {
  readonly endpointId: string;
  readonly endpointName: string;
  readonly key: KeyInfo | null;
}

export interface TestResult {
  readonly target: TestTarget;
  readonly report: TestReport;
}

export interface TestProgress {
  readonly isRunning: boolean;
  readonly targets: readonly TestTarget[];
  readonly results: readonly TestResult[];
}

export interface KeyTests {
  readonly store: StoreApi<TestProgress>;
  /** Ends with the last answer, or when `stop` was called. Throws what a call was refused with; the others end too. */
  start(targets: readonly TestTarget[]): Promise<void>;
  /** No further call is made; what is under way still answers. */
  stop(): void;
  clear(): void;
}

const NOTHING: TestProgress = { isRunning: false, targets: [], results: [] };
const AT_ONCE = 4;

export function createKeyTests(client: Client): KeyTests {
  const store = createStore<TestProgress>(() => NOTHING);
  let series = 0;
  return {
    store,
    async start(targets) {
      series += 1;
      const mine = series;
      const isMine = () => mine === series;
      store.setState({ isRunning: true, targets, results: [] });
      const waiting = [...targets];
      try {
        const lanes = Array.from({ length: AT_ONCE }, () => testNext(client, { store, waiting, isMine }));
        await Promise.all(lanes);
      } finally {
        waiting.length = 0;
        if (isMine()) {
          store.setState({ isRunning: false });
        }
      }
    },
    stop() {
      series += 1;
      store.setState({ isRunning: false });
    },
    clear() {
      series += 1;
      store.setState(NOTHING);
    },
  };
}

interface Lane {
  readonly store: StoreApi<TestProgress>;
  readonly waiting: TestTarget[];
  /** Whether this series is still the one that is shown. */
  isMine(): boolean;
}

async function testNext(client: Client, { store, waiting, isMine }: Lane): Promise<void> {
  for (let target = waiting.shift(); target !== undefined && isMine(); target = waiting.shift()) {
    const { endpointId, key } = target;
    const tests = await client.endpoints.test({ endpointId, ...(key === null ? {} : { keyId: key.id }) });
    if (!isMine()) {
      return;
    }
    const results = tests.map(({ report }) => ({ target, report }));
    store.setState((state) => ({ results: [...state.results, ...results] }));
  }
}

/** What a test of these endpoints asks: every key of each. */
export function testTargets(views: readonly EndpointView[]): readonly TestTarget[] {
  return views.flatMap(({ endpoint, keys }) => {
    const base = { endpointId: endpoint.id, endpointName: endpoint.name };
    const asked: readonly (KeyInfo | null)[] = endpoint.demo ? [null] : keys;
    return asked.map((key) => ({ ...base, key }));
  });
}
