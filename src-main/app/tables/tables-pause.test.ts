import { expect, it } from 'vitest';
import { Refusal } from '../../refusal';
import { StoreError } from '../../store/store-error';
import { pauseForTables } from './tables-pause';

it('a run whose tables cannot be written pauses and says why, whoever refused', () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' });
  expect(pauseForTables(full, '/out')).toEqual({
    kind: 'paused',
    reason: 'Cannot save in /out: the disk is full; free some space, then resume the run.',
    failure: 'storage',
  });
  expect(pauseForTables(new StoreError('DISK_ERROR', 'The library is gone.'), '/out')).toMatchObject({
    reason: 'The library is gone.',
  });
  const refused = new Refusal('BAD_INPUT', '"answers.jsonl" was not written: the disk is full.');
  expect(pauseForTables(refused, '/out')).toMatchObject({ reason: refused.message, failure: 'storage' });
});
