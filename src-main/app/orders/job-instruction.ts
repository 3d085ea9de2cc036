/** What a job is asked, as it is sent: its own instruction word for word, else the run's template over its row. */
import type { Fields } from '@shared/columns';
import type { Recipe } from '@shared/model/run';
import { parseTemplate, renderTemplate } from '@shared/template';

export function instructionOf(
  recipe: Pick<Recipe, 'instruction'>,
  job: { readonly instruction: string | null },
  fields: Fields,
): string {
  return job.instruction ?? renderTemplate(parseTemplate(recipe.instruction), fields).text;
}
