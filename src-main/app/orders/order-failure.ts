/** What kept an order from being put together, as its job's failure: by then nothing of it has left. */
import { DemoNotStarted } from '../../demo/start-demo';
import type { AttemptOutcome } from '../../engine/ports';
import { StoreError } from '../../store/store-error';

/** Rethrows what should never happen. */
export function orderFailure(error: unknown): Extract<AttemptOutcome, { kind: 'failed' }> {
  if (error instanceof StoreError) {
    return { kind: 'failed', failure: { kind: 'storage', message: error.message, bodySent: false } };
  }
  if (error instanceof DemoNotStarted) {
    return { kind: 'failed', failure: { kind: 'network', message: error.message, bodySent: false } };
  }
  throw error;
}
