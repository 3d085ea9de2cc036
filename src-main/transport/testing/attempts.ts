/** What a pool is told of an attempt: by its number alone. */
import type { AttemptStart, Lease, PendingJob } from '../../engine/ports';
import { endpoint } from '../../providers/testing/calls';

export const JOB: PendingJob = {
  id: 1,
  runId: 1,
  model: { provider: 'openai', model: 'm' },
  retriesUsed: 0,
};

export const attemptOf = (attemptId: number): AttemptStart => ({
  attemptId,
  jobId: attemptId,
  runId: 1,
  endpointId: 'e',
  keyId: null,
  model: 'm',
  sentAt: 0,
});

/** Of an OpenAI endpoint at this address. */
export const leaseOf = (id: number, url: string): Lease => ({
  id,
  endpoint: endpoint('openai', url),
  keyId: null,
  model: 'm',
  leasedAt: 0,
});
