/** A probe of the endpoint lab: one real request for one picture, timed and measured. Never rejects. */
import { performance } from 'node:perf_hooks';
import { costOfUsage } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint, ProbeReport } from '@shared/model/endpoint';
import type { FailureKind } from '@shared/model/failure';
import type { ModelChoice } from '@shared/model/run';
import { measureImage } from '../../images/measure';
import { sniffImage } from '../../images/sniff';
import { createAdapters } from '../../providers';
import type { CallContext, ImageRequest } from '../../providers/adapter';
import { giveBack } from '../../providers/answer-buffers';
import { createConnections } from '../../providers/http/connections';
import type { Secret } from '../../providers/secret';
import { fetchHosted, type ImageOrFailure, type Unfetched } from '../../transport/hosted-answer';
import { fittingSize } from '../orders/fitting-size';

/** A larger picture is not shown in a table. */
const LARGEST_PICTURE_BYTES = 8 * 1024 * 1024;

export interface ProbeRequest {
  readonly model: string;
  readonly prompt: string;
  /** `2K` or `1536x1024`: what a model does not offer becomes the nearest that it does. */
  readonly imageSize?: string | undefined;
}

export interface EndpointProbe {
  probe(endpoint: Endpoint, secret: Secret | null, request: ProbeRequest): Promise<ProbeReport>;
  close(): void;
}

export function createEndpointProbe(options: {
  catalogueModel(choice: ModelChoice): CatalogueModel | undefined;
}): EndpointProbe {
  const adapters = createAdapters();
  const closing = new AbortController();

  async function ask(
    context: Pick<CallContext, 'endpoint' | 'secret'>,
    request: ImageRequest,
  ): Promise<ImageOrFailure | Unfetched> {
    const { endpoint } = context;
    const { signal } = closing;
    const connections = createConnections({ connectTimeoutMs: endpoint.timeoutMs });
    try {
      const call = { ...context, signal, connections, onBodySent: () => undefined };
      const answer = await adapters[endpoint.provider].image(request, call);
      if (answer.kind === 'spooled') {
        throw new Error('A picture went to a spool that was not given.');
      }
      return await fetchHosted(answer, { ...context, allowPrivateUrls: false, signal });
    } finally {
      connections.close();
    }
  }

  return {
    async probe(endpoint, secret, { model, prompt, imageSize }) {
      const { provider } = endpoint;
      const known = options.catalogueModel({ provider, model });
      const size = fittingSize({ provider, model: known, imageSize }, 't2i');
      // Loading an SDK is none of the endpoint's time. What cannot be loaded fails the request, with the reason.
      await adapters[provider].warm().catch(() => undefined);
      const startedAt = performance.now();
      const answer = await ask(
        { endpoint, secret },
        {
          task: 't2i',
          model,
          prompt,
          images: [],
          mask: null,
          aspectRatio: size.aspectRatio ?? null,
          imageSize: size.imageSize ?? null,
          responseFormat: known?.responseFormat ?? null,
        },
      );
      const latencyMs = Math.round(performance.now() - startedAt);
      if (answer.kind !== 'image') {
        return { kind: 'failed', latencyMs, failure: answer.failure };
      }
      const report = reportOf(answer, { latencyMs, model: known });
      giveBack(answer.bytes);
      return report;
    },
    close() {
      closing.abort();
      adapters.close();
    },
  };
}

function reportOf(
  { bytes, usage }: Extract<ImageOrFailure, { kind: 'image' }>,
  { latencyMs, model }: { latencyMs: number; model: CatalogueModel | undefined },
): ProbeReport {
  const type = sniffImage(bytes);
  const size = measureImage(bytes);
  if (type === null || size === null) {
    return failed(latencyMs, 'malformed', 'The answer holds bytes that are not an image.');
  }
  if (bytes.byteLength > LARGEST_PICTURE_BYTES) {
    const megabytes = Math.round(bytes.byteLength / 1024 / 1024);
    return failed(latencyMs, 'malformed', `The picture has ${megabytes} MB: too large to be shown here.`);
  }
  const costUsd = costOfUsage(model, usage, size);
  return {
    kind: 'ok',
    latencyMs,
    width: size.width,
    height: size.height,
    mimeType: type.mimeType,
    ...(costUsd === undefined ? {} : { costUsd }),
    picture: `data:${type.mimeType};base64,${Buffer.from(bytes).toString('base64')}`,
  };
}

function failed(latencyMs: number, kind: FailureKind, message: string): ProbeReport {
  return { kind: 'failed', latencyMs, failure: { kind, message, bodySent: true } };
}
