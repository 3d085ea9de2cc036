/** A JSON answer with pictures in it: their base64 is read from the files while it goes out, never a string in memory. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { PictureDone } from './carry-out';

/** A multiple of three bytes ends on a whole letter of base64. */
const PIECE_BYTES = 48 * 1024;
const MARK = 'brushfleet-picture-goes-here';

/** Stands where the nth picture's letters go. */
export function pictureMark(at: number): string {
  return `${MARK}-${at}`;
}

export async function sendWithPictures(
  reply: FastifyReply,
  body: unknown,
  pictures: readonly PictureDone[],
): Promise<FastifyReply> {
  const { stream, length } = await jsonWithPictures(JSON.stringify(body), pictures);
  return reply
    .headers({ 'content-type': 'application/json; charset=utf-8', 'content-length': length })
    .send(stream);
}

/** `text` with marks in it, and the letters in their place. */
export async function jsonWithPictures(
  text: string,
  pictures: readonly PictureDone[],
): Promise<{ readonly stream: Readable; readonly length: number }> {
  const sizes = await Promise.all(pictures.map(async ({ path }) => (await stat(path)).size));
  const pieces = piecesOf(text);
  const length = pieces.reduce<number>(
    (sum, piece) =>
      sum + (typeof piece === 'string' ? Buffer.byteLength(piece) : Math.ceil((sizes[piece] ?? 0) / 3) * 4),
    0,
  );
  return { stream: Readable.from(letters(pieces, pictures), { objectMode: false }), length };
}

/** Text, and numbers of pictures. */
function piecesOf(text: string): readonly (string | number)[] {
  return text.split(new RegExp(`${MARK}-(\\d+)`)).map((piece, at) => (at % 2 === 1 ? Number(piece) : piece));
}

async function* letters(
  pieces: readonly (string | number)[],
  pictures: readonly PictureDone[],
): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    const picture = typeof piece === 'number' ? pictures[piece] : undefined;
    if (typeof piece === 'string') {
      yield Buffer.from(piece);
    } else if (picture !== undefined) {
      yield* base64Of(picture.path);
    }
  }
}

async function* base64Of(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    const whole = bytes.length - (bytes.length % 3);
    yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1');
    rest = bytes.subarray(whole);
  }
  yield Buffer.from(rest.toString('base64'), 'latin1');
}
