/**
 * Takes an answer's body as it arrives. Pictures in it go to the spool where there is one; else the body is copied once,
 * into one lent buffer where its length is known before.
 */
import type { SpooledPicture } from './adapter';
import { lendBuffer } from './answer-buffers';
import { AnswerScan, type PictureSpool } from './answer-scan';
import { MAX_ANSWER_BYTES } from './exchange';

/** Smaller ones are not worth lending. */
const MIN_LENT = 128 * 1024;

export class OversizedAnswer extends Error {}

export interface AnswerBody {
  /** `piece` is good only during the call; a promise asks for a pause. Throws OversizedAnswer. */
  push(piece: Buffer): void | Promise<void>;
  /** What came so far; the buffer is the caller's own from now on. */
  end(): Received;
}

export interface Received {
  readonly body: Buffer;
  /** What the marks in `body` stand for; null: no mark was set. */
  readonly pictures: ReadonlyMap<string, SpooledPicture | null> | null;
}

/** For a body that is JSON in no coding. */
export function spooledBody(spool: PictureSpool<SpooledPicture>): AnswerBody {
  const scan = new AnswerScan(spool);
  return {
    push(piece) {
      scan.push(piece);
      if (scan.keptBytes > MAX_ANSWER_BYTES) {
        throw new OversizedAnswer();
      }
      return spool.pressure();
    },
    end: () => ({ body: scan.end(), pictures: scan.pictures }),
  };
}

/** `length`: what the answer says of itself, NaN when it says nothing. */
export function wholeBody(length: number): AnswerBody {
  let whole: Buffer | null = length > 0 && length <= MAX_ANSWER_BYTES ? wholeBuffer(length) : null;
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    push(piece) {
      const start = size;
      size += piece.byteLength;
      if (size > MAX_ANSWER_BYTES) {
        throw new OversizedAnswer();
      }
      if (whole !== null && size <= whole.byteLength) {
        piece.copy(whole, start);
        return;
      }
      if (whole !== null) {
        chunks.push(whole.subarray(0, start));
        whole = null;
      }
      chunks.push(Buffer.from(piece));
    },
    end: () => ({ body: whole?.subarray(0, size) ?? Buffer.concat(chunks, size), pictures: null }),
  };
}

function wholeBuffer(length: number): Buffer {
  return length < MIN_LENT ? Buffer.allocUnsafeSlow(length) : lendBuffer(length).subarray(0, length);
}
