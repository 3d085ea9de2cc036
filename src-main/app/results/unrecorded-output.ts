/**
 * What lies where a run writes and has no record: it may have been paid for, so the run is not begun, and nothing of it is
 * changed, before somebody has said what becomes of it.
 */
import { ADOPT } from '@shared/adopt';
import type { Recipe } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';
import type { FoundPictures } from './adopt-results';
import { type AnswerStore, unrecordedAnswers } from './unrecorded-answers';
import { type UnsentSource, unrecordedPictures } from './unrecorded-pictures';

/** Who is told: a command that names its folder, or who goes on with a run as it is. */
export type Asker = 'command' | 'resume';

/** `run`: as it is to be planned. Throws a Refusal. */
export async function refuseUnrecorded(
  store: AnswerStore & UnsentSource,
  run: StoredRun,
  asker: Asker,
): Promise<void> {
  if (run.recipe.task !== 'text') {
    refuseIfAny(await unrecordedPictures(store, run), run.outputDir, asker);
    return;
  }
  const found = await unrecordedAnswers(store, run);
  if (found !== null) {
    const answers = found.count === 1 ? 'one answer' : `${found.count} answers`;
    throw unknownAnswers(`${found.path} holds ${answers}`, run.recipe, asker);
  }
}

export function refuseIfAny({ whole, torn }: FoundPictures, outputDir: string, asker: Asker): void {
  if (whole + torn > 0) {
    throw new Refusal(
      'BAD_INPUT',
      `${outputDir} holds ${pictures(whole + torn)} that this library has no record of. ` +
        (asker === 'command'
          ? 'Count intact pictures as done with --adopt, choose another --output_dir, or send everything again with --no_resume.'
          : 'Count intact pictures as done, or move them elsewhere to have them made again.'),
      ADOPT,
    );
  }
}

export function unknownAnswers(what: string, recipe: Pick<Recipe, 'task'>, asker: Asker): Refusal {
  return new Refusal(
    'BAD_INPUT',
    `${what} that this library has no record of, and answers of a table cannot be counted as done. ` +
      (asker === 'command'
        ? `Choose another ${outputFlag(recipe)}, or send everything again with --no_resume.`
        : 'Move that file elsewhere to have them asked again.'),
  );
}

export function outputFlag({ task }: Pick<Recipe, 'task'>): string {
  return task === 'text' ? '--output' : '--output_dir';
}

export function pictures(count: number): string {
  return count === 1 ? 'one picture' : `${count} pictures`;
}
