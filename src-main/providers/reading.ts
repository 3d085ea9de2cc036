/** What an adapter made of a successful answer, and the outcome that follows. */
import type { Failure } from '@shared/model/failure';
import type { Usage } from '../engine/ports';
import type { ImageAnswer } from './adapter';
import type { Exchange } from './exchange';
import { type Asked, malformedFailure, oneLine } from './http-failure';
import { type Found, imageAnswer, imageOfBytes, spooledImage } from './image-data';

/** Why an answer of the right shape holds no picture. */
export type WhyNone = Pick<Failure, 'kind' | 'message' | 'providerCode'>;

export type Reading =
  | { readonly kind: 'found'; readonly found: Found; readonly usage: Usage }
  | { readonly kind: 'none'; readonly failure: WhyNone }
  /** JSON, but not of this protocol. */
  | { readonly kind: 'alien' };

export async function outcomeOf(reading: Reading, exchange: Exchange, asked: Asked): Promise<ImageAnswer> {
  switch (reading.kind) {
    case 'found': {
      const { found, usage } = reading;
      const cut = found.kind === 'base64' ? exchange.cutString(found.data) : null;
      switch (cut?.kind) {
        case undefined:
          return imageAnswer(found, usage, exchange.status);
        case 'bytes':
          return imageOfBytes(cut.bytes, usage, exchange.status);
        case 'spooled':
          return spooledImage(cut.picture, usage, exchange.status);
      }
    }
    case 'none': {
      const message = oneLine(reading.failure.message, asked.secret);
      const failure = { ...reading.failure, message, httpStatus: exchange.status, bodySent: true };
      return { kind: 'failed', failure };
    }
    case 'alien':
      return { kind: 'failed', failure: malformedFailure(exchange, asked) };
  }
}

/** The model's words in place of a picture. */
export function textOnly(said: string): string {
  return `The model answered with text only: “${said}”`;
}
