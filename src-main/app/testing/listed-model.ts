import type { CatalogueModel } from '@shared/model/catalogue';

/** As the catalogue has one: a text model of Gemini, unless told otherwise. */
export function listedModel(id: string, given: Partial<CatalogueModel> = {}): CatalogueModel {
  return {
    id,
    provider: 'google_genai',
    label: id,
    state: 'current',
    tasks: ['text'],
    mask: false,
    sizes: [],
    ratios: [],
    priceUsd: {},
    source: 'made up',
    ...given,
  };
}
