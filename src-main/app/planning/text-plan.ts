/** What keeps a text run from being sent, before any of its rows is looked at. */
import type { CatalogueModel } from '@shared/model/catalogue';
import { type Provider, PROVIDER_LABELS } from '@shared/model/provider';
import type { ModelChoice, Recipe } from '@shared/model/run';
import { type Generation, generationSchema, type TextRecipe } from '@shared/model/text';
import { parseTemplate, unknownColumns } from '@shared/template';
import { schemaProblems } from './schema-problems';

type Option = keyof Generation;
type FindModel = (choice: ModelChoice) => CatalogueModel | undefined;

/** Options of generation, as a sentence names them. */
const OPTION_NAMES: Readonly<Record<Option, string>> = {
  temperature: 'temperature',
  topP: 'top P',
  topK: 'top K',
  maxOutputTokens: 'maximum of output tokens',
  candidateCount: 'candidate count',
  seed: 'seed',
  thinkingBudget: 'thinking budget',
  stop: 'stop sequences',
  presencePenalty: 'presence penalty',
  frequencyPenalty: 'frequency penalty',
  safety: 'safety settings',
};

/** What a protocol has no parameter for (platform.openai.com/docs/api-reference). */
const LACKS: Readonly<Record<Provider, readonly Option[]>> = {
  google_genai: [],
  openai: ['topK', 'thinkingBudget', 'safety'],
};

/** What is wrong with the kind of work itself; empty: it can be sent. One sentence each. */
export function taskBlockers({ task, text, models }: Recipe, find: FindModel): string[] {
  if (task === 'text' && text === undefined) {
    return ['The recipe does not say what text is asked for.'];
  }
  if (task !== 'text' && text !== undefined) {
    return ['Only a text run takes a system prompt, a schema and options of generation.'];
  }
  return models.flatMap((choice) => {
    const tasks = find(choice)?.tasks;
    if (
      tasks === undefined ||
      (task === 'text' ? tasks.includes('text') : tasks.some((one) => one !== 'text'))
    ) {
      return [];
    }
    return task === 'text'
      ? [`${choice.model} makes pictures: choose a text model.`]
      : [`${choice.model} answers with text: choose a picture model.`];
  });
}

/** Of a text run alone. */
export function textBlockers(
  { models, imageColumns }: Recipe,
  { system, generation, answer }: TextRecipe,
  { columns, find }: { readonly columns: readonly string[]; readonly find: FindModel },
): string[] {
  const blockers: string[] = [];
  const unknown = unknownColumns(parseTemplate(system), [...columns, 'index']);
  if (unknown.length > 0) {
    blockers.push(`The system prompt names columns the dataset lacks: ${unknown.join(', ')}.`);
  }
  const gone = imageColumns.filter((column) => !columns.includes(column));
  if (gone.length > 0) {
    blockers.push(`The dataset has no column ${gone.join(', ')} of images: choose another.`);
  }
  if (answer.kind === 'json') {
    blockers.push(...schemaProblems(answer.schema).map(({ message }) => message));
  }
  return [...blockers, ...new Set(models.flatMap((choice) => optionBlockers(choice, generation, find)))];
}

function optionBlockers(choice: ModelChoice, generation: Generation, find: FindModel): string[] {
  const given = generationSchema.keyof().options.filter((option) => generation[option] !== undefined);
  const refused = find(choice)?.refusedOptions ?? [];
  return given.flatMap((option) => {
    const name = OPTION_NAMES[option];
    if (LACKS[choice.provider].includes(option)) {
      return [
        `${PROVIDER_LABELS[choice.provider]} has no ${name}: leave it out, or choose another provider.`,
      ];
    }
    return refused.includes(option)
      ? [`${choice.model} takes no ${name}: leave it out, or choose another model.`]
      : [];
  });
}
