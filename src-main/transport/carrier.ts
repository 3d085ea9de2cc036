/** Carries one order from inputs to a file under its final name, inside a transport worker. Never rejects. */
import type { AttemptOutcome, ReceivedFile, Usage } from '../engine/ports';
import type { OpenedInput } from '../images/load-input';
import { giveBack } from '../providers/answer-buffers';
import type { ImageAnswer, ImageRequest, InputImage, ProviderAdapter } from '../providers/adapter';
import type { Secret } from '../providers/secret';
import type { Failure } from '@shared/model/failure';
import type { Connections } from '../providers/http/connections';
import type { Disk } from './disk';
import { fetchHosted } from './hosted-answer';
import type { InputRules, Order } from './order';
import { type AttemptSpool, createAttemptSpool } from './picture-spool';
import { type ResultTarget, type Written, writeResult } from './result-file';
import { storageFailure } from './storage-failure';

export interface CarrierPorts {
  adapter(order: Order): ProviderAdapter;
  readonly connections: Connections;
  readonly disk: Disk;
  secret(value: string): Secret;
  open(reference: string, rules: InputRules): Promise<OpenedInput>;
}

export interface CarrierHooks {
  bodySent(): void;
  /** A picture is there: the network slot is free while it is being written. */
  answered(): void;
  received(file: ReceivedFile): Promise<void>;
  /** Aborted when the request is to be cut off. What has been received by then is kept. */
  readonly signal: AbortSignal;
}

interface Inputs {
  readonly images: readonly InputImage[];
  readonly mask: InputImage | null;
  close(): Promise<void>;
}

export function createCarrier(ports: CarrierPorts) {
  async function carry(attemptId: number, order: Order, hooks: CarrierHooks): Promise<AttemptOutcome> {
    const inputs = await openInputs(order);
    if ('failure' in inputs) {
      return { kind: 'failed', failure: inputs.failure };
    }
    const target = { outputDir: order.outputDir, stem: order.stem, attemptId };
    const spool = createAttemptSpool(ports.disk, target);
    const answer = await ask(order, inputs, { hooks, spool }).finally(() => inputs.close());
    const facts = answer.facts === undefined ? {} : { facts: answer.facts };
    const outcome = await outcomeOf({ answer, order, target, hooks, spool });
    await spool.close();
    return outcome.kind === 'lost' ? outcome : { ...outcome, ...facts };
  }

  async function outcomeOf({ answer, order, target, hooks, spool }: Answered): Promise<AttemptOutcome> {
    if (answer.kind === 'spooled') {
      const file = await spool.take(answer.picture);
      return save(await answered(hooks, file.save()), answer.usage, { order, hooks });
    }
    const image = await fetchHosted(answer, {
      endpoint: order.endpoint,
      secret: secretOf(order),
      allowPrivateUrls: order.input.allowPrivateUrls,
      signal: hooks.signal,
    });
    if (image.kind === 'failed') {
      return hooks.signal.aborted && image.failure.bodySent === true
        ? { kind: 'lost' }
        : { kind: 'failed', failure: image.failure };
    }
    const written = await answered(hooks, writeResult(image.bytes, target, ports.disk));
    giveBack(image.bytes);
    return save(written, image.usage, { order, hooks });
  }

  /**
   * Not for a failure: what it says of key and endpoint must be known before the slot goes to another request. Where
   * more waits for the disk than should, the slot waits, too, while the file is being saved.
   */
  async function answered(hooks: CarrierHooks, saving: Promise<Written>): Promise<Written> {
    await ports.disk.pressure();
    hooks.answered();
    return saving;
  }

  async function openInputs(order: Order): Promise<Inputs | { failure: Failure }> {
    const references = order.mask === null ? order.inputs : [...order.inputs, order.mask];
    const opened = await Promise.all(references.map((reference) => ports.open(reference, order.input)));
    const inputs = opened.filter((input) => input.kind === 'ok');
    const close = async (): Promise<void> => {
      await Promise.all(inputs.map((input) => input.close()));
    };
    const refused = opened.find((input) => input.kind !== 'ok');
    if (refused !== undefined) {
      await close();
      return { failure: refused.failure };
    }
    const images = inputs.map((input) => input.image);
    return {
      images: images.slice(0, order.inputs.length),
      mask: images[order.inputs.length] ?? null,
      close,
    };
  }

  function secretOf(order: Order): Secret | null {
    return order.secret === null ? null : ports.secret(order.secret);
  }

  function ask(
    order: Order,
    inputs: Inputs,
    { hooks, spool }: Pick<Answered, 'hooks' | 'spool'>,
  ): Promise<ImageAnswer> {
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
      signal: hooks.signal,
      connections: ports.connections,
      spool,
      onBodySent: () => hooks.bodySent(),
    });
  }

  async function save(
    written: Written,
    usage: Usage,
    { order, hooks }: Pick<Answered, 'order' | 'hooks'>,
  ): Promise<AttemptOutcome> {
    if (written.kind === 'failed') {
      return { kind: 'failed', failure: { ...written.failure, bodySent: true } };
    }
    try {
      await hooks.received(written.result.file);
      await written.result.commit();
    } catch (error) {
      await written.result.discard();
      return { kind: 'failed', failure: { ...storageFailure(error, order.outputDir), bodySent: true } };
    }
    return { kind: 'done', file: written.result.file, usage, costUsd: usage.costUsd ?? null };
  }

  return { carry };
}

interface Answered {
  readonly answer: ImageAnswer;
  readonly order: Order;
  readonly target: ResultTarget;
  readonly hooks: CarrierHooks;
  readonly spool: AttemptSpool;
}
