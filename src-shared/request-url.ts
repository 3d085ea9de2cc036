/**
 * Where an endpoint's requests go. The adapters build their SDK clients from these functions and the screens preview
 * with them, so that what is shown is what is sent.
 */
import type { Endpoint } from './model/endpoint';
import type { Provider } from './model/provider';
import type { Task } from './model/run';

export type EndpointAddress = Pick<Endpoint, 'provider' | 'baseUrl' | 'apiVersion' | 'options'>;

/** Where a blank base URL leads. */
export const OFFICIAL_BASE_URLS: Readonly<Record<Provider, string>> = {
  google_genai: 'https://generativelanguage.googleapis.com',
  openai: 'https://api.openai.com/v1',
};

const DEFAULT_API_VERSION = 'v1beta';
const TRAILING_VERSION = /\/(v\d+(?:(?:alpha|beta)\d*)?)$/;
/** People paste the address of a call where its base belongs. */
const PASTED_CALL = {
  google_genai: /\/models(?:\/.*)?$/,
  openai: /\/(?:images\/(?:generations|edits)|chat\/completions|responses|models)$/,
} as const;

export interface GoogleBase {
  /** Without API version and trailing slash. */
  readonly baseUrl: string;
  /** `v1beta` and the like. */
  readonly apiVersion: string;
}

/**
 * Splits a base URL that may or may not end in `/v1`, `/v1beta` or `/v1alpha`. The endpoint's own `apiVersion` wins
 * over one in the URL; the default is v1beta, because relays often serve nothing else. Null: no http(s) URL.
 */
export function googleBase(endpoint: Omit<EndpointAddress, 'provider' | 'options'>): GoogleBase | null {
  const base = cleanBase(endpoint.baseUrl, 'google_genai');
  if (base === null) {
    return null;
  }
  const inUrl = TRAILING_VERSION.exec(base)?.[1];
  const explicit = endpoint.apiVersion.trim().replace(/^\/+|\/+$/g, '');
  return {
    baseUrl: base.replace(TRAILING_VERSION, ''),
    apiVersion: explicit || inUrl || DEFAULT_API_VERSION,
  };
}

/** The URL that `/images/generations` and so on are appended to. Null: no http(s) URL. */
export function openaiBase(endpoint: Pick<EndpointAddress, 'baseUrl'>): string | null {
  return cleanBase(endpoint.baseUrl, 'openai');
}

/** The full URL of one request for `model`. Empty when the base URL is no http(s) URL. */
export function requestUrl(endpoint: EndpointAddress, model: string, task: Task): string {
  switch (endpoint.provider) {
    case 'google_genai': {
      const base = googleBase(endpoint);
      return base === null
        ? ''
        : joined(base.baseUrl, `/${base.apiVersion}/${modelPath(model)}:generateContent`);
    }
    case 'openai': {
      const base = openaiBase(endpoint);
      return base === null ? '' : joined(base, openaiPath(endpoint, task));
    }
  }
}

/** OpenAI's own servers, also those of one region; any other base URL is a relay's. */
export function isOpenaiItself(endpoint: Pick<EndpointAddress, 'baseUrl'>): boolean {
  const base = openaiBase(endpoint);
  return base !== null && /^(?:[\w-]+\.)?api\.openai\.com$/.test(new URL(base).hostname);
}

/**
 * Where an OpenAI-compatible endpoint is asked for text. Relays speak chat completions, OpenAI's newer models answer
 * best in the Responses API; which lacks what `needsChat` says the request holds.
 */
export function textApi(
  endpoint: Pick<EndpointAddress, 'baseUrl' | 'options'>,
  needsChat = false,
): 'chat' | 'responses' {
  const via = endpoint.options.textVia ?? 'auto';
  if (via !== 'auto') {
    return via;
  }
  return isOpenaiItself(endpoint) && !needsChat ? 'responses' : 'chat';
}

function openaiPath(endpoint: EndpointAddress, task: Task): string {
  if (task === 'text') {
    return textApi(endpoint) === 'chat' ? '/chat/completions' : '/responses';
  }
  if (endpoint.options.imagesVia === 'chat') {
    return '/chat/completions';
  }
  return task === 'edit' ? '/images/edits' : '/images/generations';
}

function modelPath(model: string): string {
  return /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
}

/** Origin and path only: user names, query and fragment of a base URL are never sent. */
function cleanBase(baseUrl: string, provider: Endpoint['provider']): string | null {
  const text = baseUrl.trim() || OFFICIAL_BASE_URLS[provider];
  if (!URL.canParse(text)) {
    return null;
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return null;
  }
  const path = url.pathname.replace(/\/+$/, '').replace(PASTED_CALL[provider], '').replace(/\/+$/, '');
  return url.origin + path;
}

function joined(base: string, path: string): string {
  return URL.canParse(base + path) ? new URL(base + path).href : '';
}
