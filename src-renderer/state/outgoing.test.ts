import type { ExportOptions } from '@shared/model/export';
import { describe, expect, it } from 'vitest';
import type { Client } from '../api';
import { memoryStorage } from '../testing/render-app';
import { createOutgoing } from './outgoing';
import { createUiStore } from './ui-store';

const CLIENT = {} as Pick<Client, 'pictures'>;
const opened = (storage: Storage) =>
  createOutgoing({ client: CLIENT, ui: createUiStore(memoryStorage()), storage });

describe('what was chosen for an export', () => {
  const options: ExportOptions = {
    splits: { validation: 10, test: 5, seed: 3 },
    embedRecipe: true,
    pairs: { verdicts: false, ratings: true },
  };

  it('is the choice after a restart, and nothing else of what was going on', () => {
    const storage = memoryStorage();
    const before = opened(storage);
    before.keep({ format: 'parquet', options, filter: { of: 2, is: 'accepted' } });
    before.ask({ kind: 'export', subject: { kind: 'run', runId: 2, name: 'portraits' } });
    const after = opened(storage).getState();
    expect(after.last).toEqual({ format: 'parquet', options, filter: { of: 2, is: 'accepted' } });
    expect(after.dialog).toEqual({ kind: 'none' });
  });

  it.each(['{"state":{"last":{"format":"tiff"}},"version":1}', 'no JSON', '{}'])(
    'begins plainly where what was kept means nothing: %s',
    (kept) => {
      const storage = memoryStorage();
      storage.setItem('brushfleet.export', kept);
      expect(opened(storage).getState().last).toMatchObject({ format: 'csv' });
    },
  );
});
