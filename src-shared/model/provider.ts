/** The wire protocols an endpoint can speak. `gemini` is accepted on the command line as an alias of `google_genai`. */
import { z } from 'zod';

export const providerSchema = z.enum(['google_genai', 'openai']);
export type Provider = z.infer<typeof providerSchema>;

export const PROVIDER_LABELS: Readonly<Record<Provider, string>> = {
  google_genai: 'Google GenAI',
  openai: 'OpenAI',
};
