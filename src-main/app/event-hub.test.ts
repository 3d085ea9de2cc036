import type { AppEvent } from '@shared/contract';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { createEventHub, type EventSource } from './event-hub';

function hub() {
  const clock = createVirtualClock();
  const asked: number[][] = [];
  const source: EventSource = {
    runEvent: (runId) => Promise.resolve({ kind: 'runRemoved', runId }),
    jobEvents: (runId, jobIds) => {
      asked.push([...jobIds]);
      return Promise.resolve({ kind: 'jobs', runId, jobs: [] });
    },
    endpointsEvent: () => Promise.resolve({ kind: 'endpoints', endpoints: [] }),
  };
  return { clock, asked, events: createEventHub(clock, () => source) };
}

describe('what pages are told', () => {
  it('comes in at most ten batches a second, each job once a batch', async () => {
    const { clock, asked, events } = hub();
    const heard: AppEvent[] = [];
    events.subscribe((event) => heard.push(event));
    for (let at = 0; at < 1000; at += 10) {
      events.touchJob(1, 7);
      events.touchRun(1);
      await clock.advance(10);
    }
    expect(heard.filter((event) => event.kind === 'jobs').length).toBeLessThanOrEqual(10);
    expect(asked.every((ids) => ids.length === 1)).toBe(true);
  });

  it('loses nothing: what changes while a batch is gathered comes with the next', async () => {
    const { clock, asked, events } = hub();
    events.subscribe(() => events.touchJob(1, 2));
    events.touchJob(1, 1);
    await clock.advance(250);
    expect(asked.flat()).toEqual(expect.arrayContaining([1, 2]));
  });

  it('tells the figures of endpoints at most twice a second, and the last of them', async () => {
    const { clock, events } = hub();
    let told = 0;
    events.subscribe((event) => {
      told += event.kind === 'endpoints' ? 1 : 0;
    });
    for (let at = 0; at < 2000; at += 50) {
      events.touchEndpoints();
      await clock.advance(50);
    }
    const during = told;
    events.touchEndpoints();
    await clock.advance(1000);
    expect(during).toBeLessThanOrEqual(5);
    expect(told).toBeGreaterThan(during);
  });

  it('gathers nothing while nobody listens', async () => {
    const { clock, asked, events } = hub();
    events.touchJob(1, 1);
    await clock.advance(1000);
    expect(asked).toEqual([]);
  });

  it('tells what is read at once, and does not hold it behind what is slower', async () => {
    const clock = createVirtualClock();
    let finish = (_event: AppEvent) => {};
    const slow = new Promise<AppEvent>((resolve) => (finish = resolve));
    const source: EventSource = {
      runEvent: (runId) => Promise.resolve({ kind: 'runRemoved', runId }),
      jobEvents: () => slow,
      endpointsEvent: () => Promise.resolve({ kind: 'endpoints', endpoints: [] }),
    };
    const events = createEventHub(clock, () => source);
    const heard: string[] = [];
    events.subscribe((event) => heard.push(event.kind));
    events.touchJob(1, 1);
    events.touchRun(1);
    await clock.advance(100);
    expect(heard).toEqual(['runRemoved']);
    finish({ kind: 'jobs', runId: 1, jobs: [] });
    await clock.advance(0);
    expect(heard).toEqual(['runRemoved', 'jobs']);
  });
});
