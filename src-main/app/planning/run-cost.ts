/** What a run may cost before it is sent. */
import type { RunRequest } from '@shared/contract';
import { type CostRange, estimateCost, estimateText } from '@shared/cost';
import type { Plan } from '@shared/model/plan';
import type { ModelChoice, Recipe } from '@shared/model/run';
import { parseTemplate, renderTemplate } from '@shared/template';
import type { App } from '../../app';
import type { Store, StoredDataset } from '../../store/store';
import type { Borrower } from '../runs/folder-plan';

type CostParts = Pick<App, 'store' | 'models'>;

/** Rows looked at to tell how long prompts are. */
const SAMPLE_ROWS = 100;

/** US dollars of so many rows; undefined when a price is not known. Media and retries are not counted. */
export async function costOf(
  { store, models }: CostParts,
  { recipe }: Pick<RunRequest, 'recipe'>,
  { dataset, rows }: { readonly dataset: Pick<StoredDataset, 'id'>; readonly rows: number },
): Promise<Plan['costUsd']> {
  const characters = recipe.text === undefined ? 0 : await promptLength(store, recipe, dataset.id);
  let low = 0;
  let high = 0;
  for (const choice of recipe.models) {
    const each = priceOf(models, { recipe, characters }, choice);
    if (each === undefined) {
      return undefined;
    }
    low += each.low * rows * recipe.variants;
    high += each.high * rows * recipe.variants;
  }
  return { low, high };
}

/** Models, and those of fallbacks, that a cap on cost bars. */
export function unpricedBlockers(
  app: Pick<App, 'unpriced' | 'payers' | 'fleet'>,
  { recipe, options }: Pick<RunRequest, 'recipe' | 'options'>,
  borrower?: Borrower,
): readonly string[] {
  const { caps, fallback = [] } = options;
  const endpointIds = borrower?.endpointIds ?? options.endpointIds;
  const views = app.fleet.views();
  const second = fallback.flatMap(({ endpointId, model }) =>
    views
      .filter(({ endpoint: { id } }) => id === endpointId)
      .map(({ endpoint: { provider } }) => ({ provider, model })),
  );
  const inForce = { caps, endpointIds, payer: app.payers.current(), borrower: borrower?.name };
  return [...recipe.models, ...second].flatMap((model) => app.unpriced(model, recipe, inForce) ?? []);
}

/** Of one request. */
function priceOf(
  models: CostParts['models'],
  { recipe, characters }: { readonly recipe: Recipe; readonly characters: number },
  choice: ModelChoice,
): CostRange | undefined {
  const { text, imageSize } = recipe;
  const model = models.find(choice);
  return text === undefined
    ? estimateCost(model, imageSize)
    : estimateText(model, characters, text.generation);
}

/** On average, of the first rows, with the system prompt. */
async function promptLength(
  store: Pick<Store, 'rows'>,
  { instruction, text }: Recipe,
  datasetId: number,
): Promise<number> {
  const templates = [instruction, text?.system ?? ''].map(parseTemplate);
  const sample = await store.rows(datasetId, 0, SAMPLE_ROWS);
  const lengths = sample.map(({ fields }) =>
    templates.reduce((sum, template) => sum + renderTemplate(template, fields).text.length, 0),
  );
  return lengths.length === 0 ? 0 : lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}
