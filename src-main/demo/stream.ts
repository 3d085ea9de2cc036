/** Pictures as the Images API streams them: partial ones on the way, then the whole one with its usage. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { PictureRequest } from './request';

/** Null: it is to be answered in one piece. */
export function partialsAsked({ via, params }: PictureRequest): number | null {
  const isStreamed = params['stream'] === true || params['stream'] === 'true';
  return via === 'images' && isStreamed
    ? Math.min(3, Math.max(0, Number(params['partial_images'] ?? 0)))
    : null;
}

export interface Streaming {
  readonly request: PictureRequest;
  /** The answer as it would be in one piece. */
  readonly body: unknown;
  readonly partials: number;
  /** On the monotonic clock: when the whole picture is due; partial ones share the time until then. */
  readonly due: number;
  readonly signal: AbortSignal;
}

export async function streamPicture(response: ServerResponse, streaming: Streaming): Promise<void> {
  const { request, body, partials, due, signal } = streaming;
  const name = request.images.length > 0 ? 'image_edit' : 'image_generation';
  const { data, usage } = body as { data: readonly { b64_json: string }[]; usage: unknown };
  const whole = data[0]?.b64_json ?? '';
  const from = performance.now();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  for (let at = 0; at < partials; at += 1) {
    const b64_json = (await blurred(Buffer.from(whole, 'base64'), partials - at)).toString('base64');
    await until(from + ((due - from) * (at + 1)) / (partials + 1), signal);
    write(response, { type: `${name}.partial_image`, partial_image_index: at, b64_json });
  }
  await until(due, signal);
  write(response, { type: `${name}.completed`, b64_json: whole, usage });
  response.end();
}

function write(
  response: ServerResponse,
  event: Readonly<Record<string, unknown>> & { readonly type: string },
): void {
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

async function until(moment: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, moment - performance.now()), undefined, { signal });
}

/** The further from the end, the more is still to come. */
async function blurred(bytes: Buffer, stepsLeft: number): Promise<Buffer> {
  return sharp(bytes)
    .blur(8 * stepsLeft)
    .png()
    .toBuffer();
}
