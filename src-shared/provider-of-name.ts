/** What a model's name alone tells: for models that the catalogue does not have. */
import type { Provider } from './model/provider';

const FAMILIES: readonly { readonly provider: Provider; readonly pattern: RegExp }[] = [
  { provider: 'google_genai', pattern: /^(?:models\/)?(?:gemini|gemma|learnlm|nano-banana)-/ },
  { provider: 'openai', pattern: /^(?:gpt-|chatgpt-|dall-e-|o\d(?:-|$)|ft:)/ },
];

/** The protocol whose makers alone give such names; undefined for names that anyone may give. */
export function providerOfName(name: string): Provider | undefined {
  return FAMILIES.find(({ pattern }) => pattern.test(name))?.provider;
}
