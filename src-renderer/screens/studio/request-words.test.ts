import { DEMO_MODEL } from '@shared/demo';
import { failureKindSchema } from '@shared/model/failure';
import type { Run, RunState } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { resultNode } from '../../testing/fake-nodes';
import { newRun } from '../../testing/fake-runs';
import { resultOf } from './node-words';
import { remedyOf, standingOf } from './request-words';

const MODEL = { provider: 'google_genai', model: 'gemini-nano-banana-2.1' } as const;
const origin = resultOf(resultNode(3, { state: 'pending' }))!;
const run = (state: RunState): Run => ({
  ...newRun(
    3,
    {
      name: 'x',
      datasetId: 1,
      recipe: { task: 't2i', models: [MODEL], instruction: 'x', imageColumns: [], variants: 1 },
      options: {},
    },
    1,
  ).run,
  state,
});
const paused = (reason: string, failure?: (typeof failureKindSchema)['options'][number]): Run =>
  run({ kind: 'paused', reason, ...(failure === undefined ? {} : { failure }) });

describe('a picture that was not sent', () => {
  it('says why it stands still, as a request and not as a run, and how it goes on', () => {
    expect(standingOf(origin, undefined, false)).toMatchObject({ word: 'Waiting', waysOut: [] });
    expect(standingOf(origin, run({ kind: 'running' }), true).waysOut).toEqual([]);
    const waiting = run({ kind: 'waiting', until: 5, reason: 'waiting for quota until 14:05 (3 keys)' });
    expect(standingOf(origin, waiting, false)).toEqual({
      word: 'Waiting',
      sentence: 'Waiting for quota until 14:05 (3 keys). It is sent by itself then.',
      waysOut: ['endpoints'],
    });
    expect(standingOf(origin, paused('Brushfleet ended while this run was under way.'), false)).toEqual({
      word: 'Paused',
      sentence: 'Brushfleet ended while this request was under way.',
      waysOut: ['resume', 'endpoints'],
    });
    expect(
      standingOf(
        origin,
        paused('The daily cap is reached. Raise the cap, then resume the run.', 'budget'),
        false,
      ),
    ).toEqual({
      word: 'Paused',
      sentence: 'The daily cap is reached. Raise the cap, then resume it.',
      waysOut: ['resume', 'settings'],
    });
    for (const reason of [
      'Paused: the remaining jobs stay pending until the run is resumed.',
      'Nothing can serve this run: add an endpoint or a key, then resume it.',
      'The only remaining key is out of quota until 14:05: resume then, or let the run wait for quota.',
    ]) {
      expect(standingOf(origin, paused(reason), false).sentence).not.toMatch(/\b(?:runs?|rows?|jobs?)\b/i);
    }
  });

  it('asks for the passphrase where its keys are locked, which the demo has none of', () => {
    const stopped = paused('All google_genai keys are out.');
    expect(standingOf(origin, stopped, true).waysOut).toEqual(['unlock']);
    const ofDemo = { ...origin, ask: { ...origin.ask, model: DEMO_MODEL } };
    expect(standingOf(ofDemo, stopped, true).waysOut).toEqual(['resume', 'endpoints']);
  });
});

describe('a picture that failed', () => {
  it('is never called a row or a run', () => {
    for (const kind of failureKindSchema.options) {
      expect(remedyOf(kind), kind).not.toMatch(/\b(?:runs?|rows?|jobs?|rerun)\b/i);
    }
  });
});
