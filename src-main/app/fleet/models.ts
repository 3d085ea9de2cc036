/** The catalogue as it stands: the file that comes with the program, and the user's own models over it. */
import { join } from 'node:path';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Provider } from '@shared/model/provider';
import { loadCatalogue } from '../../catalogue';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';

export type Models = Awaited<ReturnType<typeof createModels>>;

export async function createModels(options: { store: Store; resourcesDir: string }) {
  const { models: shipped } = await loadCatalogue(join(options.resourcesDir, 'models.json'));
  let own = await options.store.ownModels();

  const isSame = (a: { provider: Provider; id: string }, b: { provider: Provider; id: string }): boolean =>
    a.provider === b.provider && a.id === b.id;

  // Asked for with every request: laid together only when one changes.
  let all = together();

  function together(): readonly CatalogueModel[] {
    return [
      ...shipped.filter((model) => !own.some((mine) => isSame(mine, model))),
      ...own.map((mine) => {
        const listed = shipped.find((model) => isSame(mine, model));
        return listed === undefined ? mine : laidOver(listed, mine);
      }),
    ];
  }

  async function save(models: readonly CatalogueModel[]): Promise<CatalogueModel[]> {
    await options.store.saveOwnModels(models);
    own = models;
    all = together();
    return [...all];
  }

  return {
    list: (): CatalogueModel[] => [...all],
    find: (choice: ModelChoice): CatalogueModel | undefined =>
      all.find((model) => model.provider === choice.provider && model.id === choice.model),
    add: (model: CatalogueModel): Promise<CatalogueModel[]> =>
      save([...own.filter((mine) => !isSame(mine, model)), { ...model, own: true }]),
    remove: (provider: Provider, id: string): Promise<CatalogueModel[]> => {
      if (!own.some((mine) => isSame(mine, { provider, id }))) {
        throw new Refusal('NOT_FOUND', `${id} is not one of your own models.`);
      }
      return save(own.filter((mine) => !isSame(mine, { provider, id })));
    },
  };
}

/**
 * The user's entry for a model that the catalogue has: whoever only enters its price is to lose nothing of what else is
 * known of it (when it ends, what it refuses, its sizes).
 */
function laidOver(listed: CatalogueModel, mine: CatalogueModel): CatalogueModel {
  // One that has ended at its provider is added for a relay that still serves it.
  if (listed.state === 'ended' || listed.tasks.includes('text') !== mine.tasks.includes('text')) {
    return mine;
  }
  const { priceUsd, priceRangeUsd, tokenPriceUsd, ...facts } = listed;
  const hasPrice = Object.keys(mine.priceUsd).length > 0 || mine.tokenPriceUsd !== undefined;
  const prices = {
    priceUsd,
    ...(priceRangeUsd === undefined ? {} : { priceRangeUsd }),
    ...(tokenPriceUsd === undefined ? {} : { tokenPriceUsd }),
  };
  return {
    ...facts,
    ...mine,
    ...(hasPrice ? {} : prices),
    label: mine.label === mine.id ? listed.label : mine.label,
    state: listed.state,
    mask: mine.mask || listed.mask,
    sizes: mine.sizes.length === 0 ? listed.sizes : mine.sizes,
    ratios: mine.ratios.length === 0 ? listed.ratios : mine.ratios,
  };
}
