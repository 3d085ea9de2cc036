import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointOptions } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { createDemoServer, type DemoServer } from '../demo/demo-server';
import type { TextRequest } from './adapter';
import { createWire } from './wire';
import { createFileCalls } from './google-genai/files';
import { createAdapters } from './index';
import {
  callContext,
  endpoint,
  GOOGLE_KEY,
  input,
  png,
  said,
  type TestContext,
  textIn,
  textRequest,
} from './testing/calls';

let demo: DemoServer;
let url: string;
let context: TestContext;
const adapters = createAdapters();

beforeAll(async () => {
  demo = createDemoServer({ latencyMs: 1 });
  ({ url } = await demo.start());
});
afterAll(() => demo.close());
beforeEach(() => demo.clear());
afterEach(() => context.close());

const SCHEMA = {
  type: 'object',
  properties: { score: { type: 'integer', minimum: 0, maximum: 10 }, reason: { type: 'string' } },
  required: ['score', 'reason'],
  additionalProperties: false,
};

const WAYS: readonly (readonly [string, Provider, EndpointOptions])[] = [
  ['generateContent', 'google_genai', {}],
  ['chat completions', 'openai', { textVia: 'chat' }],
  ['the Responses API', 'openai', { textVia: 'responses' }],
];

describe.each(WAYS)('the demo by %s', (_what, provider, options) => {
  beforeEach(() => {
    const base = provider === 'openai' ? `${url}/v1` : url;
    context = callContext(endpoint(provider, base, { options }), GOOGLE_KEY);
  });

  function ask(changes: Partial<TextRequest>) {
    return adapters[provider].text(textRequest({ model: 'demo-text', ...changes }), context);
  }

  it('answers the same streamed and whole, each in one request', async () => {
    const messages: TextRequest['messages'] = [
      { role: 'user', parts: [said('Tell of a barn.')] },
      { role: 'model', parts: [said('It was red.')] },
      { role: 'user', parts: [said('And this one? '), image()] },
    ];
    const asked = { system: 'Be brief.', messages, generation: { maxOutputTokens: 400 } };
    const told: string[] = [];
    const streamed = await ask({ ...asked, onDelta: (text) => told.push(text) });
    const whole = await ask(asked);
    expect(whole).toEqual(streamed);
    expect(textIn(whole).text).not.toBe('');
    expect(told.join('')).toBe(textIn(whole).text);
    expect(told.length).toBeGreaterThan(1);
    expect(demo.requests).toHaveLength(2);
    for (const { system, images, turns } of demo.requests) {
      expect({ system, turns: turns?.length, sent: images.map(({ sha256 }) => sha256) }).toEqual({
        system: 'Be brief.',
        turns: 3,
        sent: [hashOf(png(5))],
      });
    }
  });

  it('keeps to a schema', async () => {
    const { text, mimeType } = textIn(await ask({ schema: SCHEMA }));
    const json = JSON.parse(text) as { score: unknown; reason: unknown };
    expect(demo.requests.at(-1)?.schema).toEqual(SCHEMA);
    expect(mimeType).toBe('application/json');
    expect([typeof json.score, typeof json.reason]).toEqual(['number', 'string']);
  });
});

it('holds an uploaded picture for a request that names it', async () => {
  context = callContext(endpoint('google_genai', url), GOOGLE_KEY);
  const files = createFileCalls(createWire(), { now: () => 0, wait: async () => undefined });
  const uploaded = await files.upload(input('a.png', 'image/png', png(9)), context);
  if (uploaded.kind !== 'held') {
    throw new Error(JSON.stringify(uploaded));
  }
  const { file } = uploaded;
  expect(demo.uploaded()).toEqual([file.name]);
  const parts = [said('What is this? '), { ...file, kind: 'held', medium: 'image' } as const];
  const request = textRequest({ model: 'demo-text', messages: [{ role: 'user', parts }] });
  expect(textIn(await adapters.google_genai.text(request, context)).text).not.toBe('');
  expect(JSON.stringify(demo.requests.at(-1))).toContain(hashOf(png(9)));
  await files.remove(file.name, context);
  expect(demo.uploaded()).toEqual([]);
});

function image() {
  return { kind: 'media', medium: 'image', input: input('a.png', 'image/png', png(5)) } as const;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
