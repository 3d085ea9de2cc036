/** A carrier with the real adapters over real sockets, and orders that differ only in what their test is about. */
import { createInputLoader } from '../../images/load-input';
import { createAdapters } from '../../providers';
import { createConnections } from '../../providers/http/connections';
import { Secret } from '../../providers/secret';
import { endpoint, PLAIN_KEY } from '../../providers/testing/calls';
import { systemClock } from '../../system-clock';
import { type CarrierPorts, createCarrier } from '../carrier';
import { createDisk } from '../disk';
import type { PictureOrder } from '../order';

const adapters = createAdapters();
const connections = createConnections();

export function pictureCarrier({
  disk = createDisk(),
  clock = systemClock,
}: Partial<Pick<CarrierPorts, 'disk' | 'clock'>> = {}) {
  return createCarrier({
    adapter: (order) => adapters[order.endpoint.provider],
    connections,
    disk,
    clock,
    secret: (value) => new Secret(value),
    open: (reference, rules) => createInputLoader(rules).open(reference),
  });
}

/** Of an OpenAI endpoint at this address. */
export function pictureOrder(
  url: string,
  given: Pick<PictureOrder, 'outputDir'> & Partial<PictureOrder>,
): PictureOrder {
  return {
    task: 't2i',
    endpoint: endpoint('openai', url),
    secret: PLAIN_KEY,
    model: 'm',
    prompt: 'a red barn',
    inputs: [],
    mask: null,
    aspectRatio: null,
    imageSize: null,
    responseFormat: null,
    input: { baseDir: '', roots: 'all', allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
    stem: '000001',
    mark: 'own',
    ...given,
  };
}

/** What an answer tells beside its picture: its headers and the facts in them, and what was used. */
export const LIMITS = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '7' };
export const FACTS = { requests: { limit: 60, remaining: 7 } };
export const USAGE = { input_tokens: 9, output_tokens: 400 };
