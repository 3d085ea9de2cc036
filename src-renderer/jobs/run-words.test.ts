import { describe, expect, it } from 'vitest';
import { NO_COUNTS } from '@shared/model/run';
import type { Run } from '@shared/model/run';
import { canKeepRunning, canPause, isAtCanary, runLabels, runSentence } from './run-words';

const NOW = 1_000_000;

function runIn(state: Run['state'], part: Partial<Run> = {}): Run {
  return {
    id: 1,
    name: 'portraits',
    origin: 'dataset',
    datasetId: 1,
    recipe: { task: 't2i', models: [], instruction: '', imageColumns: [], variants: 1 },
    options: {
      filterRows: '',
      concurrency: 1,
      workers: 1,
      maxRetries: 0,
      retryDelayMs: 0,
      allowPrivateUrls: false,
    },
    outputDir: '',
    createdAt: 0,
    state,
    counts: NO_COUNTS,
    failures: {},
    ratePerSecond: 0,
    costUsd: 0,
    requests: 0,
    place: 1,
    emptied: 0,
    look: 0,
    ...part,
  };
}

it('is chosen by its date, too, where another has its name', () => {
  const [first, second, other] = [
    runIn({ kind: 'finished' }, { name: 'tasks', createdAt: 0 }),
    runIn({ kind: 'finished' }, { id: 2, name: 'tasks', createdAt: 86_400_000 }),
    runIn({ kind: 'finished' }, { id: 3, name: 'other' }),
  ] as const;
  const labelOf = runLabels([first, second, other]);
  expect(labelOf(first)).toMatch(/^tasks · /);
  expect(labelOf(second)).not.toBe(labelOf(first));
  expect(labelOf(other)).toBe('other');
});

it('can have its pause taken back for as long as something is left to send', () => {
  const pausing = (pending: number) =>
    runIn({ kind: 'draining' }, { counts: { ...NO_COUNTS, sent: 2, pending } });
  expect([canKeepRunning(pausing(3), { isKept: false }), canPause(pausing(3), { isKept: false })]).toEqual([
    true,
    false,
  ]);
  expect([canKeepRunning(pausing(3), { isKept: true }), canPause(pausing(3), { isKept: true })]).toEqual([
    false,
    true,
  ]);
  expect(canKeepRunning(pausing(0), { isKept: false })).toBe(false);
});

describe('what a run is doing', () => {
  it('says that a pause waits for what is in flight', () => {
    const draining = (sent: number) =>
      runSentence(runIn({ kind: 'draining' }, { counts: { ...NO_COUNTS, sent } }), NOW);
    expect(draining(3)).toBe('Pausing: 3 requests in flight finish first');
    expect(draining(1)).toBe('Pausing: 1 request in flight finishes first');
    expect(draining(0)).toBe('Pausing');
  });

  it('counts down while it waits, and says for what', () => {
    const waiting = runIn({ kind: 'waiting', until: NOW + 42_000, reason: 'All keys rest' });
    expect(runSentence(waiting, NOW)).toBe('Waiting 0:42: All keys rest');
    const reason = 'waiting for quota until 14:05 (3 keys)';
    const forQuota = runIn({ kind: 'waiting', until: NOW + 42_000, reason });
    expect(runSentence(forQuota, NOW)).toBe('Waiting 0:42 for quota until 14:05 (3 keys)');
    expect(runSentence(runIn({ kind: 'waiting', until: NOW, reason: '' }), NOW)).toBe('Waiting');
  });

  it('tells a run that waits for its turn from one that sends', () => {
    const running = { kind: 'running' } as const;
    expect(runSentence(runIn(running), NOW)).toBe('Waits for its turn');
    expect(runSentence(runIn(running, { counts: { ...NO_COUNTS, sent: 2 } }), NOW)).toBe(
      '2 requests in flight',
    );
  });

  it('names what is left behind by a run that is over', () => {
    const counts = { ...NO_COUNTS, done: 5, failed: 2, unknown: 1 };
    expect(runSentence(runIn({ kind: 'finished' }, { counts }), NOW)).toBe(
      'Finished; 2 failed, 1 possibly charged',
    );
    const emptied = { counts: { ...NO_COUNTS, done: 5, cancelled: 3 }, emptied: 2 };
    expect(runSentence(runIn({ kind: 'finished' }, emptied), NOW)).toBe('Finished; 1 cancelled, 2 deleted');
  });
});

describe('first rows sent alone', () => {
  const counts = { ...NO_COUNTS, done: 3, pending: 97 };
  const options = { ...runIn({ kind: 'running' }).options, canary: 3 };

  it('are through once the run has paused with others left', () => {
    expect(isAtCanary(runIn({ kind: 'paused', reason: '' }, { counts, options }))).toBe(true);
    expect(isAtCanary(runIn({ kind: 'running' }, { counts, options }))).toBe(false);
  });

  it('are not through where the run was paused before', () => {
    const recipe: Run['recipe'] = {
      ...runIn({ kind: 'running' }).recipe,
      models: [{ provider: 'openai', model: 'm' }],
    };
    const isAt = (done: number) =>
      isAtCanary(
        runIn(
          { kind: 'paused', reason: '' },
          { counts: { ...NO_COUNTS, done, pending: 5 }, recipe, options: { ...options, canary: 3 } },
        ),
      );
    expect([0, 1, 2, 3, 4].map(isAt)).toEqual([false, false, false, true, true]);
  });

  it('are not what a cap or a full disk has paused', () => {
    const state = { kind: 'paused', reason: '', failure: 'budget' } as const;
    expect(isAtCanary(runIn(state, { counts, options }))).toBe(false);
  });
});
