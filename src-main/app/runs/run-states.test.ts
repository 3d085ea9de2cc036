import { describe, expect, it } from 'vitest';
import type { RunState } from '@shared/model/run';
import type { StoredRun } from '../../store/store';
import { createRunStates } from './run-states';

const FULL: RunState = { kind: 'paused', reason: 'The disk is full.', failure: 'storage' };
const run = { id: 7, state: { kind: 'running' } } as StoredRun;

function states() {
  const written: RunState[] = [];
  const logged: string[] = [];
  let isFull = false;
  const log = { error: (_topic: string, sentence: string) => void logged.push(sentence) };
  return {
    ...createRunStates(
      {
        setRunState: (_runId, state) => {
          if (isFull) {
            return Promise.reject(new Error('no space'));
          }
          written.push(state);
          return Promise.resolve();
        },
      },
      log as Parameters<typeof createRunStates>[1],
    ),
    written,
    logged,
    fill: (full: boolean) => {
      isFull = full;
    },
  };
}

describe('the end of a run', () => {
  it('is what the library says once it is written', async () => {
    const { save, of, written } = states();
    await save(7, FULL);
    expect(written).toEqual([FULL]);
    expect(of(run)).toEqual({ kind: 'running' });
  });

  it('is known, and logged, where the library cannot be written, until it can', async () => {
    const { save, of, logged, fill } = states();
    fill(true);
    await save(7, FULL);
    expect(of(run)).toEqual(FULL);
    expect(of({ ...run, id: 8 })).toEqual({ kind: 'running' });
    expect(logged).toEqual([expect.stringMatching(/run 7 .*no space/)]);
    fill(false);
    await save(7, { kind: 'finished' });
    expect(of(run)).toEqual({ kind: 'running' });
  });
});
