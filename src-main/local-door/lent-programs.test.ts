/** A program at the owner's app, without its door. */
import { describe, expect, it } from 'vitest';
import type { App } from '../app';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { createLentPrograms } from './lent-programs';
import type { ProgramEvent } from './program-contract';

const BORROWER = '7a0f7b51-5f3d-4c7e-8d43-0c9f5c1f4a11';

function ownerWith(standing: () => { readonly inFlight: number }) {
  const clock = createVirtualClock();
  const faults: string[] = [];
  const session = {
    standing,
    submitAll: () => [new Promise(() => undefined)],
    close: () => Promise.resolve(),
  };
  const app = {
    clock,
    log: { error: (_: string, what: string) => faults.push(what) },
    fleet: { endpointsFor: () => ['e'], views: () => [] },
    vault: { status: () => ({ kind: 'session' }) },
    sessions: { open: () => Promise.resolve(session) },
  } as unknown as App;
  return { programs: createLentPrograms(app), clock, faults };
}

describe('how the sessions of a program stand', () => {
  it('is told again after it could not be found out once', async () => {
    let looks = 0;
    const { programs, clock, faults } = ownerWith(() => {
      looks += 1;
      if (looks === 1) {
        throw new Error('closing');
      }
      return { inFlight: 3 };
    });
    const end = new AbortController();
    const join = { borrower: BORROWER, provider: 'openai', model: 'm', fleet: null } as const;
    const events: ProgramEvent[] = [];
    const reading = (async () => {
      for await (const event of programs.join(join, end.signal)) {
        events.push(event);
      }
    })();
    await expect.poll(() => events.length).toBe(1);
    await programs.open({ borrower: BORROWER, name: 'one', concurrency: 1, maxRetries: 0 });
    const ask = { model: { provider: 'openai', model: 'm' } } as never;
    await programs.ask({ borrower: BORROWER, name: 'one', asks: [{ id: 1, ask, isStreamed: false }] });
    await clock.advance(5_000);
    await expect.poll(() => events.length).toBe(2);
    expect(events[1]).toEqual({ kind: 'standing', inFlight: { one: 3 }, keys: {} });
    expect(faults).toEqual([expect.stringContaining('closing')]);
    end.abort();
    await reading;
  });
});
