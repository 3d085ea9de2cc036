/**
 * Requests that a caller sent with keys of its own. They go out with those or not at all: who goes on with such a
 * session from elsewhere has other keys, and another would pay for what the caller asked.
 */
import type { Counts, RunOptions } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';

/**
 * Whether a session that is opened now has such requests. `known`: the run of its name, where there is one; what it holds
 * from before may go again as long as it is not done.
 */
export function hasLentKeys(
  borrower: string | undefined,
  known: Pick<StoredRun, 'options' | 'counts'> | null,
): Pick<RunOptions, 'lentKeys'> {
  const isLent = borrower !== undefined || (known?.options.lentKeys === true && hasLoose(known.counts));
  return isLent ? { lentKeys: true } : {};
}

function hasLoose({ pending, leased, sent, failed, unknown, cancelled }: Counts): boolean {
  return pending + leased + sent + failed + unknown + cancelled > 0;
}

/** Throws a Refusal. */
export function refuseOthersKeys({ name, options }: Pick<StoredRun, 'name' | 'options'>): void {
  if (options.lentKeys === true) {
    throw new Refusal(
      'BAD_INPUT',
      `The requests of "${name}" were sent with the caller’s own keys, which Brushfleet does not keep: they cannot be sent again here. The caller has to ask again.`,
    );
  }
}
