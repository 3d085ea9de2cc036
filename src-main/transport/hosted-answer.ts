/** The picture behind an answer that only names its address. */
import type { Endpoint } from '@shared/model/endpoint';
import { fetchImage } from '../images/safe-fetch';
import type { ImageAnswer } from '../providers/adapter';
import { redactWith } from '../providers/redact';
import type { Secret } from '../providers/secret';

/** A picture in memory, or why there is none. */
export type ImageOrFailure = Extract<ImageAnswer, { kind: 'image' | 'failed' }>;

export interface HostedOptions {
  readonly endpoint: Endpoint;
  /** Never shown, though an answer may have written it into the address. */
  readonly secret: Secret | null;
  readonly allowPrivateUrls: boolean;
  readonly signal: AbortSignal;
}

/**
 * Any other answer as it is. The address is a stranger's, but it may lie beside the endpoint: one on a private address
 * may answer with such an address, too. Never rejects.
 */
export async function fetchHosted(
  answer: Exclude<ImageAnswer, { kind: 'spooled' }>,
  options: HostedOptions,
): Promise<ImageOrFailure> {
  if (answer.kind !== 'url') {
    return answer;
  }
  const { endpoint, signal } = options;
  const fetched = await fetchImage(answer.url, {
    allowPrivate: options.allowPrivateUrls || sharesHost(answer.url, endpoint.baseUrl),
    signal,
    timeoutMs: endpoint.timeoutMs,
  });
  const facts = answer.facts === undefined ? {} : { facts: answer.facts };
  if (fetched.kind === 'ok') {
    return { kind: 'image', bytes: fetched.bytes, usage: answer.usage, ...facts };
  }
  const message = redactWith(options.secret, fetched.failure.message);
  // The row is not to blame for an answer that cannot be fetched.
  return {
    kind: 'failed',
    failure: { ...fetched.failure, kind: 'malformed', message, bodySent: true },
    ...facts,
  };
}

function sharesHost(url: string, baseUrl: string): boolean {
  return URL.canParse(url) && URL.canParse(baseUrl) && new URL(url).host === new URL(baseUrl).host;
}
