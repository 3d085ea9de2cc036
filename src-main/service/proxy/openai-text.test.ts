/** The official OpenAI SDK against the proxy: text, streamed and not. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, ScriptedRequest } from '../../demo/script';
import { refusal } from '../../demo/refusals';
import { openProxyScene, type ProxyScene } from './testing/proxy-scene';

let scene: ProxyScene;
let fault: (request: ScriptedRequest) => Fault | null = () => null;
beforeAll(async () => {
  scene = await openProxyScene({ demo: { script: (asked) => fault(asked) } });
});
afterAll(() => scene.remove());
afterEach(() => {
  fault = () => null;
  scene.demo.clear();
});

const say = (content: string) => ({ role: 'user', content }) as const;

describe('chat completions', () => {
  it('answers with a model of the other protocol', async () => {
    const completion = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [
        { role: 'system', content: 'Be brief.' },
        say('hello'),
        { role: 'assistant', content: 'Hi.' },
        say('and now?'),
      ],
      temperature: 0.5,
      max_tokens: 500,
      user: 'somebody',
    });
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'gemini-2.5-flash' });
    expect(completion.choices).toHaveLength(1);
    expect(completion.choices[0]?.message.content).not.toBe('');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.usage?.total_tokens).toBeGreaterThan(0);
    expect(scene.sent()).toMatchObject([
      {
        protocol: 'google_genai',
        system: 'Be brief.',
        turns: [
          { role: 'user', text: 'hello' },
          { role: 'model', text: 'Hi.' },
          { role: 'user', text: 'and now?' },
        ],
        params: { temperature: 0.5 },
      },
    ]);
  });

  it('streams what the plain call answers, with its usage', async () => {
    const asked = { model: 'gemini-2.5-flash', messages: [say('tell me of the sea')] };
    const whole = await scene.openai().chat.completions.create(asked);
    const stream = await scene
      .openai()
      .chat.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } });
    const chunks = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    const pieces = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').filter((text) => text !== '');
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(whole.choices[0]?.message.content);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason ?? null).filter(Boolean)).toEqual(['stop']);
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    expect(scene.sent().map(({ isStreamed }) => isStreamed)).toEqual([false, true]);
  });

  it('serves a model of its own protocol, with a picture to look at', async () => {
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    const completion = await scene.openai().chat.completions.create({
      model: 'gpt-5.2-mini',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is it?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
          ],
        },
      ],
    });
    expect(completion.choices[0]?.message.content).not.toBe('');
    expect(scene.sent()).toMatchObject([
      { protocol: 'openai', images: [{ sizeBytes: Buffer.from(pixel, 'base64').byteLength }] },
    ]);
  });

  it('answers in the shape of a schema', async () => {
    const completion = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [say('a colour')],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'colour',
          schema: {
            type: 'object',
            properties: { colour: { type: 'string' } },
            required: ['colour'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ colour: expect.any(String) });
  });

  it('carries what both protocols have, to a model of either, and passes over bookkeeping', async () => {
    const asked = {
      messages: [say('say "one two three"')],
      stop: [' three'],
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      seed: 7,
      max_completion_tokens: 300,
      user: 'somebody',
      metadata: { of: 'nothing' },
      logit_bias: {},
      tools: [],
    };
    for (const model of ['gemini-2.5-flash', 'gpt-5.2-mini']) {
      const { choices } = await scene.openai().chat.completions.create({ ...asked, model });
      expect(choices[0]?.message.content).toBe('one two');
    }
    expect(scene.sent().map(({ params }) => params)).toMatchObject([
      { stopSequences: [' three'], presencePenalty: 0.5, frequencyPenalty: -0.5, seed: 7 },
      { stop: [' three'], presence_penalty: 0.5, frequency_penalty: -0.5, seed: 7 },
    ]);
    scene.demo.clear();
    const plain = {
      ...asked,
      stop: 'two',
      presence_penalty: 0,
      frequency_penalty: 0,
      model: 'gemini-2.5-flash',
    };
    const { choices } = await scene.openai().chat.completions.create(plain);
    expect(choices[0]?.message.content).toBe('one ');
    expect(Object.keys(scene.sent()[0]?.params ?? {})).not.toContain('presencePenalty');
  });

  it('refuses by its name what would change the answer and cannot be carried', async () => {
    const model = 'gemini-2.5-flash';
    const tool = { type: 'function', function: { name: 'f', parameters: {} } } as const;
    const create = (more: object) =>
      scene.openai().chat.completions.create({ model, messages: [say('x')], ...more });
    await expect(create({ tools: [tool] })).rejects.toMatchObject({
      status: 400,
      param: 'tools',
      message: expect.stringContaining('The parameter "tools" is not supported here: leave it out.'),
    });
    await expect(create({ logit_bias: { 50: 10 } })).rejects.toMatchObject({
      status: 400,
      param: 'logit_bias',
    });
    await expect(create({ logprobs: true })).rejects.toMatchObject({ status: 400, param: 'logprobs' });
    await expect(create({ stop: Array.from({ length: 6 }, String) })).rejects.toMatchObject({
      status: 400,
      param: 'stop',
    });
    expect(scene.sent()).toHaveLength(0);
  });

  it('goes on with a streamed answer whose connection broke, as if nothing had been', async () => {
    fault = ({ attempt }) => (attempt === 1 ? { reset: 'midBody' } : null);
    const stream = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [say('give me a long answer')],
      stream: true,
    });
    let text = '';
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
    }
    fault = () => null;
    const whole = await scene
      .openai()
      .chat.completions.create({ model: 'gemini-2.5-flash', messages: [say('give me a long answer')] });
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(scene.sent().length).toBe(3);
  });

  const schema = {
    type: 'object',
    properties: { word: { type: 'string' } },
    required: ['word'],
    additionalProperties: false,
  };

  it.each([
    ['in pieces', {}],
    [
      'only once they are whole',
      { response_format: { type: 'json_schema', json_schema: { name: 'w', schema, strict: true } } } as const,
    ],
  ])('streams, %s, the answers that came where one of several failed', async (_how, format) => {
    fault = ({ attempt, protocol }) => (attempt === 2 ? refusal('blocked', protocol) : null);
    const stream = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [say(`three words ${_how}`)],
      n: 3,
      stream: true,
      ...format,
    });
    const texts = ['', '', ''];
    const finished: number[] = [];
    const beside: unknown[] = [];
    for await (const { choices, ...rest } of stream) {
      beside.push(...('brushfleet' in rest ? [rest.brushfleet] : []));
      for (const { index, delta, finish_reason: finish } of choices) {
        texts[index] += delta.content ?? '';
        finished.push(...(finish === null ? [] : [index]));
      }
    }
    expect(finished).toHaveLength(2);
    expect(texts.flatMap((text, index) => (text === '' ? [] : [index]))).toEqual(finished);
    expect(beside).toMatchObject([{ failed: 1, failures: [{ kind: 'blocked' }] }]);
    expect(scene.sent()).toHaveLength(3);
  });

  it('ends a stream of several with an error where one of them was told in part', async () => {
    fault = ({ attempt, protocol }) =>
      attempt === 1 ? { reset: 'midBody' } : attempt === 2 ? null : refusal('blocked', protocol);
    const stream = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [say('two long answers')],
      n: 2,
      stream: true,
    });
    const finished: number[] = [];
    const read = async () => {
      for await (const { choices } of stream) {
        finished.push(...choices.filter((one) => one.finish_reason !== null).map(({ index }) => index));
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'content_policy_violation' });
    expect(finished).toHaveLength(1);
  });

  it('ends a stream with the error that cut it short', async () => {
    fault = ({ attempt, protocol }) => (attempt === 1 ? { reset: 'midBody' } : refusal('blocked', protocol));
    const stream = await scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [say('another long answer, please')],
      stream: true,
    });
    let text = '';
    const read = async () => {
      for await (const { choices } of stream) {
        text += choices[0]?.delta.content ?? '';
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'content_policy_violation' });
    expect(text).not.toBe('');
  });

  it('answers with the mended shape where the first did not fit', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const asked = {
      model: 'gemini-2.5-flash',
      messages: [say('wrong shape once')],
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    } as const;
    const stream = await scene
      .openai()
      .chat.completions.create({ ...asked, messages: [...asked.messages], stream: true });
    let text = '';
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
    }
    expect(JSON.parse(text)).toEqual({ n: expect.any(Number) });
    expect(scene.sent()).toHaveLength(2);
  });

  it('gives several answers', async () => {
    const completion = await scene
      .openai()
      .chat.completions.create({ model: 'gpt-5.2-mini', messages: [say('hello')], n: 3 });
    expect(completion.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  });
});

describe('responses', () => {
  it('answers, whole and streamed', async () => {
    const asked = { model: 'gpt-5.2-mini', input: 'tell me of the sea', instructions: 'Be brief.' };
    const whole = await scene.openai().responses.create(asked);
    expect(whole.status).toBe('completed');
    expect(whole.output_text).not.toBe('');
    const stream = scene.openai().responses.stream(asked);
    const pieces: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => pieces.push(delta));
    const final = await stream.finalResponse();
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(whole.output_text);
    expect(final.output_text).toBe(whole.output_text);
    expect(scene.sent()[0]).toMatchObject({ system: 'Be brief.' });
  });
});

describe('what cannot be passed on', () => {
  const refusal = async (body: object) => {
    const answer = await scene.post('/v1/chat/completions', {
      model: 'gemini-2.5-flash',
      messages: [say('hello')],
      ...body,
    });
    return {
      status: answer.status,
      ...((await answer.json()) as { error: { param: string; message: string } }),
    };
  };

  it.each([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['logprobs', { logprobs: true }],
    ['n', { n: 9 }],
    ['stop', { stop: ['1', '2', '3', '4', '5', '6'] }],
    ['frequency_penalty', { frequency_penalty: 3 }],
    ['frobnicate', { frobnicate: 1 }],
    ['constructor', { constructor: 1 }],
    ['reasoning_effort', { reasoning_effort: 'constructor' }],
    ['response_format.type', { response_format: { type: 'xml' } }],
    [
      'messages.1.tool_calls',
      { messages: [say('hello'), { role: 'assistant', content: null, tool_calls: [{ id: '1' }] }, say('x')] },
    ],
    ['messages', { messages: [] }],
    ['messages', { messages: [say('hello'), { role: 'assistant', content: 'yes' }] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x', tool_call_id: '1' }] }],
    [
      'messages.0.content.0.image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: '/etc/passwd' } }] }] },
    ],
    [
      'messages.0.content.0.image_url',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'embedded:unreadable' } }] },
        ],
      },
    ],
  ])('is refused by name: %s', async (param, body) => {
    const { status, error } = await refusal(body);
    expect({ status, param: error.param }).toEqual({ status: 400, param });
    expect(error.message.length).toBeGreaterThan(10);
    expect(scene.sent()).toEqual([]);
  });

  it('is passed over where it changes nothing', async () => {
    const answer = await scene.post('/v1/chat/completions', {
      model: 'gemini-2.5-flash',
      messages: [say('hello')],
      tools: [],
      logit_bias: {},
      logprobs: false,
      stop: null,
      presence_penalty: 0,
      store: true,
      metadata: { a: 'b' },
    });
    expect(answer.status).toBe(200);
  });
});
