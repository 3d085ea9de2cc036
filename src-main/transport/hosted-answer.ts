/**
 * The picture behind an answer that only names its address. It is made and paid for by then: what fails on the way here
 * is tried again, and never asked for anew by itself.
 */
import type { Endpoint } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { Clock, RateFacts, Usage } from '../engine/ports';
import type { FetchedImage } from '../images/safe-fetch';
import type { ImageAnswer } from '../providers/adapter';
import { MAX_ANSWER_IMAGE_BYTES } from '../providers/image-data';
import { redactWith } from '../providers/redact';
import type { Secret } from '../providers/secret';

/** A picture in memory, or why there is none. */
export type ImageOrFailure = Extract<ImageAnswer, { kind: 'image' | 'failed' }>;

/** It was made, and could not be fetched. */
export interface Unfetched {
  readonly kind: 'unfetched';
  readonly failure: Failure;
  readonly usage: Usage;
  readonly facts?: RateFacts;
}

export interface HostedOptions {
  readonly endpoint: Endpoint;
  /** Never shown, though an answer may have written it into the address. */
  readonly secret: Secret | null;
  readonly allowPrivateUrls: boolean;
  readonly signal: AbortSignal;
  /** Absent: it is tried once. */
  readonly clock?: Pick<Clock, 'now' | 'setTimer'>;
}

/** Between one try and the next, as long as the endpoint's timeout allows it. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000];
/** The last try has time to get somewhere. */
const LEAST_TIMEOUT_MS = 1000;

/**
 * Any other answer as it is. The address is a stranger's, but it may lie beside the endpoint: one on a private address
 * may answer with an address of its own host, too, and with no other private one. Never rejects.
 */
export async function fetchHosted(
  answer: Exclude<ImageAnswer, { kind: 'spooled' }>,
  options: HostedOptions,
): Promise<ImageOrFailure | Unfetched> {
  if (answer.kind !== 'url') {
    return answer;
  }
  const fetched = await fetchPatiently(answer.url, options);
  const facts = answer.facts === undefined ? {} : { facts: answer.facts };
  if (fetched.kind === 'ok') {
    return { kind: 'image', bytes: fetched.bytes, usage: answer.usage, ...facts };
  }
  const why = redactWith(options.secret, fetched.failure.message);
  const message = `The picture was made and may be charged, but it could not be fetched: ${why}`;
  // The row is not to blame for an answer that cannot be fetched.
  const failure: Failure = { kind: 'malformed', message, bodySent: true };
  return { kind: 'unfetched', failure, usage: answer.usage, ...facts };
}

async function fetchPatiently(url: string, options: HostedOptions): Promise<FetchedImage> {
  const { endpoint, signal, clock } = options;
  // Most answers hold their picture: not for them.
  const { fetchImage } = await import('../images/safe-fetch');
  const fetchOnce = (timeoutMs: number) =>
    fetchImage(url, {
      allowPrivate: options.allowPrivateUrls,
      ...(URL.canParse(endpoint.baseUrl) ? { ownHost: new URL(endpoint.baseUrl).host } : {}),
      maxBytes: MAX_ANSWER_IMAGE_BYTES,
      signal,
      timeoutMs,
    });
  if (clock === undefined) {
    return fetchOnce(endpoint.timeoutMs);
  }
  const until = clock.now() + endpoint.timeoutMs;
  let fetched = await fetchOnce(endpoint.timeoutMs);
  for (const waitMs of WAITS_MS) {
    const leftMs = until - clock.now() - waitMs;
    if (fetched.kind === 'ok' || fetched.mayPass !== true || signal.aborted || leftMs <= 0) {
      break;
    }
    await waited(waitMs, { clock, signal });
    fetched = await fetchOnce(Math.max(LEAST_TIMEOUT_MS, leftMs));
  }
  return fetched;
}

/** Resolves early where nobody wants it any more. */
function waited(
  delayMs: number,
  { clock, signal }: Required<Pick<HostedOptions, 'clock' | 'signal'>>,
): Promise<void> {
  return new Promise((resolve) => {
    const undo = clock.setTimer(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    function stop(): void {
      undo();
      resolve();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
