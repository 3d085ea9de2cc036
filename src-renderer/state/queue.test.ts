import { describe, expect, it } from 'vitest';
import type { Priority, Run } from '@shared/model/run';
import { newRun } from '../testing/fake-runs';
import { inOrderOf, queuedRuns, queueOf } from './queue';

const REQUEST = {
  datasetId: 1,
  recipe: {
    task: 't2i',
    models: [{ provider: 'openai', model: 'm' }],
    instruction: 'x',
    imageColumns: [],
    variants: 1,
  },
  options: {},
} as const;

function runAt(id: number, place: number, part: { priority?: Priority; state?: Run['state'] } = {}): Run {
  const { run } = newRun(id, { ...REQUEST, recipe: { ...REQUEST.recipe } } as never, 2);
  const { priority, state = run.state } = part;
  return {
    ...run,
    place,
    state,
    options: { ...run.options, ...(priority === undefined ? {} : { priority }) },
  };
}

const mapOf = (...runs: Run[]) => new Map(runs.map((run) => [run.id, run]));
const paused = { kind: 'paused', reason: '' } as const;

describe('the queue', () => {
  it('puts high before normal before low, and each in the order of its places', () => {
    const queue = queueOf(
      mapOf(
        runAt(1, 9),
        runAt(2, 3, { priority: 'low' }),
        runAt(3, 4, { state: paused }),
        runAt(4, 20, { priority: 'high' }),
      ),
    );
    expect(queue.groups.map(({ priority }) => priority)).toEqual(['high', 'normal', 'low']);
    expect(queuedRuns(queue).map((run) => run.id)).toEqual([4, 3, 1, 2]);
  });

  it('keeps of what is over only the newest', () => {
    const over = { kind: 'finished' } as const;
    const queue = queueOf(mapOf(runAt(1, 1, { state: over }), runAt(2, 2, { state: over }), runAt(3, 3)));
    expect(queuedRuns(queue).map((run) => run.id)).toEqual([3]);
    expect(queue.lastFinished?.id).toBe(2);
  });

  it('puts runs in a wanted order, and one that it does not name at the end', () => {
    const ordered = inOrderOf([runAt(1, 2), runAt(2, 5), runAt(4, 6), runAt(3, 7)], [3, 1, 2, 9]);
    expect(ordered.map((run) => run.id)).toEqual([3, 1, 2, 4]);
  });
});
