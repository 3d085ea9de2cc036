/** The official Gemini SDK against the proxy: text and pictures, streamed and not. */
import { createHash } from 'node:crypto';
import { HarmBlockThreshold, HarmCategory, Type } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../../demo/refusals';
import type { Fault, ScriptedRequest } from '../../demo/script';
import { pixelsOf, testPicture } from '../../demo/testing/pictures';
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

const model = 'gemini-2.5-flash';

describe('generateContent', () => {
  it('answers in text, with system instruction, options and what was said before', async () => {
    const answer = await scene.google().models.generateContent({
      model,
      contents: [
        { role: 'user', parts: [{ text: 'hello' }] },
        { role: 'model', parts: [{ text: 'Hi.' }] },
        { role: 'user', parts: [{ text: 'and now?' }] },
      ],
      config: {
        systemInstruction: 'Be brief.',
        temperature: 0.3,
        topK: 20,
        maxOutputTokens: 400,
        candidateCount: 2,
      },
    });
    expect(answer.text).not.toBe('');
    expect(answer.candidates).toHaveLength(2);
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP');
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect(answer.modelVersion).toBe(model);
    expect(scene.sent()).toMatchObject([
      {
        system: 'Be brief.',
        turns: [{ text: 'hello' }, { role: 'model', text: 'Hi.' }, { text: 'and now?' }],
        params: { temperature: 0.3, topK: 20 },
      },
    ]);
  });

  it('carries stop sequences, penalties and safety settings as the caller has them', async () => {
    const safetySettings = [
      {
        category: HarmCategory.HARM_CATEGORY_HARASSMENT,
        threshold: HarmBlockThreshold.BLOCK_ONLY_HIGH,
      },
    ];
    const config = {
      stopSequences: ['three'],
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      seed: 7,
      safetySettings,
    };
    const contents = 'say "one two three"';
    const answer = await scene.google().models.generateContent({ model, contents, config });
    expect(answer.text).toBe('one two ');
    expect(scene.sent()[0]?.params).toMatchObject({ ...config, safetySettings });
    scene.demo.clear();
    const google = scene.google().models;
    await expect(google.generateContent({ model: 'gpt-5.2-mini', contents, config })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('takes no safety settings: leave them out'),
    });
    const tools = [{ functionDeclarations: [{ name: 'f' }] }];
    await expect(google.generateContent({ model, contents, config: { tools } })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('The parameter \\"tools\\" is not supported here'),
    });
    expect(scene.sent()).toHaveLength(0);
  });

  it('streams what the plain call answers', async () => {
    const asked = { model, contents: 'give me a long answer' };
    const whole = await scene.google().models.generateContent(asked);
    const pieces: string[] = [];
    let tokens: number | undefined;
    for await (const chunk of await scene.google().models.generateContentStream(asked)) {
      pieces.push(chunk.text ?? '');
      tokens = chunk.usageMetadata?.totalTokenCount ?? tokens;
    }
    expect(pieces.filter((text) => text !== '').length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(whole.text);
    expect(tokens).toBe(whole.usageMetadata?.totalTokenCount);
  });

  it('streams the answers that came where one of several failed', async () => {
    fault = ({ attempt, protocol }) => (attempt === 2 ? refusal('blocked', protocol) : null);
    const asked = { model, contents: 'three short answers', config: { candidateCount: 3 } };
    const texts = ['', '', ''];
    const finished: number[] = [];
    for await (const { candidates = [] } of await scene.google().models.generateContentStream(asked)) {
      for (const { index = 0, content, finishReason } of candidates) {
        texts[index] += content?.parts?.[0]?.text ?? '';
        finished.push(...(finishReason === undefined ? [] : [index]));
      }
    }
    expect(finished).toHaveLength(2);
    expect(texts.flatMap((text, index) => (text === '' ? [] : [index]))).toEqual(finished);
    expect(scene.sent()).toHaveLength(3);
  });

  it('looks at media of the request: the very bytes go on', async () => {
    const picture = await testPicture();
    await scene.google().models.generateContent({
      model,
      contents: [
        { inlineData: { mimeType: 'image/png', data: picture.toString('base64') } },
        { text: 'what is it?' },
      ],
    });
    const sha256 = createHash('sha256').update(picture).digest('hex');
    expect(scene.sent()).toMatchObject([
      { prompt: expect.stringContaining('what is it?'), images: [{ sha256 }] },
    ]);
  });

  it('listens to sound and looks at films, also under /v1', async () => {
    // A whole WAV of no sound, longer than what is kept as text.
    const wav = Buffer.alloc(120_044);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(wav.length - 8, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(8000, 24);
    wav.writeUInt32LE(16_000, 28);
    wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(wav.length - 44, 40);
    const answer = await scene.post(`/v1/models/${model}:generateContent`, {
      contents: [
        {
          parts: [
            { text: 'what do you hear and see?' },
            { inline_data: { mime_type: 'audio/wav', data: wav.toString('base64') } },
            {
              fileData: { fileUri: 'https://www.youtube.com/watch?v=abcdefghijk', mimeType: 'video/mp4' },
              video_metadata: { start_offset: '10s', end_offset: '20s', fps: 2 },
            },
          ],
        },
      ],
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"STOP"')]);
    const sha256 = createHash('sha256').update(wav).digest('hex');
    expect(scene.sent()).toMatchObject([
      {
        images: [{ sha256 }, { field: 'fileData' }],
        params: { videoMetadata: [{ startOffset: '10s', endOffset: '20s', fps: 2 }] },
      },
    ]);
  });

  it('answers in the shape of a schema in either dialect', async () => {
    const schemas = [
      {
        responseSchema: {
          type: Type.OBJECT,
          properties: { age: { type: Type.INTEGER, nullable: true }, name: { type: Type.STRING } },
          required: ['name'],
          propertyOrdering: ['name', 'age'],
        },
      },
      {
        responseJsonSchema: {
          type: 'object',
          properties: { name: { type: 'string' } },
          required: ['name'],
        },
      },
    ];
    for (const schema of schemas) {
      const answer = await scene.google().models.generateContent({
        model,
        contents: 'somebody',
        config: { responseMimeType: 'application/json', ...schema },
      });
      expect(JSON.parse(answer.text ?? '')).toMatchObject({ name: expect.any(String) });
    }
    const any = await scene
      .google()
      .models.generateContent({ model, contents: 'x', config: { responseMimeType: 'application/json' } });
    expect(() => JSON.parse(any.text ?? '') as unknown).not.toThrow();
    expect(scene.sent()[0]?.schema).toEqual({
      type: 'object',
      properties: { age: { type: ['integer', 'null'] }, name: { type: 'string' } },
      required: ['name'],
    });
  });

  it('draws and edits where a picture is asked for, streamed too, also by a model of the other protocol', async () => {
    const picture = await testPicture(300, 200);
    const asked = {
      model: 'gemini-nano-banana-2.1',
      contents: [
        { text: 'make it greyscale' },
        { inlineData: { mimeType: 'image/jpeg', data: picture.toString('base64') } },
      ],
      config: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '3:2', imageSize: '2K' } },
    };
    const answer = await scene.google().models.generateContent(asked);
    const bytes = Buffer.from(answer.data ?? '', 'base64');
    expect(await pixelsOf(bytes)).toMatchObject({ width: 300, height: 200 });
    expect(scene.sent()).toMatchObject([
      { params: { imageConfig: { aspectRatio: '3:2', imageSize: '2K' } } },
    ]);
    const streamed: (string | undefined)[] = [];
    for await (const chunk of await scene.google().models.generateContentStream(asked)) {
      streamed.push(chunk.data);
    }
    expect(streamed).toEqual([answer.data]);
    // What clients send without meaning anything by it changes nothing.
    const plain = { presencePenalty: 0, frequencyPenalty: 0, stopSequences: [], safetySettings: [] };
    const drawn = await scene
      .google()
      .models.generateContent({ model: 'gpt-image-2.5-flare', contents: 'a boat', config: plain });
    expect((await pixelsOf(Buffer.from(drawn.data ?? '', 'base64'))).width).toBeGreaterThan(100);
  });

  it('lists what can be asked for', async () => {
    const names: (string | undefined)[] = [];
    for await (const { name } of await scene.google().models.list()) {
      names.push(name);
    }
    expect(names).toContain('models/gemini-nano-banana-2.1');
    expect((await scene.google().models.get({ model: 'gemini-nano-banana-2.1' })).name).toBe(
      'models/gemini-nano-banana-2.1',
    );
    const ids: string[] = [];
    for await (const { id } of scene.openai().models.list()) {
      ids.push(id);
    }
    expect(ids).toContain('gpt-image-2.5-flare');
    expect(ids).not.toContain('demo');
    await expect(scene.openai().models.retrieve('no-such-model')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it.each([
    ['tools', { tools: [{ functionDeclarations: [] }] }],
    ['safetySettings.0.threshold', { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT' }] }],
    ['toolConfig', { toolConfig: { functionCallingConfig: { mode: 'ANY' } } }],
    ['contents', { contents: [{ role: 'model', parts: [{ text: 'x' }] }] }],
    [
      'contents.0.parts.0',
      { contents: [{ parts: [{ inline_data: { mime_type: 'application/pdf', data: 'AAAA' } }] }] },
    ],
    ['contents.0.parts.0.functionCall', { contents: [{ parts: [{ functionCall: { name: 'f' } }] }] }],
    [
      'contents.0.parts.0.fileData.fileUri',
      { contents: [{ parts: [{ file_data: { file_uri: 'files/abc' } }] }] },
    ],
    ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['AUDIO'] } }],
  ])('is refused by name where it cannot be had: %s', async (param, body) => {
    const answer = await scene.post(`/v1beta/models/${model}:generateContent`, {
      contents: [{ parts: [{ text: 'hello' }] }],
      ...body,
    });
    const { error } = (await answer.json()) as { error: { code: number; status: string; message: string } };
    expect(answer.status).toBe(400);
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(error.message).toMatch(/\S+ .*\.$/);
    expect(scene.sent(), param).toEqual([]);
  });
});
