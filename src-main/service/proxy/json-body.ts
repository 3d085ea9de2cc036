/** Reads a JSON body within its bound; long base64 strings in it go to disk while they arrive. */
import type { Readable } from 'node:stream';
import { AnswerScan } from '../../providers/answer-scan';
import { isTooDeep, MOST_LEVELS } from '../nesting';
import type { CallerMedia } from './caller-media';
import { ProxyError } from './proxy-error';

export const JSON_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Where either protocol has a picture, a sound or a film. A long text without a space, e.g. of hexadecimal digits, looks
 * like one: what a model is to read stays as it is.
 */
const MEDIA_KEYS: ReadonlySet<string> = new Set([
  'data',
  'url',
  'image_url',
  'image',
  'images',
  'mask',
  'fileUri',
  'file_uri',
]);

export async function readJsonBody(
  payload: Readable,
  media: CallerMedia,
  declaredLength: number,
): Promise<unknown> {
  if (declaredLength > JSON_LIMIT_BYTES) {
    throw tooLarge();
  }
  const scan = new AnswerScan(media, (key) => MEDIA_KEYS.has(key));
  let received = 0;
  try {
    // Left whole when the limit is passed: the answer still has to go out on its connection.
    for await (const piece of payload.iterator({ destroyOnReturn: false })) {
      received += (piece as Buffer).byteLength;
      if (received > JSON_LIMIT_BYTES) {
        throw tooLarge();
      }
      scan.push(piece as Buffer);
      await media.pressure();
    }
  } catch (error) {
    // Also where the client goes away: a file that was begun is closed.
    scan.end();
    throw error;
  }
  const text = scan.end();
  media.known(scan.pictures);
  const body = parsed(text);
  if (isTooDeep(body)) {
    throw new ProxyError(400, `The body is nested too deep: at most ${MOST_LEVELS} levels.`, {
      isFinal: true,
    });
  }
  return body;
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8')) as unknown;
  } catch {
    throw new ProxyError(400, 'The body is not valid JSON.', { isFinal: true });
  }
}

export function tooLarge(limit = JSON_LIMIT_BYTES): ProxyError {
  return new ProxyError(
    413,
    `The body is larger than ${limit / 1024 / 1024} MB: send smaller files, or name them by an https address.`,
    { isFinal: true },
  );
}
