/** Carries one order from inputs to a file under its final name, inside a transport worker. Never rejects. */
import type { AttemptOutcome, ReceivedFile } from '../engine/ports';
import { giveBack } from '../providers/answer-buffers';
import type { ImageAnswer, ImageRequest, InputImage, ProviderAdapter } from '../providers/adapter';
import type { Secret } from '../providers/secret';
import type { Failure } from '@shared/model/failure';
import type { Dispatcher } from 'undici';
import { fetchHosted, type ImageOrFailure } from './hosted-answer';
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
  /** A picture is there: the network slot is free while it is being written. */
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
      return { kind: 'failed', failure: inputs.failure };
    }
    const image = await fetchHosted(await ask(order, inputs, hooks), {
      endpoint: order.endpoint,
      secret: secretOf(order),
      allowPrivateUrls: order.input.allowPrivateUrls,
      signal: ports.signal,
    });
    const facts = image.facts === undefined ? {} : { facts: image.facts };
    if (image.kind === 'failed') {
      return { kind: 'failed', failure: image.failure, ...facts };
    }
    // Not for a failure: what it says of key and endpoint must be known before the slot goes to another request.
    hooks.answered();
    const outcome = await save(attemptId, order, { image, hooks });
    return outcome.kind === 'lost' ? outcome : { ...outcome, ...facts };
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

  function secretOf(order: Order): Secret | null {
    return order.secret === null ? null : ports.secret(order.secret);
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
      secret: secretOf(order),
      signal: ports.signal,
      dispatcher: ports.dispatcher(order),
      onBodySent: () => hooks.bodySent(),
    });
  }

  async function save(
    attemptId: number,
    order: Order,
    answer: { image: Extract<ImageOrFailure, { kind: 'image' }>; hooks: CarrierHooks },
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
