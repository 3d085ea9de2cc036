import type { CatalogueModel } from '@shared/model/catalogue';
import { expect, it } from 'vitest';
import type { AttemptEnd, AttemptOutcome, AttemptStart, Journal, PendingJob } from '../../engine/ports';
import { NotPending } from '../../engine/runs/not-pending';
import { StoreError } from '../../store/store-error';
import { type ArrivalQueue, createArrivals } from './arrivals';
import { listedModel } from '../testing/listed-model';
import { createRunJournal } from './run-journal';

const FILE = { fileName: 'f', sha256: 's', mimeType: 'image/png', width: 1024, height: 1024, sizeBytes: 1 };

const priced = (id: string, usd: number): CatalogueModel =>
  listedModel(id, {
    provider: 'openai',
    tasks: ['t2i'],
    priceUsd: { '*': usd },
    tokenPriceUsd: { textIn: 10 * usd, textOut: 100 * usd },
  });

function journalOf(
  asked: Partial<AttemptStart>,
  given: {
    readonly arrivals?: ArrivalQueue;
    readonly pending?: Journal['pending'];
    readonly sent?: Journal['sent'];
    readonly ended?: Journal['ended'];
  } = {},
) {
  const stored: AttemptEnd[] = [];
  const told: AttemptEnd[] = [];
  const unwritten: [AttemptEnd, unknown][] = [];
  const sent: AttemptStart[] = [];
  const journal = createRunJournal({
    store: {
      pending: given.pending ?? (async () => []),
      nextAttemptId: () => 1,
      sent: given.sent ?? (async () => undefined),
      received: async () => undefined,
      ended: given.ended ?? (async (end) => void stored.push(end)),
    },
    planned: async () => undefined,
    isWanted: () => true,
    isPastEnd: () => false,
    stragglers: async () => [],
    arrivals: given.arrivals ?? createArrivals(),
    onHandedOut: () => undefined,
    onSettled: () => undefined,
    fetchPages: async () => undefined,
    catalogueModel: ({ provider, model }) =>
      provider === 'openai' ? priced(model, model === 'cheap' ? 0.01 : 0.5) : undefined,
    providerOf: (endpointId) => (endpointId === 'gone' ? undefined : 'openai'),
    onSent: (attempts) => sent.push(...attempts),
    onEnded: (end) => told.push(end),
    onUnwritten: (...one) => {
      unwritten.push(one);
      return Promise.resolve(null);
    },
  });
  const start = { attemptId: 1, jobId: 1, runId: 1, endpointId: 'e', keyId: null, model: 'dear', sentAt: 1 };
  const end: AttemptEnd = {
    attemptId: 1,
    jobId: 1,
    runId: 1,
    endedAt: 2,
    bodySentAt: 1,
    tookMs: 1,
    outcome: { kind: 'done', file: FILE, usage: {}, costUsd: null },
    next: { kind: 'done' },
  };
  return {
    journal,
    sent,
    told,
    unwritten,
    async costs(outcome: AttemptOutcome = end.outcome): Promise<unknown[]> {
      await journal.sent([{ ...start, ...asked }]);
      await journal.ended({ ...end, outcome });
      return [...stored, ...told].map((one) => one.outcome.kind !== 'lost' && one.outcome.costUsd);
    },
  };
}

it('prices a picture by the model that was asked, which a fallback may have changed, for all who hear of it', async () => {
  expect(await journalOf({}).costs()).toEqual([0.5, 0.5]);
  expect(await journalOf({ model: 'cheap' }).costs()).toEqual([0.01, 0.01]);
});

it('leaves the price open when the endpoint was removed meanwhile', async () => {
  const journal = journalOf({ endpointId: 'gone' });
  expect(await journal.costs()).toEqual([null, null]);
  expect(journal.sent).toMatchObject([{ endpointId: 'gone' }]);
});

it('prices an answer in words by its tokens, also one that could not be used', async () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 10_000 };
  const answer = { text: 'yes', mimeType: 'text/plain' } as const;
  expect(await journalOf({}).costs({ kind: 'text', answer, usage, costUsd: null })).toEqual([5.5, 5.5]);
  const failure = { kind: 'schema_mismatch', message: 'It does not fit.' } as const;
  expect(await journalOf({}).costs({ kind: 'failed', failure, usage })).toEqual([5.5, 5.5]);
  expect(await journalOf({}).costs({ kind: 'failed', failure })).toEqual([undefined, undefined]);
});

it('reads the library to its end, then hands out what comes, and reads it no more', async () => {
  const job = (id: number): PendingJob => ({
    id,
    runId: 1,
    model: { provider: 'openai', model: 'm' },
    retriesUsed: 0,
  });
  const arrivals = createArrivals();
  const reads: number[] = [];
  const library = [job(1), job(2)];
  const { journal } = journalOf(
    {},
    {
      arrivals,
      pending: async (_runId, afterId) => {
        reads.push(afterId);
        return library.filter(({ id }) => id > afterId);
      },
    },
  );
  arrivals.open(1);
  expect(await journal.pending(1, -1, 10)).toEqual([job(1), job(2)]);
  const next = journal.pending(1, 2, 10);
  await expect.poll(() => arrivals.hasCaughtUp(1)).toBe(true);
  arrivals.came(1, [job(3)]);
  expect(await next).toEqual([job(3)]);
  const readsBefore = reads.length;
  const last = journal.pending(1, 3, 10);
  arrivals.came(1, [job(4)]);
  expect(await last).toEqual([job(4)]);
  expect(reads).toHaveLength(readsBefore);
  arrivals.close(1);
  expect(await journal.pending(1, 4, 10)).toEqual([]);
});

it('hands over an end that could not be written, with what it cost, and tells nobody that it was', async () => {
  const full = new Error('The disk is full.');
  const { costs, told, unwritten } = journalOf({}, { ended: () => Promise.reject(full) });
  await expect(costs()).rejects.toBe(full);
  expect(unwritten).toMatchObject([[{ attemptId: 1, outcome: { costUsd: 0.5 } }, full]]);
  expect(told).toEqual([]);
});

it('tells the engine a job that may not be sent from a disk that cannot be written', async () => {
  const refusal = new StoreError('UNEXPECTED_STATE', 'Job 1 is done: only a pending job may be sent.');
  const refused = journalOf({}, { sent: () => Promise.reject(refusal) });
  const error: unknown = await refused.costs().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotPending);
  expect(error).toMatchObject({ message: refusal.message, cause: refusal });
  const full = new StoreError('DISK_FULL', 'The disk of the library is full.');
  await expect(journalOf({}, { sent: () => Promise.reject(full) }).costs()).rejects.toBe(full);
  expect(refused.sent).toEqual([]);
});
