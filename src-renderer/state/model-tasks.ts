/** Which models are for what. Pure. */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Task } from '@shared/model/run';

export function makesPictures({ tasks }: CatalogueModel): boolean {
  return tasks.includes('edit') || tasks.includes('t2i');
}

export function modelsFor(models: readonly CatalogueModel[], task: Task): readonly CatalogueModel[] {
  return models.filter((model) => model.tasks.includes(task));
}
