/** The words, tones and shares of endpoints and keys. Pure. */
import type { EndpointView } from '@shared/contract';
import { FAILURES } from '@shared/model/failure';
import type { EndpointRest, Gauge, KeyInfo, KeyStatus } from '@shared/model/endpoint';
import { formatClock, formatCount } from '../../ui/format';
import type { Tone } from '../../ui/pill';

interface Words {
  readonly word: string;
  readonly tone: Tone;
}

/** What a key is to its user; the chips above the table filter by it. */
export type KeyStanding = 'ready' | 'cooling' | 'waiting' | 'out' | 'invalid' | 'paused' | 'unreadable';

export const KEY_STANDINGS: Readonly<Record<KeyStanding, Words>> = {
  ready: { word: 'Ready', tone: 'ok' },
  cooling: { word: 'Cooling', tone: 'warn' },
  waiting: { word: 'Waiting for quota', tone: 'warn' },
  out: { word: 'Out for today', tone: 'bad' },
  invalid: { word: 'Invalid', tone: 'bad' },
  paused: { word: 'Paused', tone: 'idle' },
  unreadable: { word: 'Not readable', tone: 'bad' },
};

export const OF_STATUS: Readonly<Record<KeyStatus, KeyStanding>> = {
  AVAILABLE: 'ready',
  COOLDOWN: 'cooling',
  TEMPORARILY_EXHAUSTED: 'waiting',
  FULLY_EXHAUSTED: 'out',
  FAILED_INIT: 'invalid',
};

export function keyStanding(key: KeyInfo): KeyStanding {
  if (!key.readable) {
    return 'unreadable';
  }
  return key.paused ? 'paused' : OF_STATUS[key.state.status];
}

/** A key that cannot be read is locked while its vault is; else its secret is gone. */
export function standingWords(standing: KeyStanding, isLocked: boolean): Words {
  const words = KEY_STANDINGS[standing];
  return standing === 'unreadable' && isLocked ? { ...words, word: 'Locked' } : words;
}

/** State of a key as word and tone, with its countdown. */
export function keyState(key: KeyInfo, now: number, isLocked: boolean): Words {
  const standing = keyStanding(key);
  const { word, tone } = standingWords(standing, isLocked);
  switch (standing) {
    case 'paused':
      return pausedWords(key.gauges?.inFlight.used ?? 0);
    case 'cooling':
    case 'waiting':
      return { word: `${word}${countdown(key.state.until, now)}`, tone };
    case 'invalid':
      return key.state.reason?.kind === 'no_credit' ? { word: 'No credit', tone } : { word, tone };
    case 'ready':
    case 'out':
    case 'unreadable':
      return { word, tone };
  }
}

/** A pause takes effect at once for what is not sent yet; what is under way finishes. */
function pausedWords(inFlight: number): Words {
  return inFlight > 0
    ? { word: `Draining · ${formatCount(inFlight)} in flight`, tone: 'info' }
    : { word: 'Paused', tone: 'idle' };
}

function countdown(until: number | undefined, now: number): string {
  return until === undefined ? '' : ` ${formatClock((until - now) / 1000)}`;
}

/** Whether its word changes with the time. */
export function isCounting(key: KeyInfo): boolean {
  const standing = keyStanding(key);
  return (standing === 'cooling' || standing === 'waiting') && key.state.until !== undefined;
}

/** Why the key is in its state, and the way out. Of locked keys it is said once, for all of them. */
export function keyReason(key: KeyInfo, isLocked: boolean): string {
  if (!key.readable) {
    return isLocked ? '' : 'The vault no longer has this key: add it again.';
  }
  const reason = key.state.reason;
  return reason === undefined ? '' : `${reason.message} ${FAILURES[reason.kind].remedy}`;
}

/** A key that rests between two requests, as its preset asks, is as good as ready. */
export function isReady(key: KeyInfo): boolean {
  const standing = keyStanding(key);
  return standing === 'ready' || (standing === 'cooling' && key.state.reason === undefined);
}

/** Out until a person does something about it, without being paused. */
export function isRefused(key: KeyInfo): boolean {
  return keyStanding(key) === 'invalid';
}

interface KeyTally {
  readonly ready: number;
  readonly refused: number;
  readonly all: number;
}

/** Keys of the endpoints that are not paused, each once: how many could be used now. */
export function keyTally(views: readonly EndpointView[]): KeyTally {
  const keys = new Map(
    views
      .filter((view) => view.endpoint.enabled)
      .flatMap((view) => view.keys.map((key) => [key.id, key] as const)),
  );
  const all = [...keys.values()];
  return { ready: all.filter(isReady).length, refused: all.filter(isRefused).length, all: keys.size };
}

export function endpointState(view: EndpointView, now: number): Words {
  const { endpoint, health, keys } = view;
  if (!endpoint.enabled) {
    return pausedWords(health.gauges.inFlight.used);
  }
  if (endpoint.weight === 0) {
    return { word: 'Gets no traffic', tone: 'idle' };
  }
  if (health.rest !== undefined && health.rest.until > now) {
    return { word: `Resting${countdown(health.rest.until, now)}`, tone: 'warn' };
  }
  if (!endpoint.demo && keys.length === 0) {
    return { word: 'No keys', tone: 'warn' };
  }
  if (!endpoint.demo && !keys.some(isReady)) {
    const next = Math.min(...keys.filter(isCounting).map((key) => key.state.until ?? Infinity));
    return Number.isFinite(next)
      ? { word: `Waiting for quota${countdown(next, now)}`, tone: 'warn' }
      : { word: 'No key ready', tone: 'bad' };
  }
  return answerWords(view);
}

/** What its answers say. Those of earlier sessions count, as long as they came from where it leads to now. */
function answerWords({ endpoint, health, metrics }: EndpointView): Words {
  if (health.proof?.kind === 'testFailed') {
    return { word: `Test failed: ${FAILURES[health.proof.failure.kind].title}`, tone: 'bad' };
  }
  if (health.effectiveWeight < endpoint.weight) {
    return { word: 'Recent errors', tone: 'warn' };
  }
  const hasAnswered =
    health.proof === undefined ? metrics.p50Ms !== undefined : health.proof.kind === 'answered';
  return endpoint.demo || hasAnswered ? { word: 'Healthy', tone: 'ok' } : { word: 'Untested', tone: 'idle' };
}

/** What stands behind the word, where it says too little. */
export function endpointReason({ endpoint, health }: EndpointView): string {
  if (health.proof?.kind === 'testFailed') {
    const { kind, message } = health.proof.failure;
    return `${message} ${FAILURES[kind].remedy}`;
  }
  return endpoint.weight === 0 ? 'With the weight 0 nothing is sent there.' : '';
}

/** Whether the word of an endpoint changes with the time. */
export function isEndpointCounting({ health, keys }: EndpointView): boolean {
  return health.rest !== undefined || keys.some(isCounting);
}

export const REST_WORDS: Readonly<Record<EndpointRest['reason'], string>> = {
  failing: 'It failed many times in a row. One request at a time tries it.',
  ban: 'Several keys were refused at once, which looks like a ban of this computer. It rests before it is tried again.',
};

/** `52 / 60`, or the figure alone where there is no limit. */
export function gaugeWords({ used, limit }: Gauge, format: (value: number) => string = formatCount): string {
  return limit === undefined || limit === 0 ? format(used) : `${format(used)} / ${format(limit)}`;
}

export function isFull({ used, limit }: Gauge): boolean {
  return limit !== undefined && limit > 0 && used >= limit;
}

/** `99.2%`; a dash before the first answer. Rounded down, so that one failure in thousands still shows. */
export function successWords(succeeded: number, failed: number): string {
  const all = succeeded + failed;
  if (all === 0) {
    return '–';
  }
  return failed === 0 ? '100%' : `${(Math.floor((1000 * succeeded) / all) / 10).toFixed(1)}%`;
}

/** `8.1 / 14 s`; a dash before the first answer. */
export function latencyWords(p50Ms: number | undefined, p95Ms: number | undefined): string {
  if (p50Ms === undefined) {
    return '–';
  }
  const seconds = (ms: number) => (ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));
  return p95Ms === undefined ? `${seconds(p50Ms)} s` : `${seconds(p50Ms)} / ${seconds(p95Ms)} s`;
}

/** The part of its provider's traffic an endpoint gets: only endpoints of one protocol can stand in for each other. */
export function trafficShare(view: EndpointView, all: readonly EndpointView[]): number {
  const rivals = all.filter((other) => other.endpoint.provider === view.endpoint.provider && canTake(other));
  const sum = rivals.reduce((total, other) => total + other.health.effectiveWeight, 0);
  return canTake(view) && sum > 0 ? view.health.effectiveWeight / sum : 0;
}

/** The demo endpoint serves its own model alone, so it takes nothing from the others. */
export function canTake({ endpoint, keys }: EndpointView): boolean {
  return endpoint.enabled && !endpoint.demo && keys.some((key) => !key.paused);
}
