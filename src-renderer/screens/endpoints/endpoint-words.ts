/** The words, tones and shares of endpoints and keys. Pure. */
import type { EndpointView } from '@shared/contract';
import { FAILURES } from '@shared/model/failure';
import type { KeyInfo } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { formatClock } from '../../ui/format';
import type { Tone } from '../../ui/pill';

interface Words {
  readonly word: string;
  readonly tone: Tone;
}

/** State of a key as word and tone, with its countdown. */
export function keyState(key: KeyInfo, now: number): Words {
  if (!key.readable) {
    return { word: 'Not readable', tone: 'bad' };
  }
  if (key.paused) {
    return { word: 'Paused', tone: 'idle' };
  }
  const left = key.state.until === undefined ? '' : ` ${formatClock((key.state.until - now) / 1000)}`;
  switch (key.state.status) {
    case 'AVAILABLE':
      return { word: 'Ready', tone: 'ok' };
    case 'COOLDOWN':
      return { word: `Cooling${left}`, tone: 'warn' };
    case 'TEMPORARILY_EXHAUSTED':
      return { word: `Waiting for quota${left}`, tone: 'warn' };
    case 'FULLY_EXHAUSTED':
      return { word: 'Out for today', tone: 'bad' };
    case 'FAILED_INIT':
      return { word: 'Invalid', tone: 'bad' };
  }
}

/** Why the key is in its state, and the way out. */
export function keyReason(key: KeyInfo): string {
  if (!key.readable) {
    return 'The vault is locked or lost this key: unlock it, or enter the key again.';
  }
  const reason = key.state.reason;
  return reason === undefined ? '' : `${reason.message} ${FAILURES[reason.kind].remedy}`;
}

export function endpointState({ endpoint, health, keys }: EndpointView): Words {
  if (!endpoint.enabled) {
    return { word: 'Off', tone: 'idle' };
  }
  if (!endpoint.demo && keys.length === 0) {
    return { word: 'No keys', tone: 'warn' };
  }
  const usable = keys.filter((key) => key.readable && !key.paused && key.state.status === 'AVAILABLE');
  if (!endpoint.demo && usable.length === 0) {
    return { word: 'No key ready', tone: 'bad' };
  }
  return health.effectiveWeight < endpoint.weight
    ? { word: 'Recent errors', tone: 'warn' }
    : { word: 'Healthy', tone: 'ok' };
}

/** The part of its provider's traffic an endpoint gets: only endpoints of one protocol can stand in for each other. */
export function trafficShare(view: EndpointView, all: readonly EndpointView[]): number {
  const rivals = all.filter((other) => other.endpoint.provider === view.endpoint.provider && canTake(other));
  const sum = rivals.reduce((total, other) => total + other.health.effectiveWeight, 0);
  return canTake(view) && sum > 0 ? view.health.effectiveWeight / sum : 0;
}

/** The demo endpoint serves its own model alone, so it takes nothing from the others. */
function canTake({ endpoint, keys }: EndpointView): boolean {
  return endpoint.enabled && !endpoint.demo && keys.some((key) => !key.paused);
}

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
