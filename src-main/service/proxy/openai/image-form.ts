/** Reads the form of `/v1/images/edits`: its files go to disk while they arrive. */
import type { FastifyRequest } from 'fastify';
import type { CallerMedia } from '../caller-media';
import { tooLarge } from '../json-body';
import { badParam, unsupported } from '../proxy-error';
import type { EditForm } from './image-request';

export const FORM_LIMIT_BYTES = 50 * 1024 * 1024;
const MOST_FILES = 65;
const MOST_FIELDS = 50;
const MOST_FIELD_BYTES = 200_000;
const PICTURE_FIELD = /^image(?:\[\d*\])?$/;

export async function readForm(request: FastifyRequest, media: CallerMedia): Promise<EditForm> {
  if (Number(request.headers['content-length'] ?? 0) > FORM_LIMIT_BYTES) {
    throw tooLarge(FORM_LIMIT_BYTES);
  }
  const fields: Record<string, string> = {};
  const inputs: string[] = [];
  let mask: string | null = null;
  let received = 0;
  const count = (bytes: number): void => {
    received += bytes;
    if (received > FORM_LIMIT_BYTES) {
      throw tooLarge(FORM_LIMIT_BYTES);
    }
  };
  const limits = {
    fileSize: FORM_LIMIT_BYTES + 1,
    files: MOST_FILES,
    fields: MOST_FIELDS,
    fieldSize: MOST_FIELD_BYTES,
    parts: MOST_FILES + MOST_FIELDS,
  };
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') {
        if (part.valueTruncated) {
          throw badParam(part.fieldname, `${part.fieldname.slice(0, 100)} is too long.`);
        }
        fields[part.fieldname] = String(part.value);
        continue;
      }
      const isMask = part.fieldname === 'mask';
      if (!isMask && !PICTURE_FIELD.test(part.fieldname)) {
        throw unsupported(part.fieldname);
      }
      const path = await media.fromStream(part.file, count);
      if (isMask) {
        mask = path;
      } else {
        inputs.push(path);
      }
    }
  } catch (error) {
    throw asFormError(error);
  }
  return { fields, inputs, mask };
}

/** The parser's own complaints, in one sentence. */
function asFormError(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return badParam('image', `The form has too many parts: at most ${MOST_FILES - 1} pictures and a mask.`);
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge(FORM_LIMIT_BYTES);
    case 'FST_INVALID_MULTIPART_CONTENT_TYPE':
    case 'FST_PROTO_VIOLATION':
      return badParam('body', 'The form cannot be read.');
    default:
      return error instanceof Error && /multipart|boundary|part header|unexpected end/i.test(error.message)
        ? badParam('body', 'The form cannot be read: it is cut off, or not multipart/form-data.')
        : error;
  }
}
