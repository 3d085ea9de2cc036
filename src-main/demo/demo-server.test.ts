import { createHash } from 'node:crypto';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer } from './demo-server';
import { moment } from './testing/moment';
import { pixelsOf, testPicture } from './testing/pictures';

const server = createDemoServer({ latencyMs: 0 });
const INPUT = await testPicture();
const sha256 = createHash('sha256').update(INPUT).digest('hex');
let url = '';

beforeAll(async () => {
  ({ url } = await server.start());
});
beforeEach(() => server.clear());
afterAll(() => server.close());

const google = () =>
  new GoogleGenAI({ apiKey: 'any-key-1234', httpOptions: { baseUrl: url, apiVersion: 'v1beta' } });
const openai = (path = '/v1') => new OpenAI({ apiKey: 'any-key-5678', baseURL: url + path, maxRetries: 0 });

const inlinePicture = { inlineData: { mimeType: 'image/png', data: INPUT.toString('base64') } };

describe('the Gemini protocol, spoken by its SDK', () => {
  it('edits the picture it is given', async () => {
    const response = await google().models.generateContent({
      model: 'gemini-nano-banana-2.1',
      contents: [{ role: 'user', parts: [{ text: 'Make it greyscale' }, inlinePicture] }],
      config: { responseModalities: ['IMAGE'] },
    });
    const part = response.candidates?.[0]?.content?.parts?.[0];
    const after = await pixelsOf(Buffer.from(part?.inlineData?.data ?? '', 'base64'));
    expect(after).toMatchObject({ width: 96, height: 64, format: 'png' });
    expect(after.at(5, 40)[0]).toBe(after.at(5, 40)[2]);
    expect(response.usageMetadata?.candidatesTokenCount).toBe(1120);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1beta/models/gemini-nano-banana-2.1:generateContent',
      protocol: 'google_genai',
      keyFrom: 'x-goog-api-key',
      keyTail: '1234',
      prompt: 'Make it greyscale',
      status: 200,
      images: [{ sha256, mimeType: 'image/png', field: 'inlineData', fileName: null }],
      params: { responseModalities: ['IMAGE'] },
    });
  });

  it.each([
    ['16:9', '1K', 1360, 768],
    ['1:1', '512', 512, 512],
    ['9:16', '2K', 1536, 2736],
  ])('draws %s at %s', async (aspectRatio, imageSize, width, height) => {
    const response = await google().models.generateContent({
      model: 'gemini-nano-banana-2.1',
      contents: 'A quiet harbour',
      config: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio, imageSize } },
    });
    const data = response.candidates?.[0]?.content?.parts?.[0]?.inlineData?.data ?? '';
    expect(await pixelsOf(Buffer.from(data, 'base64'))).toMatchObject({ width, height });
  });

  it('refuses what the real one refuses', async () => {
    const ask = (config: object) => google().models.generateContent({ model: 'm', contents: 'x', config });
    await expect(ask({ imageConfig: { aspectRatio: '7:5' } })).rejects.toMatchObject({ status: 400 });
    await expect(ask({ imageConfig: { imageSize: '3K' } })).rejects.toMatchObject({ status: 400 });
  });

  it('answers in words when no picture was asked for', async () => {
    const response = await google().models.generateContent({
      model: 'm',
      contents: 'Hello',
      config: { responseModalities: ['TEXT'] },
    });
    expect(response.text).toContain('Hello');
  });

  it.each(['/v1', '/v1alpha', '/proxy/v1beta', ''])('is found below "%s"', async (prefix) => {
    const response = await fetch(`${url}${prefix}/models/m:generateContent?key=abcd`, {
      method: 'POST',
      body: JSON.stringify({ contents: [{ parts: [{ text: 'A fox' }] }] }),
    });
    expect(response.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ keyFrom: 'query', model: 'm', prompt: 'A fox' });
  });

  it('lists its models', async () => {
    const pager = await google().models.list();
    expect(pager.page.map((model) => model.name)).toContain('models/gemini-nano-banana-2.1');
  });
});

describe('the OpenAI protocol, spoken by its SDK', () => {
  it('draws as many pictures as asked, in the size asked', async () => {
    const response = await openai().images.generate({
      model: 'gpt-image-2.5-flare',
      prompt: 'A fox',
      n: 2,
      size: '1536x1024',
    });
    expect(response.data).toHaveLength(2);
    const bytes = Buffer.from(response.data?.[0]?.b64_json ?? '', 'base64');
    expect(await pixelsOf(bytes)).toMatchObject({ width: 1536, height: 1024, format: 'png' });
    expect(response.usage?.total_tokens).toBeGreaterThan(0);
    expect(server.requests[0]).toMatchObject({ keyFrom: 'authorization', keyTail: '5678', via: 'images' });
    expect(server.requests[0]?.params).not.toHaveProperty('response_format');
  });

  it('edits one picture, sent as a form', async () => {
    const image = await toFile(INPUT, 'cat.png', { type: 'image/png' });
    const response = await openai().images.edit({ model: 'gpt-image-2.5-flare', prompt: 'Mirror it', image });
    const before = await pixelsOf(INPUT);
    const after = await pixelsOf(Buffer.from(response.data?.[0]?.b64_json ?? '', 'base64'));
    expect(after.at(5, 40)).toEqual(before.at(90, 40));
    expect(server.requests[0]?.images).toMatchObject([
      { field: 'image', fileName: 'cat.png', mimeType: 'image/png', sha256 },
    ]);
  });

  it('edits several, with a mask', async () => {
    const named = (name: string) => toFile(INPUT, name, { type: 'image/png' });
    const image = [await named('a.png'), await named('b.png')];
    await openai().images.edit({ model: 'm', prompt: 'Combine', image, mask: await named('mask.png') });
    expect(server.requests[0]?.images.map(({ field, fileName }) => [field, fileName])).toEqual([
      ['image[]', 'a.png'],
      ['image[]', 'b.png'],
    ]);
    expect(server.requests[0]?.mask).toMatchObject({ fileName: 'mask.png', sha256 });
  });

  it('takes the JSON form of an edit', async () => {
    const body = {
      model: 'm',
      prompt: 'Flip it',
      images: [{ image_url: `data:image/png;base64,${INPUT.toString('base64')}` }],
    };
    await openai().post('/images/edits', { body });
    expect(server.requests[0]?.images).toMatchObject([{ sha256, mimeType: 'image/png' }]);
  });

  it('answers pictures in chat completions', async () => {
    const response = await openai('').chat.completions.create({
      model: 'm',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Invert it' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${INPUT.toString('base64')}` } },
          ],
        },
      ],
    });
    const message = response.choices[0]?.message as unknown as { images: { image_url: { url: string } }[] };
    expect(message.images[0]?.image_url.url).toMatch(/^data:image\/png;base64,/);
    expect(server.requests[0]).toMatchObject({ via: 'chat', images: [{ sha256 }] });
  });

  it('lists its models', async () => {
    const models = await openai().models.list();
    expect(models.data.map(({ id }) => id)).toContain('gpt-image-2.5-flare');
  });

  it('refuses an edit without a picture, and a size that is none', async () => {
    const form = new FormData();
    form.set('prompt', 'Flip it');
    const response = await fetch(`${url}/v1/images/edits`, { method: 'POST', body: form });
    expect(response.status).toBe(400);
    const ask = openai().images.generate({ model: 'm', prompt: 'x', size: 'large' as '1024x1024' });
    await expect(ask).rejects.toMatchObject({ status: 400 });
  });
});

describe('the server', () => {
  it('needs no key', async () => {
    const response = await fetch(`${url}/v1/images/generations`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', prompt: 'A fox', size: '256x256' }),
    });
    expect(response.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ keyFrom: null, keyTail: null });
  });

  it('says of what is no picture, and of what is no JSON, that it is not', async () => {
    const image = await toFile(Buffer.from('no picture'), 'cat.png', { type: 'image/png' });
    const edit = openai().images.edit({ model: 'm', prompt: 'Flip it', image });
    await expect(edit).rejects.toMatchObject({ status: 400, code: 'invalid_image_file' });
    const response = await fetch(`${url}/v1beta/models/m:generateContent`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  it('counts attempts of the same thing, and what is in flight', async () => {
    const ask = () =>
      openai().images.generate({ model: 'm', prompt: 'A fox', size: '256x256' as '1024x1024' });
    await Promise.all([ask(), ask(), ask()]);
    expect(server.requests.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(server.peakInFlight).toBeGreaterThanOrEqual(1);
    server.clear();
    expect(server.requests).toHaveLength(0);
  });

  it('answers no sooner than its script lets it', async () => {
    const { come: until, now } = moment();
    const held = createDemoServer({ latencyMs: 0, script: () => ({ until }) });
    const { url: heldUrl } = await held.start();
    const client = new OpenAI({ apiKey: 'any-key-5678', baseURL: `${heldUrl}/v1`, maxRetries: 0 });
    const answered: string[] = [];
    const picture = client.images
      .generate({ model: 'm', prompt: 'A fox' })
      .then(() => answered.push('picture'));
    const text = client.chat.completions
      .create({ model: 'demo-text', messages: [{ role: 'user', content: 'Say "a fox"' }] })
      .then(() => answered.push('text'));
    await expect.poll(() => held.requests).toHaveLength(2);
    expect(held.inFlight).toBe(2);
    expect(answered).toEqual([]);
    now();
    await Promise.all([picture, text]);
    expect(held.requests.map(({ status }) => status)).toEqual([200, 200]);
    await held.close();
  });

  it('listens on the loopback interface alone', () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});
