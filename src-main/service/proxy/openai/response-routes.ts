/** `POST /v1/responses`, whole or in server-sent events. Nothing of it can be asked for later: the library keeps the journal. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { carryOut, textsOf, type TextDone } from '../carry-out';
import { createEventReply, type EventReply } from '../event-reply';
import { ProxyError } from '../proxy-error';
import { type Asking, askingOf } from '../proxy-request';
import type { ProxyContext } from '../proxy-context';
import { proxyErrorOf } from '../thrown';
import { createToldText } from '../told-text';
import { begunAnew } from './chat-routes';
import { messageItem, responseBegun, responseDone, type ResponseHead, textPart } from './response-answer';
import { readResponse } from './response-request';

export function responseRoutes(server: FastifyInstance, context: ProxyContext): void {
  server.post('/v1/responses', async (request, reply) => {
    const asking = askingOf(request);
    const head: ResponseHead = {
      id: `resp_${randomUUID().replaceAll('-', '')}`,
      messageId: `msg_${randomUUID().replaceAll('-', '')}`,
      now: context.app.clock.wallNow(),
      asked: readResponse(request.body, asking.media, context.ground()),
    };
    if (head.asked.isStreamed) {
      await streamResponse(context, { asking, head, reply });
      return reply;
    }
    const carried = textsOf(await carryOut(context, asking, [head.asked.ask]));
    return responseDone(head, onlyOne(carried.done));
  });
}

function onlyOne([done]: readonly TextDone[]): TextDone {
  if (done === undefined) {
    throw new ProxyError(502, 'The model answered with a picture where a text was asked for.');
  }
  return done;
}

interface Streaming {
  readonly asking: Asking;
  readonly head: ResponseHead;
  readonly reply: FastifyReply;
}

async function streamResponse(context: ProxyContext, { asking, head, reply }: Streaming): Promise<void> {
  const events = createEventReply(reply, context.app.clock);
  const send = numbered(events);
  const { ask } = head.asked;
  const isTold = ask.answer.kind === 'text';
  const begin = once(() => {
    send('response.created', { response: responseBegun(head) });
    send('response.in_progress', { response: responseBegun(head) });
    send('response.output_item.added', { output_index: 0, item: messageItem(head) });
    send('response.content_part.added', { ...place(head), part: textPart('') });
  });
  const told = createToldText((delta) => {
    begin();
    send('response.output_text.delta', { ...place(head), delta, logprobs: [] });
  });
  try {
    const { done } = textsOf(
      await carryOut(context, asking, [ask], {
        onDelta: (_, text) => void (isTold && told.delta(text)),
        onAgain: () => told.again(),
      }),
    );
    const answer = onlyOne(done);
    const { text } = answer.answer;
    if (!told.end(text)) {
      throw begunAnew();
    }
    begin();
    send('response.output_text.done', { ...place(head), text, logprobs: [] });
    send('response.content_part.done', { ...place(head), part: textPart(text) });
    send('response.output_item.done', { output_index: 0, item: messageItem(head, text) });
    const whole = responseDone(head, answer);
    send('status' in whole && whole.status === 'incomplete' ? 'response.incomplete' : 'response.completed', {
      response: whole,
    });
    events.end();
  } catch (error) {
    if (!events.isBegun) {
      throw error;
    }
    const { message, details } = proxyErrorOf(error);
    send('error', { message, code: details.code ?? null, param: details.param ?? null });
    events.end();
  }
}

function place({ messageId }: ResponseHead): object {
  return { item_id: messageId, output_index: 0, content_index: 0 };
}

/** Every event has its type and a number of its own. */
function numbered(events: EventReply): (type: string, data: object) => void {
  let next = 0;
  return (type, data) => {
    events.send({ type, sequence_number: next, ...data }, type);
    next += 1;
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      work();
    }
  };
}
