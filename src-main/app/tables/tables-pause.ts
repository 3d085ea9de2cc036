/** A run is finished when its tables are: until they can be written it pauses, and continuing it writes them. */
import type { RunState } from '@shared/model/run';
import { Refusal } from '../../refusal';
import { StoreError } from '../../store/store-error';
import { storageFailure } from '../../transport/storage-failure';

/** `error` is why the tables below `folder` could not be written. */
export function pauseForTables(error: unknown, folder: string): RunState {
  const isSaid = error instanceof StoreError || error instanceof Refusal;
  const reason = isSaid ? error.message : storageFailure(error, folder).message;
  return { kind: 'paused', reason, failure: 'storage' };
}
