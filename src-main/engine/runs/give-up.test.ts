/** Runs that give up by themselves what nothing can serve, and go on with the rest. */
import { describe, expect, it } from 'vitest';
import { failure } from '../testing/fleet-samples';
import { failed } from '../testing/simulated-provider';
import { HOUR, MODEL, ORDER, OTHER, setUp } from './testing/run-scene';

function givenUp(events: ReturnType<typeof setUp>['events']) {
  return events.flatMap((event) => (event.kind === 'givenUp' ? [event] : []));
}

describe('a run that gives up', () => {
  it('tells of jobs that no endpoint may serve, sends none of them, and finishes the others', async () => {
    const { clock, journal, scheduler, events, sent, states } = setUp();
    journal.addJobs(1, [MODEL, OTHER, MODEL, OTHER]);
    const endpointsOf = ({ model }: { model: string }): string[] => (model === OTHER.model ? [] : ['a']);
    scheduler.start({ ...ORDER, runId: 1, givesUp: true, endpointsOf });
    await clock.runAll(HOUR);
    expect(givenUp(events)).toEqual([
      { kind: 'givenUp', runId: 1, jobIds: [2, 4], why: expect.objectContaining({ kind: 'paused' }) },
    ]);
    expect(sent.map(({ jobId, endpointId }) => [jobId, endpointId])).toEqual([
      [1, 'a'],
      [3, 'a'],
    ]);
    expect(states().at(-1)).toEqual({ kind: 'finished' });
  });

  it('gives up what goes again, too, and says why: the model, a key, a day without quota', async () => {
    for (const kind of ['no_model', 'invalid_key', 'quota_day'] as const) {
      const { clock, scheduler, journal, events, states } = setUp({
        answer: ({ model }) => (model === OTHER.model ? failed(failure(kind)) : { kind: 'ok' }),
      });
      journal.addJobs(1, [OTHER, MODEL]);
      scheduler.start({ ...ORDER, runId: 1, givesUp: true, waitForQuota: 'minutes' });
      await clock.runAll(HOUR);
      expect(givenUp(events)[0]).toMatchObject({ jobIds: [1], why: { failure: kind } });
      expect(journal.rows.get(1)?.state).toBe('pending');
      expect(states().at(-1)).toEqual({ kind: 'finished' });
    }
  });

  it('asks anew for a model that was not there: it may be by now', async () => {
    let isThere = false;
    const { clock, scheduler, journal, events, jobStates } = setUp({
      answer: () => (isThere ? { kind: 'ok' } : failed(failure('no_model'))),
    });
    for (const runId of [1, 2]) {
      journal.addJobs(runId, [OTHER]);
      scheduler.start({ ...ORDER, runId, givesUp: true });
      await clock.runAll(HOUR);
      isThere = true;
    }
    expect(givenUp(events).map(({ runId }) => runId)).toEqual([1]);
    expect(jobStates()).toEqual({ pending: 1, done: 1 });
  });

  it('gives up a job that is no longer pending in the library, and goes on', async () => {
    const { clock, run, events, journal, jobStates, states, pool } = setUp();
    run(3, { givesUp: true });
    await clock.advance(3);
    const bad = journal.rows.get(2);
    if (bad !== undefined) {
      bad.state = 'cancelled';
    }
    await clock.runAll(HOUR);
    expect(givenUp(events)).toMatchObject([
      { jobIds: [2], why: { reason: expect.stringContaining('once more') } },
    ]);
    expect([jobStates(), states().at(-1)]).toEqual([{ done: 2, cancelled: 1 }, { kind: 'finished' }]);
    expect(pool.health().every(({ gauges }) => gauges.inFlight.used === 0)).toBe(true);
  });

  it('does not, unless it is asked to: then it pauses', async () => {
    const { clock, run, events, states } = setUp({ answer: () => failed(failure('invalid_key')) });
    run(3);
    await clock.runAll(HOUR);
    expect(givenUp(events)).toEqual([]);
    expect(states().at(-1)).toMatchObject({ kind: 'paused', failure: 'invalid_key' });
  });
});
