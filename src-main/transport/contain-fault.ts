/**
 * What an order comes to where what carries it throws, which it never should: a fault costs the order it met, and not
 * the others of its worker.
 */
import type { AttemptOutcome } from '../engine/ports';

/** It does not go again by itself: what went wrong would go wrong again. */
export const UNSENT: AttemptOutcome = {
  kind: 'failed',
  failure: {
    kind: 'bad_input',
    message: 'Its request could not be put together, and nothing was sent; the log says why.',
    bodySent: false,
  },
};

export interface FaultOptions {
  /** As `CallContext` has it. */
  readonly mayLeave: Promise<boolean>;
  onFault(error: unknown): void;
}

/** `leaving`: the provider is about to be asked. A fault before that, or before it may leave, has cost nothing. */
export async function containFault(
  carry: (leaving: () => void) => Promise<AttemptOutcome>,
  { mayLeave, onFault }: FaultOptions,
): Promise<AttemptOutcome> {
  let isPermitted = false;
  let isAsking = false;
  void mayLeave.then((isGranted) => {
    isPermitted = isGranted;
  });
  try {
    return await carry(() => {
      isAsking = true;
    });
  } catch (error) {
    onFault(error);
    return isAsking && isPermitted ? { kind: 'lost' } : UNSENT;
  }
}
