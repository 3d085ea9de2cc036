/** Messages of chat completions and responses as messages of an ask; media become files of the request. */
import type { Message, MessagePart } from '@shared/model/text';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { badParam } from '../proxy-error';
import { fieldsOf, parsed } from '../params';

const AUDIO_TYPES: ReadonlyMap<string, string> = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mp3'],
  ['aac', 'audio/aac'],
  ['flac', 'audio/flac'],
  ['ogg', 'audio/ogg'],
]);

const imageUrlSchema = z.union([z.string(), z.looseObject({ url: z.string() })]);
const audioSchema = z.looseObject({ data: z.string(), format: z.string() });

export interface Said {
  readonly role: string;
  readonly content: unknown;
}

export interface Conversation {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** System messages are joined; neighbours of one role become one message, as Gemini wants them in turn. */
export function conversationOf(said: readonly Said[], media: CallerMedia, param: string): Conversation {
  const system: string[] = [];
  const messages: { role: Message['role']; parts: MessagePart[] }[] = [];
  said.forEach(({ role, content }, at) => {
    const where = `${param}.${at}`;
    const parts = partsOf(content, media, `${where}.content`);
    if (role === 'system' || role === 'developer') {
      system.push(...parts.map((part) => textIn(part, where)));
      return;
    }
    const mine = roleOf(role, where);
    const last = messages.at(-1);
    if (last?.role === mine) {
      last.parts.push(...parts);
    } else if (parts.length > 0) {
      messages.push({ role: mine, parts: [...parts] });
    }
  });
  if (messages.at(-1)?.role !== 'user') {
    throw badParam(param, `The last of ${param} must be the user's, and have something in it.`);
  }
  return { system: system.join('\n\n'), messages };
}

function roleOf(role: string, where: string): Message['role'] {
  switch (role) {
    case 'user':
      return 'user';
    case 'assistant':
      return 'model';
    default:
      throw badParam(`${where}.role`, `Messages of the role "${role.slice(0, 40)}" are not supported here.`);
  }
}

function textIn(part: MessagePart, where: string): string {
  if (part.kind === 'text') {
    return part.text;
  }
  throw badParam(where, `${where}: a system message takes text alone.`);
}

function partsOf(content: unknown, media: CallerMedia, where: string): readonly MessagePart[] {
  if (content === null || content === undefined || content === '') {
    return [];
  }
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content }];
  }
  if (!Array.isArray(content)) {
    throw badParam(where, `${where} must be a text or a list of parts.`);
  }
  return content.map((part, at) => partOf(part, media, `${where}.${at}`));
}

function partOf(part: unknown, media: CallerMedia, where: string): MessagePart {
  const fields = fieldsOf(part);
  const { type } = fields;
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { kind: 'text', text: parsed(z.string(), fields['text'], `${where}.text`) };
    case 'refusal':
      return { kind: 'text', text: parsed(z.string(), fields['refusal'], `${where}.refusal`) };
    case 'image_url':
    case 'input_image': {
      const url = parsed(imageUrlSchema, fields['image_url'], `${where}.image_url`);
      const { reference } = media.fromUrl(typeof url === 'string' ? url : url.url, `${where}.image_url`);
      return { kind: 'media', medium: 'image', reference };
    }
    case 'input_audio': {
      const { data, format } = parsed(audioSchema, fields['input_audio'], `${where}.input_audio`);
      const mimeType = AUDIO_TYPES.get(format.toLowerCase());
      if (mimeType === undefined) {
        throw badParam(
          `${where}.input_audio.format`,
          `Audio of the format ${format.slice(0, 40)} is not supported here.`,
        );
      }
      const reference = media.fromBase64(data, `${where}.input_audio.data`);
      return { kind: 'media', medium: 'audio', reference, mimeType };
    }
    default:
      throw badParam(where, `Parts of the type "${String(type).slice(0, 40)}" are not supported here.`);
  }
}
