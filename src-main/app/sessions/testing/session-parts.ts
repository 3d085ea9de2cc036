/** What an open session is built on, where nothing is stored and nothing sent: a test replaces the part it is about. */
import type { OpenSessionParts } from '../open-session-parts';
import { createWaitingList } from '../waiting-list';

const done = async (): Promise<never> => undefined as never;

export function stillStore(): OpenSessionParts['store'] {
  let last = 0;
  return {
    addRequests: async (_runId, requests) =>
      requests.map((_, at) => ({ jobId: (last += 1), row: at, stem: String(at) })),
    reserveJobs: async () => 1000,
    cancelPendingJobs: done,
    jobsById: async () => [],
  };
}

export function stillRuns(): OpenSessionParts['runs'] {
  return {
    start: done,
    stop: done,
    over: done,
    found: done,
    cancelJobs: done,
    setOptions: done,
    refreshOrder: () => undefined,
    isActive: () => true,
  };
}

export function stillParts(): OpenSessionParts {
  return {
    store: stillStore(),
    runs: stillRuns(),
    arrivals: { open: () => undefined, came: () => undefined, close: () => undefined },
    orders: { note: () => undefined, forget: () => undefined },
    waiting: createWaitingList(),
    endpointsFor: () => [],
    unpriced: () => null,
    wallNow: () => 0,
    onError: () => undefined,
  };
}
