/** Pictures that were paid for and have no place in their run's folder: told of by their paths, the first few. */
import type { UnplacedAnswers } from '@shared/model/run';

const MOST_NAMED = 5;

export function unplacedOf(paths: readonly string[]): UnplacedAnswers {
  return { total: paths.length, paths: paths.slice(0, MOST_NAMED) };
}

/** What was paid for is not to be paid for again by somebody who does not know that it is there. */
export function lyingNotes({ total, paths }: UnplacedAnswers): readonly string[] {
  const told = paths.map(
    (path) =>
      `A picture that was paid for could not be put into the folder and is kept in ${path}: --unknown resend would pay for it again.`,
  );
  const rest = total - told.length;
  return rest > 0 ? [...told, `${rest} more are kept there as well.`] : told;
}
