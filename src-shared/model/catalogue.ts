/** The model catalogue: models come and go by the month, so they are data (resources/models.json plus the user's own). */
import { z } from 'zod';
import { providerSchema } from './provider';
import { generationSchema, mediumSchema } from './text';

export const catalogueModelSchema = z.object({
  id: z.string().min(1),
  provider: providerSchema,
  label: z.string(),
  state: z.enum(['current', 'deprecated', 'ended']),
  /** The one this provider's command line uses when no model is named. */
  isDefault: z.boolean().optional(),
  tasks: z.array(z.enum(['edit', 't2i', 'text'])),
  /** Of text models: what else may be asked about. Absent: not known. */
  media: z.array(mediumSchema).optional(),
  /** Of text models: whether the provider itself keeps to a JSON Schema. Absent: not known. */
  nativeSchema: z.boolean().optional(),
  /** Of text models: options of generation that it refuses. */
  refusedOptions: z.array(generationSchema.keyof()).optional(),
  /** Most input images in one request; 0: takes none. Absent: not known. */
  maxInputImages: z.number().int().nonnegative().optional(),
  mask: z.boolean(),
  /** `1K`, `2K` … or `1024x1024`; the first is the default. Empty: the size cannot be chosen. */
  sizes: z.array(z.string()),
  /** Any WIDTHxHEIGHT within these bounds is accepted besides `sizes`. */
  freeSize: z
    .object({
      multipleOf: z.number().int(),
      minPixels: z.number().int(),
      maxPixels: z.number().int(),
      maxSide: z.number().int(),
      maxRatio: z.number(),
    })
    .optional(),
  ratios: z.array(z.string()),
  /** Whether the model itself honours n > 1 in one request. */
  manyPerRequest: z.boolean().optional(),
  /** Whether `response_format` is a parameter of this model. */
  responseFormat: z.boolean().optional(),
  /** US dollars per picture by size (`1K`, `1024x1024`, or `*`). */
  priceUsd: z.record(z.string(), z.number()),
  /** The same from the lowest to the highest quality, where the provider picks the quality itself; `priceUsd` is the middle. */
  priceRangeUsd: z.record(z.string(), z.object({ low: z.number(), high: z.number() })).optional(),
  /** US dollars per million tokens, where the provider bills by tokens. */
  tokenPriceUsd: z
    .object({ textIn: z.number(), imageIn: z.number(), textOut: z.number(), imageOut: z.number() })
    .partial()
    .optional(),
  /** YYYY-MM-DD. */
  endsOn: z.string().optional(),
  successor: z.string().optional(),
  /** Where each fact was read and when. */
  source: z.string(),
  /** Added by the user. */
  own: z.boolean().optional(),
});
export type CatalogueModel = Readonly<z.infer<typeof catalogueModelSchema>>;

export const catalogueSchema = z.object({ updated: z.string(), models: z.array(catalogueModelSchema) });
export type Catalogue = Readonly<z.infer<typeof catalogueSchema>>;
