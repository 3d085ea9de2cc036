/** A relay on loopback that speaks Gemini's protocol and answers pictures as data URLs in text, as some relays do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relay {
  readonly url: string;
  /** Bodies of the picture requests, parsed. */
  readonly requests: readonly RelayRequest[];
  close(): void;
}

export interface RelayRequest {
  readonly key: string;
  readonly text: string;
  /** Base64 of each input, as it was sent. */
  readonly images: readonly string[];
}

export interface RelayOptions {
  /** The picture of every answer, base64. */
  readonly png: string;
  /** Keys it accepts. */
  readonly keys: readonly string[];
  /** Resolves when a request of that text may be answered; absent: at once. */
  until?(text: string): Promise<void>;
  /** Texts that are refused for safety. */
  refuses?(text: string): boolean;
}

interface Part {
  readonly text?: string;
  readonly inlineData?: { readonly data: string };
}

export async function startRelay({ png, keys, until, refuses }: RelayOptions): Promise<Relay> {
  const requests: RelayRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const key = String(request.headers['x-goog-api-key'] ?? '');
      if (!keys.includes(key)) {
        answer(400, {
          error: {
            code: 400,
            message: 'API key not valid.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        });
        return;
      }
      if (request.method === 'GET') {
        answer(200, { models: [{ name: 'models/gemini-nano-banana-2.1' }] });
        return;
      }
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { contents: { parts: Part[] }[] };
      const parts = body.contents.flatMap((content) => content.parts);
      requests.push({
        key,
        text: parts.map((part) => part.text ?? '').join(''),
        images: parts.flatMap((part) => (part.inlineData === undefined ? [] : [part.inlineData.data])),
      });
      const asked = requests.at(-1)?.text ?? '';
      const text = `Here it is: ![image](data:image/png;base64,${png})`;
      void Promise.resolve(until?.(asked)).then(() =>
        refuses?.(asked) === true
          ? answer(200, { promptFeedback: { blockReason: 'SAFETY' } })
          : answer(200, {
              candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
            }),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() };
}
