/** Reads the body of a request, as JSON or as a form, and what it asks for. */
import type { IncomingMessage } from 'node:http';
import { readGemini } from './read-gemini';
import { readChat, readImagesForm, readImagesJson } from './read-openai';
import { bad, type ReadRequest } from './request';
import type { Operation } from './routes';

/** Providers take 100 MB of inline pictures at most; base64 adds a third. */
const MAX_BODY_BYTES = 140 * 1024 * 1024;

export const TOO_LARGE = 'The request is too large.';

export async function readRequest(
  incoming: IncomingMessage,
  { operation }: { readonly operation: Operation },
): Promise<ReadRequest> {
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
  switch (operation.kind) {
    case 'generateContent':
      return readGemini(operation.model, json);
    case 'generations':
      return readImagesJson(json, false);
    case 'edits':
      return readImagesJson(json, true);
    case 'chat':
      return readChat(json);
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
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
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
