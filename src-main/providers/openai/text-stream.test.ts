import type { EndpointOptions } from '@shared/model/endpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextRequest } from '../adapter';
import { createAdapters } from '../index';
import {
  callContext,
  endpoint,
  failureIn,
  gate,
  PLAIN_KEY,
  type TestContext,
  textIn,
  textRequest,
} from '../testing/calls';
import { chat, delta, DONE, event, response, USAGE } from '../testing/openai-text';
import { answer, events, json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';

let server: ScriptedServer;
let context: TestContext;
const adapter = createAdapters().openai;

beforeEach(async () => {
  server = await startScriptedServer();
  use();
});
afterEach(async () => {
  await context.close();
  await server.close();
});

function use(options: EndpointOptions = {}): void {
  context = callContext(endpoint('openai', `${server.url}/v1`, { options }), PLAIN_KEY);
}

function ask(changes: Partial<TextRequest> = {}) {
  return adapter.text(textRequest(changes), context);
}

function sentBody(): Record<string, unknown> {
  return JSON.parse(String(server.requests.at(-1)?.body)) as Record<string, unknown>;
}

describe('a stream of chat completions', () => {
  it('tells each piece while the rest is still to come, and ends as the whole answer would', async () => {
    const pieces = ['Grüße ', 'aus 東京 ', '🌏', '\n{"a": [1]}'];
    const told: string[] = [];
    const heard = pieces.map(gate);
    async function* stream() {
      yield event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
      for (const [at, piece] of pieces.entries()) {
        yield delta(piece);
        await heard[at]?.passed;
      }
      yield delta('', { finish_reason: 'stop' });
      yield event({ choices: [], usage: USAGE }) + DONE;
    }
    server.reply(events(stream()));
    const result = await ask({
      onDelta: (text) => {
        heard[told.length]?.open();
        told.push(text);
      },
    });
    expect(told).toEqual(pieces);
    expect(sentBody()).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(server.begun()).toBe(1);
    server.reply(json(chat(pieces.join(''))));
    expect(await ask()).toEqual(result);
    expect(textIn(result).text).toBe(pieces.join(''));
  });

  it('keeps several choices apart and tells the first', async () => {
    let told = '';
    const end = { finish_reason: 'stop' };
    server.reply(events([delta('A'), delta('B', {}, 1), delta('a', end), delta('b', end, 1), DONE]));
    const result = await ask({ onDelta: (text) => (told += text) });
    expect(textIn(result)).toMatchObject({ text: 'Aa', more: ['Bb'] });
    expect(told).toBe('Aa');
  });

  it.each([
    ['as one answer', json(chat('Hello'))],
    ['as one event with the whole message', events([event(chat('Hello')), DONE])],
    ['and its message again at the end', events([delta('Hel'), delta('lo'), event(chat('Hello'))])],
    ['without a finish, but with its end', events([delta('Hel'), delta('lo'), DONE])],
  ])('is read also where it comes %s', async (_what, script) => {
    let told = '';
    server.reply(script);
    expect(textIn(await ask({ onDelta: (text) => (told += text) })).text).toBe('Hello');
    expect(told).toBe('Hello');
  });

  it('has only the choices that came to their end, where it was cut', async () => {
    const end = { finish_reason: 'stop' };
    server.reply(events([delta('A'), delta('B', end, 1)], 'end'));
    const cut = textIn(await ask({ onDelta: () => undefined }));
    expect(cut).toMatchObject({ text: 'B', withheld: 1 });
    expect(cut.more).toBeUndefined();
    server.reply(events([delta('A'), delta('B', end, 1), DONE]));
    expect(textIn(await ask({ onDelta: () => undefined }))).toMatchObject({ text: 'A', more: ['B'] });
  });

  it('names an error in its middle, wherever it stands', async () => {
    const error = { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded', type: 'requests' } };
    for (const pieces of [
      [delta('a'), event(error, 'error')],
      [delta('a'), event(error), delta('b', { finish_reason: 'stop' }), DONE],
    ]) {
      server.reply(events(pieces));
      expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
        kind: 'quota_minute',
        message: 'Rate limit reached',
      });
    }
    server.reply(json({ error: { message: 'no stream for you', code: 'invalid_api_key' } }, 401));
    expect(failureIn(await ask({ onDelta: () => undefined })).kind).toBe('invalid_key');
    server.reply(answer(200, JSON.stringify(error), { 'content-type': 'text/event-stream' }));
    expect(failureIn(await ask({ onDelta: () => undefined })).kind).toBe('quota_minute');
  });

  it('is a network failure where it is cut, with or without a sign of it', async () => {
    for (const then of ['cut', 'end'] as const) {
      server.reply(events([delta('so far'), delta(' so good')], then));
      expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
        kind: 'network',
        bodySent: true,
      });
    }
  });
});

describe('a stream of the Responses API', () => {
  beforeEach(() => use({ textVia: 'responses' }));

  function piece(text: string, item = 'm'): string {
    return event(
      { type: 'response.output_text.delta', item_id: item, delta: text },
      'response.output_text.delta',
    );
  }

  it('tells its pieces and ends as the whole answer would', async () => {
    let told = '';
    const comment = {
      type: 'response.output_item.added',
      item: { id: 'c', type: 'message', phase: 'commentary' },
    };
    const whole = response('Hello 東京');
    const start = [event({ type: 'response.created', response: { status: 'in_progress' } }), event(comment)];
    const pieces = [piece('Let me see', 'c'), piece('Hello '), piece('東京')];
    const end = event({ type: 'response.completed', response: whole });
    server.reply(events([...start, ...pieces, end]));
    const result = await ask({ onDelta: (text) => (told += text) });
    expect(told).toBe('Hello 東京');
    expect(sentBody()).toMatchObject({ stream: true });
    server.reply(json(whole));
    expect(await ask()).toEqual(result);
    const bare = event({ type: 'response.completed', response: { ...whole, output: [] } });
    server.reply(events([...start, ...pieces, bare]));
    expect(await ask({ onDelta: () => undefined })).toEqual(result);
    expect(server.begun()).toBe(3);
  });

  it('names an error in its middle, and a cut', async () => {
    const error = { type: 'error', code: 'server_error', message: 'Try again.', param: null };
    server.reply(events([piece('a'), event(error, 'error')]));
    expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
      kind: 'overloaded',
      message: 'Try again.',
    });
    for (const then of ['cut', 'end'] as const) {
      server.reply(events([piece('so far')], then));
      expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
        kind: 'network',
        bodySent: true,
      });
    }
  });
});
