/** Carries one order from inputs to a file under its final name, inside a transport worker. Never rejects. */
import { fetchImage } from '../images/safe-fetch';
import type { AttemptOutcome, ReceivedFile, Usage } from '../engine/ports';
import { giveBack } from '../providers/answer-buffers';
import type { ImageAnswer, ImageRequest, InputImage, ProviderAdapter } from '../providers/adapter';
import { Secret } from '../providers/secret';
import type { Failure } from '@shared/model/failure';
import type { Dispatcher } from 'undici';
import type { InputRules, Order } from './order';
import { storageFailure, writeResult } from './result-file';

export interface CarrierPorts {
  adapter(order: Order): ProviderAdapter;
  dispatcher(order: Order): Dispatcher;
  secret(value: string): Secret;
  load(
    reference: string,
    rules: InputRules,
  ): Promise<{ kind: 'ok'; image: InputImage } | { kind: 'failed'; failure: Failure }>;
  readonly signal: AbortSignal;
}

export interface CarrierHooks {
  bodySent(): void;
  answered(): void;
  received(file: ReceivedFile): Promise<void>;
}

interface Inputs {
  readonly images: readonly InputImage[];
  readonly mask: InputImage | null;
}

export function createCarrier(ports: CarrierPorts) {
  async function carry(attemptId: number, order: Order, hooks: CarrierHooks): Promise<AttemptOutcome> {
    const inputs = await loadInputs(order);
    if ('failure' in inputs) {
      hooks.answered();
      return { kind: 'failed', failure: inputs.failure };
    }
    const answer = await ask(order, inputs, hooks);
    const image = answer.kind === 'url' ? await fetchHosted(answer.url, answer.usage, order) : answer;
    hooks.answered();
    if (image.kind === 'failed') {
      return { kind: 'failed', failure: image.failure };
    }
    return save(attemptId, order, { image, hooks });
  }

  async function loadInputs(order: Order): Promise<Inputs | { failure: Failure }> {
    const loaded = await Promise.all(order.inputs.map((reference) => ports.load(reference, order.input)));
    const mask = order.mask === null ? null : await ports.load(order.mask, order.input);
    const images: InputImage[] = [];
    for (const input of loaded) {
      if (input.kind === 'failed') {
        return { failure: input.failure };
      }
      images.push(input.image);
    }
    if (mask?.kind === 'failed') {
      return { failure: mask.failure };
    }
    return { images, mask: mask?.image ?? null };
  }

  function ask(order: Order, inputs: Inputs, hooks: CarrierHooks): Promise<ImageAnswer> {
    const request: ImageRequest = {
      task: order.task,
      model: order.model,
      prompt: order.prompt,
      images: inputs.images,
      mask: inputs.mask,
      aspectRatio: order.aspectRatio,
      imageSize: order.imageSize,
      responseFormat: order.responseFormat,
    };
    return ports.adapter(order).image(request, {
      endpoint: order.endpoint,
      secret: order.secret === null ? null : ports.secret(order.secret),
      signal: ports.signal,
      dispatcher: ports.dispatcher(order),
      onBodySent: () => hooks.bodySent(),
    });
  }

  /** A hosted answer may live beside its endpoint: an endpoint on a private address may answer with one too. */
  async function fetchHosted(
    url: string,
    usage: Usage,
    order: Order,
  ): Promise<Exclude<ImageAnswer, { kind: 'url' }>> {
    const fetched = await fetchImage(url, {
      allowPrivate: order.input.allowPrivateUrls || sharesHost(url, order.endpoint.baseUrl),
      signal: ports.signal,
      timeoutMs: order.endpoint.timeoutMs,
    });
    if (fetched.kind === 'ok') {
      return { kind: 'image', bytes: fetched.bytes, usage };
    }
    // The row is not to blame for an answer that cannot be fetched.
    return { kind: 'failed', failure: { ...fetched.failure, kind: 'malformed', bodySent: true } };
  }

  async function save(
    attemptId: number,
    order: Order,
    answer: { image: Extract<ImageAnswer, { kind: 'image' }>; hooks: CarrierHooks },
  ): Promise<AttemptOutcome> {
    const target = { outputDir: order.outputDir, stem: order.stem, attemptId };
    const written = await writeResult(answer.image.bytes, target);
    giveBack(answer.image.bytes);
    if (written.kind === 'failed') {
      return { kind: 'failed', failure: { ...written.failure, bodySent: true } };
    }
    try {
      await answer.hooks.received(written.result.file);
      await written.result.commit();
    } catch (error) {
      await written.result.discard();
      return { kind: 'failed', failure: { ...storageFailure(error, order.outputDir), bodySent: true } };
    }
    const usage = answer.image.usage;
    return { kind: 'done', file: written.result.file, usage, costUsd: usage.costUsd ?? null };
  }

  return { carry };
}

function sharesHost(url: string, baseUrl: string): boolean {
  return URL.canParse(url) && URL.canParse(baseUrl) && new URL(url).host === new URL(baseUrl).host;
}
