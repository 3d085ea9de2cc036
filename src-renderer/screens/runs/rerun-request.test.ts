import { describe, expect, it } from 'vitest';
import { newRun } from '../../testing/fake-runs';
import { makesNewRun, rerunDraftOf, rerunRequest } from './rerun-request';

const { run } = newRun(
  1,
  {
    datasetId: 1,
    recipe: {
      task: 'edit',
      models: [{ provider: 'google_genai', model: 'm' }],
      instruction: 'Add a hat',
      imageColumns: [],
      imageSize: '2K',
      variants: 1,
    },
    options: { endpointIds: ['a'] },
  },
  4,
);
const which = { kind: 'failed', failureKind: 'timeout' } as const;
const able = ['a', 'b', 'c'];

describe('a rerun', () => {
  it('without a change asks for the jobs alone', () => {
    const draft = rerunDraftOf(run);
    expect(rerunRequest(run, { which, draft, able })).toEqual({ which });
    expect(makesNewRun(run, draft)).toBe(false);
  });

  it('through other endpoints stays in its run', () => {
    const draft = { ...rerunDraftOf(run), endpointIds: ['b'] };
    expect(rerunRequest(run, { which, draft, able })).toEqual({ which, changes: { endpointIds: ['b'] } });
    expect(makesNewRun(run, draft)).toBe(false);
  });

  it('through all endpoints names them, for absent would leave the old choice', () => {
    const draft = { ...rerunDraftOf(run), endpointIds: null };
    expect(rerunRequest(run, { which, draft, able }).changes).toEqual({ endpointIds: able });
  });

  it('with anything else asked is a new run, and sends only what differs', () => {
    const draft = { ...rerunDraftOf(run), imageSize: '1K' };
    expect(makesNewRun(run, draft)).toBe(true);
    expect(rerunRequest(run, { which, draft, able }).changes).toEqual({ imageSize: '1K' });
    expect(makesNewRun(run, { ...rerunDraftOf(run), instruction: 'Add a red hat' })).toBe(true);
  });
});
