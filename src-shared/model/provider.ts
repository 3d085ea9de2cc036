/** The wire protocols an endpoint can speak. `gemini` is accepted on the command line as an alias of `google_genai`. */
import { z } from 'zod';

export const providerSchema = z.enum(['google_genai', 'openai']);
export type Provider = z.infer<typeof providerSchema>;

export const PROVIDER_LABELS: Readonly<Record<Provider, string>> = {
  google_genai: 'Google GenAI',
  openai: 'OpenAI',
};

/** What a protocol is like where the rest of the program must know it. A model of the catalogue may say otherwise. */
export interface ProviderTraits {
  /** Sizes are pixels (`1536x1024`), or names with a ratio beside them (`2K`, `16:9`). */
  readonly sizesBy: 'pixels' | 'names';
  /** An edit has a place for a mask. */
  readonly takesMask: boolean;
  /** A model is given its own earlier pictures back as turns of a conversation. */
  readonly keepsTurns: boolean;
  /** A picture is asked for in a quality. */
  readonly takesQuality: boolean;
  /** Questions may come with a video. */
  readonly takesVideo: boolean;
  /** At whose midnight requests per day start anew; null: answers name the moment. */
  readonly resetZone: string | null;
}

/** At whose midnight they are counted anew where neither the provider nor the user has named a zone. */
export const DEFAULT_RESET_ZONE = 'UTC';

/** Gemini's requests per day reset at midnight Pacific time (ai.google.dev/gemini-api/docs/rate-limits). */
export const GEMINI_RESET_ZONE = 'America/Los_Angeles';

export const PROVIDER_TRAITS: Readonly<Record<Provider, ProviderTraits>> = {
  google_genai: {
    sizesBy: 'names',
    takesMask: false,
    keepsTurns: true,
    takesQuality: false,
    takesVideo: true,
    resetZone: GEMINI_RESET_ZONE,
  },
  openai: {
    sizesBy: 'pixels',
    takesMask: true,
    keepsTurns: false,
    takesQuality: true,
    takesVideo: false,
    resetZone: null,
  },
};
