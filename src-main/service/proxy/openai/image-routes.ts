/** `POST /v1/images/generations` and `/v1/images/edits`. */
import multipart from '@fastify/multipart';
import type { Failure } from '@shared/model/failure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Carried, carryOut, type PictureDone, picturesOf } from '../carry-out';
import { openaiError } from '../error-shapes';
import { errorOf } from '../proxy-error';
import { askingOf } from '../proxy-request';
import { jsonWithPictures, pictureMark, sendWithPictures } from '../picture-json';
import type { ProxyContext } from '../proxy-context';
import { failedBeside, totalOf } from './chat-answer';
import { FORM_LIMIT_BYTES, readForm } from './image-form';
import { type ImageAsked, readEdit, readEditForm, readGeneration } from './image-request';

export async function imageRoutes(server: FastifyInstance, context: ProxyContext): Promise<void> {
  await server.register(multipart);
  server.post('/v1/images/generations', (request, reply) =>
    answer(context, { request, reply, asked: readGeneration(request.body, context.ground()), isEdit: false }),
  );
  server.post('/v1/images/edits', { bodyLimit: FORM_LIMIT_BYTES }, async (request, reply) => {
    const { media } = askingOf(request);
    const ground = context.ground();
    const asked = request.isMultipart()
      ? readEditForm(await readForm(request, media), ground)
      : readEdit(request.body, media, ground);
    return answer(context, { request, reply, asked, isEdit: true });
  });
}

interface ImageExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly asked: ImageAsked;
  readonly isEdit: boolean;
}

async function answer(context: ProxyContext, exchange: ImageExchange): Promise<FastifyReply> {
  const { request, reply, asked } = exchange;
  const asks = Array.from({ length: asked.count }, () => asked.ask);
  const carried = picturesOf(await carryOut(context, askingOf(request), asks));
  const created = Math.floor(context.app.clock.wallNow() / 1000);
  return asked.isStreamed
    ? streamed(exchange, carried, created)
    : sendWithPictures(reply, imagesAnswer(carried, created), carried.done);
}

function imagesAnswer({ done, failures }: Carried<PictureDone>, created: number): unknown {
  return {
    created,
    data: done.map((_, at) => ({ b64_json: pictureMark(at) })),
    ...described(done),
    usage: usageOf(done),
    ...failedBeside(failures),
  };
}

/** Events of a picture that is whole; there are none on the way to it. */
async function streamed(
  { reply, isEdit }: ImageExchange,
  { done, failures }: Carried<PictureDone>,
  created: number,
): Promise<FastifyReply> {
  const [failed] = failures;
  const type = isEdit ? 'image_edit.completed' : 'image_generation.completed';
  const text = done
    .map((one, at) => {
      const event = {
        type,
        created_at: created,
        b64_json: pictureMark(at),
        ...described([one]),
        usage: usageOf([one]),
      };
      return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
  // Who counts no events would take fewer pictures for all of them.
  const rest = failed === undefined ? '' : `event: error\ndata: ${JSON.stringify(errorEvent(failed))}\n\n`;
  const { stream } = await jsonWithPictures(text + rest, done);
  return reply.header('content-type', 'text/event-stream; charset=utf-8').send(stream);
}

function errorEvent(failure: Failure): object {
  return { type: 'error', ...(openaiError(errorOf(failure)) as object) };
}

function described([first]: readonly PictureDone[]): object {
  return first === undefined
    ? {}
    : { size: `${first.width}x${first.height}`, output_format: first.mimeType.replace('image/', '') };
}

function usageOf(done: readonly PictureDone[]): unknown {
  const { input, output } = totalOf(done);
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
  };
}
