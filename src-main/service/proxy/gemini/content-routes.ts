/** `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`, under `/v1` too. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { asksFor, carryOut, picturesOf, textsOf } from '../carry-out';
import { googleError } from '../error-shapes';
import { createEventReply } from '../event-reply';
import { begunAnew } from '../openai/chat-routes';
import { failedBeside, withheldIn } from '../openai/chat-answer';
import { jsonWithPictures, sendWithPictures } from '../picture-json';
import type { ProxyContext } from '../proxy-context';
import { errorOf, ProxyError } from '../proxy-error';
import { type Asking, askingOf } from '../proxy-request';
import { proxyErrorOf } from '../thrown';
import { createToldText } from '../told-text';
import { type ContentHead, lastPiece, pictureContent, textContent, textPiece } from './content-answer';
import { type ContentAsked, readContent } from './content-request';

const METHOD = /^(.+):(generateContent|streamGenerateContent)$/;

export function contentRoutes(server: FastifyInstance, context: ProxyContext): void {
  for (const path of ['/v1beta/models/*', '/v1/models/*']) {
    server.post(path, async (request, reply) => {
      const { '*': called } = request.params as { readonly '*': string };
      const [, model, method] = METHOD.exec(called) ?? [];
      if (model === undefined) {
        throw new ProxyError(
          404,
          'There is no such method here: call generateContent or streamGenerateContent.',
          {
            isFinal: true,
          },
        );
      }
      const asking = askingOf(request);
      const asked = readContent(model, request.body, { media: asking.media, ground: context.ground() });
      const head = { responseId: randomUUID(), model: asked.ask.model.model };
      const exchange = { asking, asked, head, reply };
      if (method === 'generateContent') {
        return whole(context, exchange);
      }
      const { alt } = request.query as { readonly alt?: string };
      return alt === 'sse' ? streamed(context, exchange) : asArray(context, exchange);
    });
  }
}

interface Exchange {
  readonly asking: Asking;
  readonly asked: ContentAsked;
  readonly head: ContentHead;
  readonly reply: FastifyReply;
}

async function whole(context: ProxyContext, exchange: Exchange): Promise<unknown> {
  const { asked, head, reply } = exchange;
  if (asked.ask.kind === 'picture') {
    const { body, done } = await pictures(context, exchange);
    return sendWithPictures(reply, body, done);
  }
  const asks = asksFor(asked.ask, asked.count, false);
  const { done, failures } = textsOf(await carryOut(context, exchange.asking, asks));
  return { ...textContent(head, done), ...failedBeside([...failures, ...withheldIn(done)]) };
}

async function pictures(context: ProxyContext, { asking, asked, head }: Exchange) {
  const asks = Array.from({ length: asked.count }, () => asked.ask);
  const { done, failures } = picturesOf(await carryOut(context, asking, asks));
  return { body: { ...pictureContent(head, done), ...failedBeside(failures) }, done };
}

/** As Google answers a streamed call without `alt=sse`: the pieces in a list, here one. */
async function asArray(context: ProxyContext, exchange: Exchange): Promise<unknown> {
  if (exchange.asked.ask.kind === 'picture') {
    const { body, done } = await pictures(context, exchange);
    return sendWithPictures(exchange.reply, [body], done);
  }
  return [await whole(context, exchange)];
}

async function streamed(context: ProxyContext, exchange: Exchange): Promise<FastifyReply> {
  const { asked, asking, head, reply } = exchange;
  if (asked.ask.kind === 'picture') {
    const { body, done } = await pictures(context, exchange);
    const { stream } = await jsonWithPictures(`data: ${JSON.stringify(body)}\r\n\r\n`, done);
    return reply.header('content-type', 'text/event-stream').send(stream);
  }
  const events = createEventReply(reply, context.app.clock);
  /** Begun, and not ended. */
  const open = new Set<number>();
  const told = Array.from({ length: asked.count }, (_, at) =>
    createToldText((text) => {
      open.add(at);
      events.send(textPiece(head, text, at));
    }),
  );
  const isTold = asked.ask.answer.kind === 'text';
  try {
    const asks = asksFor(asked.ask, asked.count, true);
    const { done, failures } = textsOf(
      await carryOut(context, asking, asks, {
        onDelta: (at, text) => void (isTold && told[at]?.delta(text)),
        onAgain: (at) => told[at]?.again(),
      }),
    );
    const whole = done.filter(({ at, answer }) => told[at]?.end(answer.text) === true);
    whole.forEach(({ at }) => open.delete(at));
    if (whole.length > 0) {
      events.send({ ...lastPiece(head, whole), ...failedBeside(failures) });
    }
    if (whole.length < done.length) {
      throw begunAnew();
    }
    const [failed] = failures;
    // What is told in part would pass for the whole.
    if (failed !== undefined && open.size > 0) {
      throw errorOf(failed);
    }
    events.end();
  } catch (error) {
    if (!events.isBegun) {
      throw error;
    }
    events.send(googleError(proxyErrorOf(error)));
    events.end();
  }
  return reply;
}
