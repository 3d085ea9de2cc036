import type { AppEvent } from '@shared/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeBackend } from '../testing/fake-backend';
import { startFeed } from './feed';
import type { FeedSink, FeedTiming } from './feed';

/** Time that moves only when told: frames are run by hand, waits end at once. */
function handTiming() {
  const frames: (() => void)[] = [];
  const waits: number[] = [];
  const timing: FeedTiming = {
    nextFrame(task) {
      frames.push(task);
      return () => frames.splice(frames.indexOf(task), 1);
    },
    wait: async (ms) => void waits.push(ms),
  };
  return { timing, waits, frames, frame: () => frames.splice(0).forEach((task) => task()) };
}

function recorder() {
  const log: string[] = [];
  const sink: FeedSink = {
    snapshot: () => log.push('snapshot'),
    events: (events) => log.push(`events ${events.map((event) => event.kind).join()}`),
    lost: () => log.push('lost'),
  };
  return { log, sink };
}

afterEach(() => {
  vi.useRealTimers();
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const removed = (runId: number): AppEvent => ({ kind: 'runRemoved', runId });

describe('the feed', () => {
  it('holds events back that came before the snapshot, and loses none', async () => {
    const backend = createFakeBackend('full', false);
    const { log, sink } = recorder();
    const { timing, frame } = handTiming();
    const list = backend.client.runs.list;
    backend.client.runs.list = async () => {
      const runs = await list();
      // Told after the stream opened and before the snapshot is complete.
      backend.tell(removed(1));
      return runs;
    };
    const { stop } = startFeed(backend.client, sink, timing);
    await settled();
    expect(log).toEqual(['snapshot']);
    frame();
    expect(log).toEqual(['snapshot', 'events runRemoved']);
    stop();
  });

  it('folds all events of a frame into one update', async () => {
    const backend = createFakeBackend('empty', false);
    const { log, sink } = recorder();
    const { timing, frame, frames } = handTiming();
    const { stop } = startFeed(backend.client, sink, timing);
    await settled();
    backend.tell(removed(1));
    backend.tell(removed(2));
    await settled();
    expect(frames).toHaveLength(1);
    frame();
    expect(log).toEqual(['snapshot', 'events runRemoved,runRemoved']);
    stop();
  });

  it('hands on at once what waits for its frame when an answer overtakes it, and nothing before the snapshot', async () => {
    const backend = createFakeBackend('empty', false);
    const { log, sink } = recorder();
    const { timing, frame, frames } = handTiming();
    const { catchUp, stop } = startFeed(backend.client, sink, timing);
    catchUp();
    await settled();
    backend.tell(removed(1));
    await settled();
    expect(log).toEqual(['snapshot']);
    catchUp();
    expect(log).toEqual(['snapshot', 'events runRemoved']);
    expect(frames).toEqual([]);
    backend.tell(removed(2));
    await settled();
    frame();
    expect(log).toEqual(['snapshot', 'events runRemoved', 'events runRemoved']);
    stop();
  });

  it('updates the page at most ten times a second, and the last word always arrives', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'performance', 'requestAnimationFrame', 'cancelAnimationFrame'],
    });
    const backend = createFakeBackend('empty', false);
    const folds: number[] = [];
    let last = 0;
    const sink: FeedSink = {
      snapshot: () => undefined,
      events: (events) => {
        folds.push(performance.now());
        const event = events.at(-1);
        last = event?.kind === 'runRemoved' ? event.runId : last;
      },
      lost: () => undefined,
    };
    const { stop } = startFeed(backend.client, sink);
    await vi.advanceTimersByTimeAsync(100);
    for (let told = 1; told <= 200; told += 1) {
      backend.tell(removed(told));
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(folds.length).toBeGreaterThan(5);
    expect(folds.length).toBeLessThanOrEqual(11);
    await vi.advanceTimersByTimeAsync(200);
    expect(last).toBe(200);
    stop();
  });

  it('takes a new snapshot after the stream ended, having handed on what had come', async () => {
    const backend = createFakeBackend('empty', false);
    const { log, sink } = recorder();
    const { timing, waits } = handTiming();
    const { stop } = startFeed(backend.client, sink, timing);
    await settled();
    backend.tell(removed(1));
    backend.dropStreams();
    await settled();
    expect(log).toEqual(['snapshot', 'events runRemoved', 'lost', 'snapshot']);
    expect(waits).toEqual([250]);
    stop();
  });

  it('waits longer after each failure and stops when told', async () => {
    const backend = createFakeBackend('empty', false);
    let calls = 0;
    const { log, sink } = recorder();
    const { timing, waits } = handTiming();
    let stop = () => {};
    backend.client.system.info = async () => {
      calls += 1;
      if (calls === 4) {
        stop();
      }
      throw new Error('no answer');
    };
    ({ stop } = startFeed(backend.client, sink, timing));
    await settled();
    expect(waits).toEqual([250, 500, 1000]);
    expect(log).toEqual(['lost', 'lost', 'lost']);
  });
});
