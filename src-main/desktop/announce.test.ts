import type { AppEvent } from '@shared/contract';
import { NO_COUNTS, type Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { announce, type Announcement } from './announce';

function openScene() {
  const clock = createVirtualClock();
  const told: Announcement[] = [];
  const progress: (number | null)[] = [];
  let last: AppEvent | null = null;
  let listener = (_event: AppEvent): void => undefined;
  const scene = {
    clock,
    told,
    progress,
    isSeen: false,
    /** Null: as it was last told. */
    settled: null as AppEvent | null,
    async tell(event: AppEvent): Promise<void> {
      last = event;
      listener(event);
      await Promise.resolve();
    },
  };
  announce({
    events: {
      subscribe(heard) {
        listener = heard;
        return () => undefined;
      },
    },
    clock,
    isSeen: () => scene.isSeen,
    settled: async () => {
      const event = scene.settled ?? last;
      return event?.kind === 'run' ? event.run : Promise.reject(new Error('It is gone.'));
    },
    notify: (what) => told.push(what),
    showProgress: (share) => progress.push(share),
  });
  return scene;
}

/** What of it is read here. */
function runEvent(run: Partial<Omit<Run, 'counts'>> & { counts?: Partial<Run['counts']> }): AppEvent {
  const { counts, ...rest } = run;
  const whole = { id: 1, name: 'cats', origin: 'dataset', state: { kind: 'running' }, ...rest };
  return { kind: 'run', run: { ...whole, counts: { ...NO_COUNTS, ...counts } } as unknown as Run };
}

function keyEvent(keyLabel: string, kind: 'invalid_key' | 'no_credit' | 'quota_minute'): AppEvent {
  const event = {
    kind: 'keyState',
    id: 1,
    at: 0,
    keyId: keyLabel,
    keyTail: 'p0Lk',
    keyLabel,
    endpointName: 'Relay',
    from: 'AVAILABLE',
    to: kind === 'quota_minute' ? 'COOLDOWN' : 'FAILED_INIT',
    reason: { kind, message: '' },
  } as const;
  return { kind: 'fleetEvent', event };
}

describe('the end of a run', () => {
  it('is told with its figures while nobody looks at the window, and once', async () => {
    const scene = openScene();
    await scene.tell(runEvent({ counts: { pending: 3, done: 1 } }));
    const over = runEvent({ state: { kind: 'finished' }, counts: { done: 2, failed: 1, unknown: 1 } });
    await scene.tell(over);
    await scene.tell(over);
    expect(scene.told).toEqual([
      { title: '“cats” has finished', body: '2 done, 1 failed, 1 possibly charged, result lost.' },
    ]);
  });

  it('is told as it is when its tables are written, or could not be', async () => {
    const scene = openScene();
    await scene.tell(runEvent({}));
    const reason = 'The disk is full.';
    scene.settled = runEvent({ state: { kind: 'paused', reason, failure: 'storage' }, counts: { done: 2 } });
    await scene.tell(runEvent({ state: { kind: 'finished' }, counts: { done: 2 } }));
    await scene.tell(scene.settled);
    expect(scene.told).toEqual([{ title: '“cats” is paused', body: `${reason} 2 done.` }]);
  });

  it('is left to the window where somebody looks at it', async () => {
    const scene = openScene();
    scene.isSeen = true;
    await scene.tell(runEvent({}));
    await scene.tell(runEvent({ state: { kind: 'finished' } }));
    expect(scene.told).toEqual([]);
  });

  it('is told of a cap with its reason, and not of what a person paused', async () => {
    const scene = openScene();
    await scene.tell(runEvent({}));
    await scene.tell(runEvent({ state: { kind: 'paused', reason: 'Stopped.', asked: true } }));
    expect(scene.told).toEqual([]);
    await scene.tell(runEvent({}));
    const reason = 'The run has reached its cap of $3.';
    await scene.tell(runEvent({ state: { kind: 'paused', reason, failure: 'budget' }, counts: { done: 8 } }));
    expect(scene.told).toEqual([{ title: '“cats” is paused', body: `${reason} 8 done.` }]);
  });

  it('is told where nothing failed, and a person is waited for', async () => {
    const scene = openScene();
    await scene.tell(runEvent({}));
    const reason = 'The first 3 rows are finished: check the results.';
    await scene.tell(runEvent({ state: { kind: 'paused', reason }, counts: { done: 3, pending: 9 } }));
    expect(scene.told).toEqual([{ title: '“cats” is paused', body: `${reason} 3 done.` }]);
  });

  it('is not told of a question that is shown where it was asked', async () => {
    const scene = openScene();
    await scene.tell(runEvent({ origin: 'studio' }));
    await scene.tell(runEvent({ origin: 'studio', state: { kind: 'finished' } }));
    expect([scene.told, scene.progress]).toEqual([[], []]);
  });
});

it('the taskbar shows how far the runs are together, and nothing when none is under way', async () => {
  const scene = openScene();
  await scene.tell(runEvent({ counts: { pending: 1, sent: 2, done: 1 } }));
  await scene.tell(runEvent({ id: 2, counts: { pending: 2, failed: 2 } }));
  await scene.tell(runEvent({ state: { kind: 'finished' }, counts: { done: 4 } }));
  await scene.tell(runEvent({ id: 2, state: { kind: 'finished' }, counts: { done: 4 } }));
  expect(scene.progress).toEqual([0.25, 3 / 8, 0.5, null]);
});

it('keys that are refused one after the other are told once; one that only rests is not', async () => {
  const scene = openScene();
  await scene.tell(keyEvent('mine', 'invalid_key'));
  await scene.tell(keyEvent('yours', 'no_credit'));
  await scene.tell(keyEvent('slow', 'quota_minute'));
  await scene.clock.advance(2_000);
  expect(scene.told).toEqual([
    { title: '2 keys were refused', body: 'mine at Relay: not a valid key, and 1 more key' },
  ]);
  await scene.tell(keyEvent('', 'no_credit'));
  await scene.clock.advance(2_000);
  expect(scene.told[1]).toEqual({ title: 'A key was refused', body: '…p0Lk at Relay: no credit left' });
});
