/** `contents` and `systemInstruction` as messages of an ask; media become files of the request. */
import type { Medium, Message, MessagePart, VideoMetadata } from '@shared/model/text';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { fieldsOf, parsed } from '../params';
import { badParam, unsupported } from '../proxy-error';
import { camelKeys } from './camel-keys';

const blobSchema = z.object({ mimeType: z.string().min(1).max(200), data: z.string().min(1) });
const fileSchema = z.object({ mimeType: z.string().max(200).optional(), fileUri: z.string().min(1) });
const videoSchema = z.strictObject({
  startOffset: z.string().max(40).optional(),
  endOffset: z.string().max(40).optional(),
  fps: z.number().positive().max(24).optional(),
});
/** Of a model's own turn: they tell nothing to another key. */
const PASSED_OVER = new Set(['thoughtSignature']);

export function messagesOf(contents: unknown, media: CallerMedia): readonly Message[] {
  const list = typeof contents === 'string' ? [{ parts: [{ text: contents }] }] : [contents].flat();
  const messages = list.map((content, at): Message => {
    const { role = 'user', parts } = camelKeys(fieldsOf(content));
    const where = `contents.${at}`;
    if (role !== 'user' && role !== 'model') {
      throw badParam(
        `${where}.role`,
        `Contents of the role "${String(role).slice(0, 40)}" are not supported here.`,
      );
    }
    const read = partsOf(parts, media, where);
    if (read.length === 0) {
      throw badParam(where, `${where} has nothing in it.`);
    }
    return { role, parts: [...read] };
  });
  if (messages.at(-1)?.role !== 'user') {
    throw badParam('contents', "The last of contents must be the user's.");
  }
  return messages;
}

export function systemOf(instruction: unknown, media: CallerMedia): string {
  if (instruction === undefined || instruction === null) {
    return '';
  }
  if (typeof instruction === 'string') {
    return instruction;
  }
  return partsOf(camelKeys(fieldsOf(instruction))['parts'], media, 'systemInstruction')
    .map((part) => {
      if (part.kind === 'text') {
        return part.text;
      }
      throw badParam('systemInstruction', 'The system instruction takes text alone.');
    })
    .join('\n');
}

function partsOf(parts: unknown, media: CallerMedia, where: string): readonly MessagePart[] {
  const list = [parts ?? []].flat();
  return list.flatMap((part, at) => partOf(part, media, `${where}.parts.${at}`));
}

function partOf(given: unknown, media: CallerMedia, where: string): readonly MessagePart[] {
  const part = typeof given === 'string' ? { text: given } : camelKeys(fieldsOf(given));
  const { text, inlineData, fileData, videoMetadata, thought, ...others } = part as Readonly<
    Record<string, unknown>
  >;
  const other = Object.entries(others).find(([name, value]) => !PASSED_OVER.has(name) && value !== null);
  if (other !== undefined) {
    throw unsupported(`${where}.${other[0]}`);
  }
  if (thought === true) {
    return [];
  }
  if (inlineData !== undefined && inlineData !== null) {
    const { mimeType, data } = parsed(blobSchema, camelKeys(fieldsOf(inlineData)), `${where}.inlineData`);
    const reference = media.fromBase64(data, `${where}.inlineData.data`);
    return [mediaPart({ reference, mimeType, videoMetadata, where })];
  }
  if (fileData !== undefined && fileData !== null) {
    const { mimeType, fileUri } = parsed(fileSchema, camelKeys(fieldsOf(fileData)), `${where}.fileData`);
    const { reference } = media.fromUrl(fileUri, `${where}.fileData.fileUri`);
    return [mediaPart({ reference, mimeType: mimeType ?? guessOf(fileUri), videoMetadata, where })];
  }
  const words = parsed(z.string(), text, `${where}.text`);
  return words === '' ? [] : [{ kind: 'text', text: words }];
}

/** Without a type, addresses of films are YouTube's. */
function guessOf(uri: string): string {
  return /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//i.test(uri) ? 'video/*' : 'image/*';
}

interface Sent {
  readonly reference: string;
  readonly mimeType: string;
  readonly videoMetadata: unknown;
  readonly where: string;
}

function mediaPart({ reference, mimeType, videoMetadata, where }: Sent): MessagePart {
  const medium = mediumOf(mimeType, where);
  const video =
    videoMetadata === undefined || videoMetadata === null ? undefined : videoOf(videoMetadata, where);
  return {
    kind: 'media',
    medium,
    reference,
    // A picture's type is read from its bytes: clients often name another.
    ...(medium === 'image' || mimeType.endsWith('/*') ? {} : { mimeType }),
    ...(video === undefined || medium !== 'video' ? {} : { video }),
  };
}

function videoOf(metadata: unknown, where: string): VideoMetadata {
  return parsed(videoSchema, camelKeys(fieldsOf(metadata)), `${where}.videoMetadata`);
}

function mediumOf(mimeType: string, where: string): Medium {
  const family = mimeType.split('/')[0]?.toLowerCase() ?? '';
  switch (family) {
    case 'image':
    case 'audio':
    case 'video':
      return family;
    default:
      throw badParam(
        where,
        `Files of the type ${mimeType.slice(0, 100)} are not supported here: send a picture, a sound or a film.`,
      );
  }
}
