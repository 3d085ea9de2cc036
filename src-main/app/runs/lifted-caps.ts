/** The same command, given again without a flag, lifts its cap: also one that somebody set in the window, so it is said. */
import type { RunOptions } from '@shared/model/run';

type Capped = Pick<RunOptions, 'caps'>;

/** A sentence for each cap that held before and is not named now. */
export function liftedCapNotes(
  { caps: before = {} }: Capped,
  { caps: asked = {} }: Capped,
): readonly string[] {
  const { costUsd, requests } = before;
  return [
    ...(costUsd === undefined || asked.costUsd !== undefined
      ? []
      : [`The run had a cap of $${costUsd.toFixed(2)}, which no longer holds: --max_cost sets one.`]),
    ...(requests === undefined || asked.requests !== undefined
      ? []
      : [`The run had a cap of ${requests} requests, which no longer holds: --max_requests sets one.`]),
  ];
}
