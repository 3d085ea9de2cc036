/** A text order from its media to its answer, with real adapters over a real socket. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePart } from '@shared/model/text';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInputLoader } from '../images/load-input';
import type { FileCalls, ProviderAdapter } from '../providers/adapter';
import { createAdapters } from '../providers';
import { createConnections } from '../providers/http/connections';
import { Secret } from '../providers/secret';
import { endpoint, PLAIN_KEY, png } from '../providers/testing/calls';
import {
  json,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../providers/testing/scripted-server';
import { createTextCarrier, MOST_INLINE_BYTES } from './carry-text';
import { createHeldFiles } from './held-files';
import type { TextOrder } from './order';

const SCHEMA = {
  type: 'object',
  properties: { score: { type: 'integer', maximum: 10 } },
  required: ['score'],
};

let server: ScriptedServer;
let folder = '';
const adapters = createAdapters();
const connections = createConnections();
beforeEach(async () => {
  server = await startScriptedServer();
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-text-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const said = (text: string, finishReason = 'STOP'): Script =>
  json({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason }],
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 3 },
  });

function orderOf(parts: MessagePart[], changes: Partial<TextOrder> = {}): TextOrder {
  return {
    task: 'text',
    endpoint: endpoint('google_genai', server.url),
    secret: PLAIN_KEY,
    model: 'm',
    keyId: 'k',
    runId: 1,
    system: '',
    messages: [{ role: 'user', parts }],
    generation: {},
    schema: null,
    nativeSchema: null,
    streams: false,
    input: { baseDir: folder, roots: [], allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
    ...changes,
  };
}

const carrierOf = (adapter?: ProviderAdapter, onOpened: () => void = () => undefined) =>
  createTextCarrier({
    adapter: (given) => adapter ?? adapters[given.endpoint.provider],
    connections,
    held: createHeldFiles(Date.now),
    secret: (value) => new Secret(value),
    open: (reference, claim, rules) => createInputLoader(rules).openMedia(reference, claim).finally(onOpened),
  });

async function carry(order: TextOrder, adapter?: ProviderAdapter, signal = new AbortController().signal) {
  const told: string[] = [];
  const outcome = await carrierOf(adapter).carry(order, {
    signal,
    leaving: () => undefined,
    bodySent: () => told.push('bodySent'),
    delta: (text) => told.push(text),
  });
  return { outcome, told };
}

const words = (text: string): MessagePart => ({ kind: 'text', text });

interface SentPart {
  readonly text?: string;
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly fileData?: { readonly mimeType: string; readonly fileUri: string };
}

function sentParts(at = 0): readonly SentPart[] {
  const body = JSON.parse(server.requests[at]?.body.toString() ?? '') as {
    contents: { parts: SentPart[] }[];
  };
  return body.contents.at(-1)?.parts ?? [];
}

describe('a text order', () => {
  it('ends with its answer, and what was used', async () => {
    server.reply(said('Hello.'));
    const { outcome, told } = await carry(orderOf([words('Greet me.')]));
    expect(outcome).toMatchObject({
      kind: 'text',
      answer: { text: 'Hello.', mimeType: 'text/plain' },
      usage: { inputTokens: 11, outputTokens: 3 },
      costUsd: null,
    });
    expect(told).toEqual(['bodySent']);
    expect(server.requests).toHaveLength(1);
  });

  it('carries its media byte for byte, each with its own type, in their place', async () => {
    server.reply(said('Two.'));
    const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), randomBytes(300_000)]);
    await writeFile(join(folder, 'sound.bin'), wav);
    await writeFile(join(folder, 'picture.jpg'), png(5));
    await carry(
      orderOf([
        words('First '),
        { kind: 'media', medium: 'audio', reference: 'sound.bin', mimeType: 'audio/x-wav' },
        { kind: 'media', medium: 'image', reference: 'picture.jpg' },
        words(' last'),
      ]),
    );
    const parts = sentParts();
    expect(parts.map((part) => part.text ?? part.inlineData?.mimeType)).toEqual([
      'First ',
      'audio/wav',
      'image/png',
      ' last',
    ]);
    const sha = (data: string | Buffer): string =>
      createHash('sha256')
        .update(typeof data === 'string' ? Buffer.from(data, 'base64') : data)
        .digest('hex');
    expect(sha(parts[1]?.inlineData?.data ?? '')).toBe(sha(wav));
  });

  it('whose file is not what it says is refused, and nothing is sent', async () => {
    await writeFile(join(folder, 'a.mp3'), 'these are words');
    const media = { kind: 'media', medium: 'audio', reference: 'a.mp3' } as const;
    expect((await carry(orderOf([words('x'), media]))).outcome).toMatchObject({
      kind: 'failed',
      failure: {
        kind: 'bad_input',
        message: expect.stringContaining('"a.mp3" is not an audio file') as unknown,
      },
    });
    expect((await carry(orderOf([words('x'), { ...media, mimeType: 'audio/mp3' }]))).outcome).toMatchObject({
      failure: { kind: 'bad_input' },
    });
    expect(server.begun()).toBe(0);
  });

  it('names a video that its provider fetches itself, and fetches none of it', async () => {
    server.reply(said('A film.'));
    await carry(
      orderOf([
        { kind: 'media', medium: 'video', reference: 'https://www.youtube.com/watch?v=x', video: { fps: 2 } },
        words('What is it?'),
      ]),
    );
    expect(sentParts()[0]).toMatchObject({
      fileData: { fileUri: 'https://www.youtube.com/watch?v=x' },
      videoMetadata: { fps: 2 },
    });
  });

  it('fetches no film for a protocol that takes none', async () => {
    const film = { kind: 'media', medium: 'video', reference: `${server.url}/film.mp4` } as const;
    const { outcome } = await carry(
      orderOf([words('What is it?'), film], {
        endpoint: endpoint('openai', server.url),
        input: { baseDir: folder, roots: [], allowPrivateUrls: true, imageCacheDir: null, embeddedDir: '' },
      }),
    );
    expect(outcome).toMatchObject({
      failure: { kind: 'bad_input', message: expect.stringContaining('takes no video') },
    });
    expect(server.begun()).toBe(0);
  });

  it('gives its provider what is too large for a request, the largest first', async () => {
    const uploads: string[] = [];
    const files: FileCalls = {
      async upload(input) {
        uploads.push(input.fileName);
        return {
          kind: 'held',
          file: { name: 'files/1', uri: 'https://x/files/1', mimeType: input.mimeType },
        };
      },
      remove: () => Promise.resolve(),
    };
    server.reply(said('Long.'));
    const wav = (bytes: number): Buffer =>
      Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(bytes)]);
    await writeFile(join(folder, 'short.wav'), wav(1000));
    await writeFile(join(folder, 'long.wav'), wav(MOST_INLINE_BYTES.google_genai));
    const part = (reference: string) => ({ kind: 'media', medium: 'audio', reference }) as const;
    const order = orderOf([part('short.wav'), part('long.wav'), words('x')]);
    const { outcome } = await carry(order, { ...adapters.google_genai, files });
    expect(outcome).toMatchObject({ kind: 'text' });
    expect(uploads).toEqual(['long.wav']);
    expect(sentParts().map((one) => one.fileData?.fileUri ?? one.inlineData?.mimeType ?? one.text)).toEqual([
      'audio/wav',
      'https://x/files/1',
      'x',
    ]);
  });

  it('that is prepared and never sent gives its provider nothing, and takes no file from others', async () => {
    server.reply(said('A film.'));
    await writeFile(
      join(folder, 'a.png'),
      Buffer.concat([png(5), randomBytes(MOST_INLINE_BYTES.google_genai)]),
    );
    const uploads: string[] = [];
    const files: FileCalls = {
      async upload(_input, { mayLeave }) {
        if ((await mayLeave) === false) {
          return { kind: 'failed', failure: { kind: 'network', message: 'Stopped.', bodySent: false } };
        }
        uploads.push('given');
        return { kind: 'held', file: { name: 'files/a', uri: 'https://x/a', mimeType: 'image/png' } };
      },
      remove: () => Promise.resolve(),
    };
    let opened = 0;
    const carrier = carrierOf({ ...adapters.google_genai, files }, () => (opened += 1));
    const order = orderOf([{ kind: 'media', medium: 'image', reference: 'a.png' }]);
    let forget: (mayLeave: boolean) => void = () => undefined;
    const nothing = (): void => undefined;
    const hooks = {
      signal: new AbortController().signal,
      leaving: nothing,
      bodySent: nothing,
      delta: nothing,
    };
    const never = carrier.carry(order, { ...hooks, mayLeave: new Promise((resolve) => (forget = resolve)) });
    const sent = carrier.carry(order, { ...hooks, mayLeave: Promise.resolve(true) });
    await expect.poll(() => opened).toBe(2);
    setImmediate(() => forget(false));
    expect(await never).toMatchObject({ kind: 'failed', failure: { kind: 'network', bodySent: false } });
    expect(await sent).toMatchObject({ kind: 'text', answer: { text: 'A film.' } });
    expect(uploads).toEqual(['given']);
    expect(server.requests).toHaveLength(1);
  });

  it('that is too large for a provider that holds no files is refused', async () => {
    const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(MOST_INLINE_BYTES.openai)]);
    await writeFile(join(folder, 'long.wav'), wav);
    const order = orderOf([{ kind: 'media', medium: 'audio', reference: 'long.wav' }, words('x')], {
      endpoint: endpoint('openai', server.url),
    });
    expect((await carry(order)).outcome).toMatchObject({ failure: { kind: 'bad_input' } });
    expect(server.begun()).toBe(0);
  });
});

describe('a structured order', () => {
  const structured = (changes: Partial<TextOrder> = {}): TextOrder =>
    orderOf([words('Score it.')], { schema: { kind: 'json', schema: SCHEMA }, ...changes });

  it('ends with JSON that fits', async () => {
    server.reply(said('{"score": 7}'));
    expect((await carry(structured())).outcome).toMatchObject({
      kind: 'text',
      answer: { text: '{"score": 7}', mimeType: 'application/json' },
    });
  });

  it.each([
    ['{"score": 11}', '/score must be <= 10.'],
    ['I would say seven', 'The answer is not valid JSON.'],
  ])('fails with what is wrong with %s, what it cost, and what to mend', async (text, error) => {
    server.reply(said(text));
    const { outcome } = await carry(structured());
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'schema_mismatch', message: expect.stringContaining(error) as unknown },
      usage: { inputTokens: 11, outputTokens: 3 },
      repair: { text, errors: [error] },
    });
  });

  it('shows the model its answer and what is wrong with it when it is asked again', async () => {
    server.reply(said('{"score": 7}'));
    const repair = { text: '{"score": 11}', errors: ['/score must be <= 10.'] };
    expect((await carry(structured({ repair }))).outcome).toMatchObject({ kind: 'text' });
    const { contents } = JSON.parse(server.requests[0]?.body.toString() ?? '') as {
      contents: { role: string; parts: { text: string }[] }[];
    };
    expect(contents.map(({ role }) => role)).toEqual(['user', 'model', 'user']);
    expect(contents[1]?.parts[0]?.text).toBe('{"score": 11}');
    expect(contents[2]?.parts[0]?.text).toContain('/score must be <= 10.');
  });

  it('lets each candidate keep why it ended when another than the first fits', async () => {
    const candidate = (text: string, finishReason: string) => ({
      content: { role: 'model', parts: [{ text }] },
      finishReason,
    });
    const cut = candidate('{"score": ', 'MAX_TOKENS');
    server.reply(json({ candidates: [cut, candidate('{"score": 5}', 'STOP')] }));
    expect((await carry(structured({ generation: { candidateCount: 2 } }))).outcome).toMatchObject({
      answer: { text: '{"score": 5}', finish: 'STOP', more: ['{"score": '], moreFinish: ['MAX_TOKENS'] },
    });
  });

  it('takes the first of several candidates that fits', async () => {
    const candidate = (text: string) => ({
      content: { role: 'model', parts: [{ text }] },
      finishReason: 'STOP',
    });
    server.reply(json({ candidates: [candidate('{"score": 11}'), candidate('{"score": 5}')] }));
    expect((await carry(structured({ generation: { candidateCount: 2 } }))).outcome).toMatchObject({
      kind: 'text',
      answer: { text: '{"score": 5}', more: ['{"score": 11}'] },
    });
  });

  it('with a schema that is none is refused, and nothing is sent', async () => {
    const order = structured({ schema: { kind: 'json', schema: { type: 'strng' } } });
    expect((await carry(order)).outcome).toMatchObject({
      failure: { kind: 'bad_input', message: expect.stringContaining('/type') as unknown },
    });
    expect(server.begun()).toBe(0);
  });

  it('of a story must have its shape', async () => {
    server.reply(said('{"story_title": "The barn"}'));
    expect((await carry(structured({ schema: { kind: 'story' } }))).outcome).toMatchObject({
      failure: { kind: 'schema_mismatch' },
    });
  });
});
