/** Where providers explain and manage things, and what can be said of a base URL. Pure. */
import type { Provider } from '@shared/model/provider';

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

/** Whether keys would travel unencrypted over a network. On this computer itself they do not. */
export function sendsInClear(baseUrl: string): boolean {
  const text = baseUrl.trim();
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
  return protocol === 'http:' && !isHere;
}

export function baseUrlProblem(baseUrl: string): string | undefined {
  const text = baseUrl.trim();
  if (text === '' || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    return undefined;
  }
  return 'A base URL begins with https:// (or http://), for instance https://relay.example/v1.';
}
