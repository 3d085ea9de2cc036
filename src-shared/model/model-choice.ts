/** A model by its name, at the protocol that is spoken to it. */
import { z } from 'zod';
import { providerSchema } from './provider';

export const modelChoiceSchema = z.object({ provider: providerSchema, model: z.string().min(1).max(200) });
export type ModelChoice = Readonly<z.infer<typeof modelChoiceSchema>>;
