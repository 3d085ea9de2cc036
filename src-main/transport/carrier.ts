/** Carries one picture's order from inputs to a file under its final name, inside a transport worker. Never rejects. */
import { join } from 'node:path';
import type { AttemptOutcome, Clock, ReceivedFile, Usage } from '../engine/ports';
import type { OpenedInput } from '../images/load-input';
import { giveBack } from '../providers/answer-buffers';
import type {
  ConversationTurn,
  ImageAnswer,
  ImageRequest,
  InputImage,
  ProviderAdapter,
} from '../providers/adapter';
import type { Secret } from '../providers/secret';
import type { Failure } from '@shared/model/failure';
import type { Connections } from '../providers/http/connections';
import { wholeName } from '../temporary-name';
import type { Disk } from './disk';
import { fetchHosted, type ImageOrFailure, type Unfetched } from './hosted-answer';
import type { InputRules, Order, OrderTurn, PictureOrder } from './order';
import { withPartials } from './partial-pictures';
import { type AttemptSpool, createAttemptSpool } from './picture-spool';
import { type ResultTarget, type TemporaryResult, type Written, writeResult } from './result-file';

export interface CarrierPorts {
  adapter(order: Pick<Order, 'endpoint'>): ProviderAdapter;
  readonly connections: Connections;
  readonly disk: Disk;
  readonly clock: Pick<Clock, 'now' | 'setTimer'>;
  secret(value: string): Secret;
  open(reference: string, rules: InputRules): Promise<OpenedInput>;
}

export interface CarrierHooks {
  /** From now on the request may leave. */
  leaving(): void;
  bodySent(): void;
  /** A picture is there: the network slot is free while it is being written. */
  answered(): void;
  received(file: ReceivedFile): Promise<void>;
  /** A picture on the way to the result is at this path, until the attempt is over. */
  partial(path: string): void;
  /** Aborted when the request is to be cut off. What has been received by then is kept. */
  readonly signal: AbortSignal;
  /** As `CallContext` has it. */
  readonly mayLeave?: Promise<boolean>;
}

interface Inputs {
  readonly images: readonly InputImage[];
  readonly mask: InputImage | null;
  readonly history: readonly ConversationTurn[];
  close(): Promise<void>;
}

export function createCarrier(ports: CarrierPorts) {
  async function carry(attemptId: number, order: PictureOrder, hooks: CarrierHooks): Promise<AttemptOutcome> {
    const inputs = await openInputs(order);
    if ('failure' in inputs) {
      return { kind: 'failed', failure: inputs.failure };
    }
    const target = { outputDir: order.outputDir, stem: order.stem, mark: order.mark, attemptId };
    const spool = createAttemptSpool(ports.disk, target);
    const answer = await asked(order, inputs, { hooks, spool, target }).finally(() => inputs.close());
    const facts = answer.facts === undefined ? {} : { facts: answer.facts };
    const outcome = await outcomeOf({ answer, order, target, hooks, spool });
    await spool.close();
    const turn = turnIn(answer, order);
    return outcome.kind === 'lost'
      ? outcome
      : { ...outcome, ...(outcome.kind === 'done' ? turn : {}), ...facts };
  }

  /** Partial pictures are for looking at while the request is under way. */
  async function asked(
    order: PictureOrder,
    inputs: Inputs,
    { hooks, spool, target }: Pick<Answered, 'hooks' | 'spool' | 'target'>,
  ): Promise<ImageAnswer> {
    if (order.partialImages === undefined) {
      return ask(order, inputs, { hooks, spool });
    }
    const partials = withPartials(spool, target, (path) => hooks.partial(path));
    return ask(order, inputs, { hooks, spool: partials.spool }).finally(() => partials.close());
  }

  async function outcomeOf({ answer, order, target, hooks, spool }: Answered): Promise<AttemptOutcome> {
    if (answer.kind === 'spooled') {
      const file = await spool.take(answer.picture);
      return save(await answered(hooks, file.save()), answer.usage, { target, hooks });
    }
    const image = await fetchHosted(answer, {
      endpoint: order.endpoint,
      secret: secretOf(order),
      allowPrivateUrls: order.input.allowPrivateUrls,
      signal: hooks.signal,
      clock: ports.clock,
    });
    if (image.kind !== 'image') {
      return hooks.signal.aborted && image.failure.bodySent === true ? { kind: 'lost' } : failed(image);
    }
    const written = await answered(hooks, writeResult(image.bytes, target, ports.disk));
    giveBack(image.bytes);
    return save(written, image.usage, { target, hooks });
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

  async function openInputs(order: PictureOrder): Promise<Inputs | { failure: Failure }> {
    const { history = [] } = order;
    const references = [
      ...order.inputs,
      ...history.flatMap(({ inputs, answer }) => [...inputs, answer]),
      ...(order.mask === null ? [] : [order.mask]),
    ];
    const opened = await Promise.all(references.map((reference) => ports.open(reference, order.input)));
    const inputs = opened.filter((input) => input.kind === 'ok');
    const close = async (): Promise<void> => {
      // No answer is worth less because a file that was read could not be closed.
      await Promise.allSettled(inputs.map((input) => input.close()));
    };
    const refused = opened.find((input) => input.kind !== 'ok');
    if (refused !== undefined) {
      await close();
      return { failure: refused.failure };
    }
    const images = inputs.map((input) => input.image);
    return {
      images: images.splice(0, order.inputs.length),
      history: history.map((turn) => conversationTurn(turn, images)),
      mask: images[0] ?? null,
      close,
    };
  }

  function secretOf(order: PictureOrder): Secret | null {
    return order.secret === null ? null : ports.secret(order.secret);
  }

  function ask(
    order: PictureOrder,
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
      history: inputs.history,
      ...(order.partialImages === undefined ? {} : { partialImages: order.partialImages }),
      ...(order.quality === undefined ? {} : { quality: order.quality }),
    };
    const adapter = ports.adapter(order);
    hooks.leaving();
    return adapter.image(request, {
      endpoint: order.endpoint,
      secret: secretOf(order),
      signal: hooks.signal,
      connections: ports.connections,
      spool,
      onBodySent: () => hooks.bodySent(),
      ...(hooks.mayLeave === undefined ? {} : { mayLeave: hooks.mayLeave }),
    });
  }

  async function save(
    written: Written,
    usage: Usage,
    { target, hooks }: Pick<Answered, 'target' | 'hooks'>,
  ): Promise<AttemptOutcome> {
    const { outputDir } = target;
    switch (written.kind) {
      case 'failed': {
        const failure = { ...written.failure, bodySent: true };
        // It came and was paid for: it does not go again by itself.
        return failure.kind === 'storage' ? { kind: 'lost', failure } : { kind: 'failed', failure };
      }
      case 'refused': {
        const path = join(outputDir, wholeName(target));
        return done(written.file, usage, { unplaced: { path, outputDir, bytes: written.bytes } });
      }
      case 'written':
        return done(written.result.file, usage, await placed(written.result, { outputDir, hooks }));
    }
  }

  async function placed(
    result: TemporaryResult,
    { outputDir, hooks }: { readonly outputDir: string; readonly hooks: CarrierHooks },
  ): Promise<Placed> {
    try {
      await hooks.received(result.file);
    } catch {
      // Under its present name, recovery could not tell it from a draft after a crash.
      return { unplaced: { outputDir, path: await result.setAside().catch(() => result.path) } };
    }
    return result.commit().then(
      (keptAs) => (keptAs === null ? {} : { keptAs }),
      () => ({ unplaced: { outputDir, path: result.path } }),
    );
  }

  return { carry };
}

function failed(image: Exclude<ImageOrFailure, { kind: 'image' }> | Unfetched): AttemptOutcome {
  return image.kind === 'failed'
    ? { kind: 'failed', failure: image.failure }
    : { kind: 'failed', failure: image.failure, isMade: true, costUsd: image.usage.costUsd ?? null };
}

/** Without `unplaced` it has its final name. */
type Placed = Pick<Extract<AttemptOutcome, { kind: 'done' }>, 'unplaced' | 'keptAs'>;

function done(file: ReceivedFile, usage: Usage, placed: Placed): AttemptOutcome {
  return { kind: 'done', file, usage, costUsd: usage.costUsd ?? null, ...placed };
}

/** Takes the turn's pictures off the front of `opened`. */
function conversationTurn({ prompt, inputs, turn }: OrderTurn, opened: InputImage[]): ConversationTurn {
  const images = opened.splice(0, inputs.length);
  const [answer] = opened.splice(0, 1);
  if (answer === undefined) {
    throw new Error('Every turn has its picture.');
  }
  return { prompt, images, answer, turn };
}

/** Only where it is wanted: signatures may be as large as pictures. */
function turnIn(answer: ImageAnswer, order: PictureOrder): { readonly turn?: string } {
  const isPicture = answer.kind === 'image' || answer.kind === 'spooled';
  return order.keepsTurn === true && isPicture && answer.turn !== undefined ? { turn: answer.turn } : {};
}

interface Answered {
  readonly answer: ImageAnswer;
  readonly order: PictureOrder;
  readonly target: ResultTarget;
  readonly hooks: CarrierHooks;
  readonly spool: AttemptSpool;
}
