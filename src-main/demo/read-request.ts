/** Reads the body of a request, as JSON or as a form, and what it asks for. */
import type { IncomingMessage } from 'node:http';
import { readGemini } from './read-gemini';
import { readChat, readImagesForm, readImagesJson } from './read-openai';
import { bad, type ReadRequest } from './request';
import type { Operation } from './routes';
import { type FindFile, readChatText, readGeminiText, readResponses, type ReadText } from './text/read-text';
import type { TextRequest } from './text/text-request';

/** Providers take 100 MB of inline pictures at most; base64 adds a third. */
const MAX_BODY_BYTES = 140 * 1024 * 1024;

export const TOO_LARGE = 'The request is too large.';

export type ReadAny = ReadRequest | { readonly kind: 'text'; readonly request: TextRequest };

/** `file`: what its key has uploaded before. */
export async function readRequest(
  incoming: IncomingMessage,
  { operation }: { readonly operation: Operation },
  file: FindFile,
): Promise<ReadAny> {
  const body = await readBody(incoming);
  if (body === undefined) {
    return bad(TOO_LARGE);
  }
  const contentType = incoming.headers['content-type'] ?? '';
  if (contentType.startsWith('multipart/form-data')) {
    return operation.kind === 'edits' ? readForm(body, contentType) : bad('A JSON body is needed.');
  }
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return bad('We could not parse the JSON body of your request.');
  }
  const text = readText(operation, json, file);
  if (text.kind !== 'picture') {
    return text;
  }
  switch (operation.kind) {
    case 'generateContent':
      return readGemini(operation.model, json);
    case 'generations':
      return readImagesJson(json, false);
    case 'edits':
      return readImagesJson(json, true);
    case 'chat':
      return readChat(json);
    case 'responses':
      return bad('This demo draws no pictures by the Responses API.');
  }
}

function readText(operation: Operation, json: unknown, file: FindFile): ReadText {
  switch (operation.kind) {
    case 'generateContent':
      return readGeminiText(operation.model, json, { isStreamed: operation.isStreamed, file });
    case 'chat':
      return readChatText(json);
    case 'responses':
      return readResponses(json);
    case 'generations':
    case 'edits':
      return { kind: 'picture' };
  }
}

async function readForm(body: Buffer, contentType: string): Promise<ReadRequest> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return bad('We could not parse the multipart body of your request.');
  }
  return readImagesForm(form);
}

/** Undefined once it grows beyond the limit; the rest is read and dropped, so that the client hears the answer. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    } else {
      chunks.length = 0;
    }
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}
