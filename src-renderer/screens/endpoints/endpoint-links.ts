/** Where providers explain and manage things, and what can be said of a base URL. Pure. */
import type { Provider } from '@shared/model/provider';
import { isOpenaiItself, OFFICIAL_BASE_URLS } from '@shared/request-url';

export interface ProviderLinks {
  readonly pricing: string;
  readonly quota: string;
  readonly usage: string;
  readonly keys: string;
}

export const PROVIDER_LINKS: Readonly<Record<Provider, ProviderLinks>> = {
  google_genai: {
    pricing: 'https://ai.google.dev/gemini-api/docs/pricing',
    quota: 'https://ai.google.dev/gemini-api/docs/rate-limits',
    usage: 'https://aistudio.google.com/usage',
    keys: 'https://aistudio.google.com/apikey',
  },
  openai: {
    pricing: 'https://openai.com/api/pricing/',
    quota: 'https://platform.openai.com/settings/organization/limits',
    usage: 'https://platform.openai.com/usage',
    keys: 'https://platform.openai.com/api-keys',
  },
};

/** A path that ends in a call of that protocol, as people paste it. */
const CALLS: Readonly<Record<Provider, RegExp>> = {
  google_genai: /\/models\/[^/]+:\w+$/u,
  openai: /\/(?:chat\/completions|completions|images\/(?:generations|edits)|responses)$/u,
};

/** The other protocol, where the address tells that it is that one's; null: it may well be the one chosen. */
export function otherProtocol(baseUrl: string, chosen: Provider): Provider | null {
  const text = baseUrl.trim();
  if (text === '' || !URL.canParse(text)) {
    return null;
  }
  const { hostname, pathname } = new URL(text);
  const path = pathname.replace(/\/+$/u, '');
  const isGoogles = hostname === new URL(OFFICIAL_BASE_URLS.google_genai).hostname;
  // Google serves OpenAI's protocol, too, below that path.
  const isOpenai = isGoogles ? /\/openai(?:\/|$)/u.test(path) : isOpenaiItself({ baseUrl: text });
  if (isOpenai || CALLS.openai.test(path)) {
    return chosen === 'openai' ? null : 'openai';
  }
  return chosen !== 'google_genai' && (isGoogles || CALLS.google_genai.test(path)) ? 'google_genai' : null;
}

export function baseUrlProblem(baseUrl: string): string | undefined {
  const text = baseUrl.trim();
  if (text === '' || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    return undefined;
  }
  return 'A base URL begins with https:// (or http://), for instance https://relay.example/v1.';
}
