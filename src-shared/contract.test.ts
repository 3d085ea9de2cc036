import { describe, expect, it } from 'vitest';
import { contract } from './contract';

describe('the options of a run that a page may change', () => {
  it('are not those that say whose keys, rows and caps are its own', () => {
    const { inputSchema } = contract.runs.setOptions['~orpc'];
    const options = {
      concurrency: 2,
      filterRows: '1',
      chosen: [],
      workers: 2,
      payer: 'token',
      lentKeys: true,
    };
    expect(inputSchema?.parse({ runId: 1, options })).toEqual({ runId: 1, options: { concurrency: 2 } });
  });
});
