/** `POST /v1/chat/completions`, whole or in server-sent events. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { asksFor, carryOut, type TextDone, textsOf } from '../carry-out';
import { openaiError } from '../error-shapes';
import { createEventReply, type EventReply } from '../event-reply';
import { errorOf, ProxyError } from '../proxy-error';
import { type Asking, askingOf } from '../proxy-request';
import type { ProxyContext } from '../proxy-context';
import { proxyErrorOf } from '../thrown';
import { createToldText } from '../told-text';
import {
  chatChunk,
  chatCompletion,
  type ChatHead,
  type ChatPiece,
  failedBeside,
  finishOf,
  usageChunk,
} from './chat-answer';
import { type ChatAsked, readChat } from './chat-request';

export function chatRoutes(server: FastifyInstance, context: ProxyContext): void {
  server.post('/v1/chat/completions', async (request, reply) => {
    const asking = askingOf(request);
    const asked = readChat(request.body, asking.media, context.ground());
    const head: ChatHead = {
      id: `chatcmpl-${randomUUID()}`,
      model: asked.ask.model.model,
      now: context.app.clock.wallNow(),
    };
    if (asked.isStreamed) {
      await streamChat(context, { asking, asked, head, reply });
      return reply;
    }
    const carried = textsOf(await carryOut(context, asking, asksFor(asked.ask, asked.count, false)));
    return chatCompletion(head, carried);
  });
}

interface Streaming {
  readonly asking: Asking;
  readonly asked: ChatAsked;
  readonly head: ChatHead;
  readonly reply: FastifyReply;
}

async function streamChat(context: ProxyContext, { asking, asked, head, reply }: Streaming): Promise<void> {
  const events = createEventReply(reply, context.app.clock);
  const { ask, count, wantsUsage } = asked;
  const told = Array.from({ length: count }, (_, index) => choiceOf({ events, head, index, wantsUsage }));
  // An answer that must fit a schema may be made anew, and is told when it fits.
  const isTold = ask.answer.kind === 'text';
  try {
    const asks = asksFor(ask, count, true);
    const { done, failures } = textsOf(
      await carryOut(context, asking, asks, {
        onDelta: (at, text) => void (isTold && told[at]?.delta(text)),
        onAgain: (at) => told[at]?.again(),
      }),
    );
    const last = done.at(-1);
    const untold = done.filter((one) => {
      const beside = one === last ? failedBeside(failures) : {};
      return told[one.at]?.end(one.answer, beside) === false;
    });
    if (wantsUsage) {
      events.send(usageChunk(head, done));
    }
    if (untold.length > 0) {
      throw begunAnew();
    }
    const [failed] = failures;
    // What is told in part would pass for the whole.
    if (failed !== undefined && told.some(({ isOpen }) => isOpen())) {
      throw errorOf(failed);
    }
    events.raw('data: [DONE]\n\n');
    events.end();
  } catch (error) {
    if (!events.isBegun) {
      throw error;
    }
    events.send(openaiError(proxyErrorOf(error)));
    events.end();
  }
}

interface ChoiceParts {
  readonly events: EventReply;
  readonly head: ChatHead;
  readonly index: number;
  readonly wantsUsage: boolean;
}

/** One of the answers in pieces: its role first, then its text, then why it ended. */
function choiceOf({ events, head, index, wantsUsage }: ChoiceParts) {
  let isBegun = false;
  let isEnded = false;
  const send = (delta: object, end: Pick<ChatPiece, 'finish' | 'beside'> = {}): void =>
    events.send(chatChunk(head, { index, delta, ...end }, wantsUsage));
  const begin = (): void => {
    if (!isBegun) {
      isBegun = true;
      send({ role: 'assistant', content: '', refusal: null });
    }
  };
  const told = createToldText((content) => {
    begin();
    send({ content });
  });
  return {
    delta: told.delta,
    again: told.again,
    /** Begun, and not ended. */
    isOpen: () => isBegun && !isEnded,
    /** `beside` goes with its last piece; false: what was told is not the answer's beginning. */
    end({ text, finish }: TextDone['answer'], beside: object): boolean {
      if (!told.end(text)) {
        return false;
      }
      begin();
      isEnded = true;
      send({}, { finish: finishOf(finish), beside });
      return true;
    },
  };
}

/** What went out cannot be taken back. */
export function begunAnew(): ProxyError {
  return new ProxyError(
    502,
    'The answer was restarted after part of it had been streamed, and the two differ: ask again, or without streaming.',
    { code: 'answer_begun_anew' },
  );
}
