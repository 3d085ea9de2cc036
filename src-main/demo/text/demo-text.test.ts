/** The demo's answers in words, over a real socket, as both protocols have them. */
import { createHash } from 'node:crypto';
import Ajv2020 from 'ajv/dist/2020';
import { storyProblems } from '@shared/story-rules';
import { storySchema } from '@shared/story';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDemoServer, type DemoServer } from '../demo-server';
import { fitted } from './fit-schema';

let server: DemoServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(): Promise<{ url: string; server: DemoServer }> {
  server = createDemoServer({ latencyMs: 0 });
  return { url: (await server.start()).url, server };
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const gemini = (prompt: string, more: object = {}) => ({
  contents: [{ parts: [{ text: prompt }] }],
  ...more,
});

/** `data:` of each event. */
async function events(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as unknown);
}

describe('words', () => {
  it('come by generateContent, whole and streamed alike', async () => {
    const { url } = await serve();
    const whole = await (
      await post(`${url}/v1beta/models/demo-text:generateContent`, gemini('uppercase it'))
    ).json();
    expect(whole).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'UPPERCASE IT' }] }, finishReason: 'STOP' }],
      usageMetadata: { candidatesTokenCount: 3 },
    });
    const streamed = await events(
      await post(`${url}/v1beta/models/demo-text:streamGenerateContent?alt=sse`, gemini('long answer')),
    );
    expect(streamed.length).toBeGreaterThan(50);
    const pieces = streamed.flatMap((event) => {
      const { candidates } = event as { candidates: { content: { parts: { text: string }[] } }[] };
      return candidates.flatMap(({ content }) => content.parts.map(({ text }) => text));
    });
    const again = (await (
      await post(`${url}/v1beta/models/demo-text:generateContent`, gemini('long answer'))
    ).json()) as { candidates: { content: { parts: { text: string }[] } }[] };
    expect(pieces.join('')).toBe(again.candidates[0]?.content.parts[0]?.text);
  });

  it('come by chat and by responses, cut where few tokens are allowed', async () => {
    const { url } = await serve();
    const messages = [
      { role: 'system', content: 'short' },
      { role: 'user', content: 'say "twelve words are more than what is allowed here by the caller"' },
    ];
    expect(
      await (await post(`${url}/v1/chat/completions`, { model: 'gpt-5.4', messages, max_tokens: 3 })).json(),
    ).toMatchObject({
      choices: [{ message: { content: 'twelve words' }, finish_reason: 'length' }],
      usage: { completion_tokens: 3 },
    });
    const response = { model: 'gpt-5.4', instructions: 'short', input: 'reverse one two' };
    expect(await (await post(`${url}/v1/responses`, response)).json()).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'output_text', text: 'two one reverse' }] }],
    });
    const told = await events(await post(`${url}/v1/responses`, { ...response, stream: true }));
    expect(told.at(-1)).toMatchObject({ type: 'response.completed' });
  });

  it('are not for models that paint', async () => {
    const { url } = await serve();
    const answer = await (
      await post(`${url}/v1beta/models/demo:generateContent`, gemini('a red card'))
    ).json();
    expect(JSON.stringify(answer)).toContain('inlineData');
  });
});

describe('files', () => {
  it('are kept for the key that brought them, and used once they are active', async () => {
    const { url, server: demo } = await serve();
    const bytes = Buffer.alloc(3000, 7);
    const headers = { 'x-goog-api-key': 'key-one' };
    const begun = await fetch(`${url}/upload/v1beta/files`, {
      method: 'POST',
      headers: {
        ...headers,
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-type': 'video/mp4',
        'x-goog-upload-header-content-length': '3000',
      },
      body: '{}',
    });
    const target = begun.headers.get('x-goog-upload-url') ?? '';
    const put = (command: string, offset: number, body: Buffer) =>
      fetch(target, {
        method: 'POST',
        headers: { ...headers, 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
        body: new Uint8Array(body),
      });
    expect((await put('upload', 0, bytes.subarray(0, 2000))).status).toBe(200);
    expect((await put('upload', 100, bytes.subarray(2000))).status).toBe(400);
    const { file } = (await (await put('upload, finalize', 2000, bytes.subarray(2000))).json()) as {
      file: { name: string; uri: string; state: string };
    };
    expect(file.state).toBe('PROCESSING');
    const use = (key: string) =>
      post(
        `${url}/v1beta/models/demo-text:generateContent`,
        {
          contents: [
            { parts: [{ fileData: { fileUri: file.uri, mimeType: 'video/mp4' } }, { text: 'What?' }] },
          ],
        },
        { 'x-goog-api-key': key },
      );
    expect((await use('key-one')).status).toBe(403);
    const look = async () => (await (await fetch(file.uri, { headers })).json()) as { state: string };
    expect((await look()).state).toBe('PROCESSING');
    expect((await look()).state).toBe('ACTIVE');
    expect((await use('key-two')).status).toBe(403);
    expect((await use('key-one')).status).toBe(200);
    expect(demo.requests.at(-1)?.images).toMatchObject([
      { mimeType: 'video/mp4', sha256: createHash('sha256').update(bytes).digest('hex') },
    ]);
    expect(demo.uploaded()).toEqual([file.name]);
    expect((await fetch(file.uri, { method: 'DELETE', headers })).status).toBe(200);
    expect(demo.uploaded()).toEqual([]);
  });
});

describe('JSON', () => {
  const leaf = fc.oneof(
    fc.constant({ type: 'string' }),
    fc.record({ type: fc.constant('string'), maxLength: fc.integer({ min: 0, max: 9 }) }),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50))
      .map(([minimum, more]) => ({ type: 'integer', minimum, maximum: minimum + more })),
    fc.constant({ type: 'boolean' }),
    fc.record({ enum: fc.uniqueArray(fc.string(), { minLength: 1 }) }),
  );
  const { schema } = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(3) }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema')).map((properties) => ({
        type: 'object',
        properties,
        required: Object.keys(properties),
        additionalProperties: false,
      })),
    ),
  }));

  it('fits any schema of the usual words', () => {
    fc.assert(
      fc.property(schema, fc.string(), (asked, words) => {
        const validate = new Ajv2020({ strict: false }).compile(asked);
        expect(validate(fitted(asked as Record<string, unknown>, { words }))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is a story that keeps to all rules, where a story is asked for', async () => {
    const { url } = await serve();
    const generationConfig = {
      responseMimeType: 'application/json',
      responseJsonSchema: z.toJSONSchema(storySchema),
    };
    const answer = (await (
      await post(
        `${url}/v1beta/models/demo-text:generateContent`,
        gemini('voice_id_list: v1, v2. A fox.', { generationConfig }),
      )
    ).json()) as { candidates: { content: { parts: { text: string }[] } }[] };
    const story: unknown = JSON.parse(answer.candidates[0]?.content.parts[0]?.text ?? '');
    expect(storyProblems(story, { voices: ['v1'] })).toEqual([]);
  });
});
