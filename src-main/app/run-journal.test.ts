import type { CatalogueModel } from '@shared/model/catalogue';
import { expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart } from '../engine/ports';
import { createRunJournal } from './run-journal';

const FILE = { fileName: 'f', sha256: 's', mimeType: 'image/png', width: 1024, height: 1024, sizeBytes: 1 };

function priced(id: string, usd: number): CatalogueModel {
  return {
    id,
    provider: 'openai',
    label: id,
    state: 'current',
    tasks: ['t2i'],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: { '*': usd },
    source: 's',
  };
}

function journalOf(asked: Partial<AttemptStart>) {
  const stored: AttemptEnd[] = [];
  const told: AttemptEnd[] = [];
  const sent: AttemptStart[] = [];
  const journal = createRunJournal({
    store: {
      pending: async () => [],
      nextAttemptId: () => 1,
      sent: async () => undefined,
      received: async () => undefined,
      ended: async (end) => void stored.push(end),
    },
    planned: async () => undefined,
    isWanted: () => true,
    isPastEnd: () => false,
    stragglers: async () => [],
    onHandedOut: () => undefined,
    onSettled: () => undefined,
    fetchPages: async () => undefined,
    catalogueModel: ({ provider, model }) =>
      provider === 'openai' ? priced(model, model === 'cheap' ? 0.01 : 0.5) : undefined,
    providerOf: (endpointId) => (endpointId === 'gone' ? undefined : 'openai'),
    onSent: (attempts) => sent.push(...attempts),
    onEnded: (end) => told.push(end),
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
    sent,
    async costs(): Promise<unknown[]> {
      await journal.sent([{ ...start, ...asked }]);
      await journal.ended(end);
      return [...stored, ...told].map(({ outcome }) => outcome.kind === 'done' && outcome.costUsd);
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
