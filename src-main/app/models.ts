/** The catalogue as it stands: the file that comes with the program, and the user's own models over it. */
import { join } from 'node:path';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Provider } from '@shared/model/provider';
import { loadCatalogue } from '../catalogue';
import { Refusal } from '../refusal';
import type { Store } from '../store/store';

export type Models = Awaited<ReturnType<typeof createModels>>;

export async function createModels(options: { store: Store; resourcesDir: string }) {
  const { models: shipped } = await loadCatalogue(join(options.resourcesDir, 'models.json'));
  let own = await options.store.ownModels();

  const isSame = (a: { provider: Provider; id: string }, b: { provider: Provider; id: string }): boolean =>
    a.provider === b.provider && a.id === b.id;

  function list(): CatalogueModel[] {
    return [...shipped.filter((model) => !own.some((mine) => isSame(mine, model))), ...own];
  }

  async function save(models: readonly CatalogueModel[]): Promise<CatalogueModel[]> {
    await options.store.saveOwnModels(models);
    own = models;
    return list();
  }

  return {
    list,
    find: (choice: ModelChoice): CatalogueModel | undefined =>
      list().find((model) => model.provider === choice.provider && model.id === choice.model),
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
