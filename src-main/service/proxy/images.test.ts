/** The official OpenAI SDK against the proxy: pictures drawn and edited. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { toFile } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../../demo/refusals';
import type { Fault, ScriptedRequest } from '../../demo/script';
import { pixelsOf, testPicture } from '../../demo/testing/pictures';
import { mediaFolder } from './proxy-app';
import { openProxyScene, type ProxyScene } from './testing/proxy-scene';

let scene: ProxyScene;
let picture: Buffer;
let fault: (request: ScriptedRequest) => Fault | null = () => null;
beforeAll(async () => {
  scene = await openProxyScene({ demo: { script: (asked) => fault(asked) } });
  picture = await testPicture(600, 400);
});
afterAll(() => scene.remove());
afterEach(() => {
  fault = () => null;
  scene.demo.clear();
});

const bytesOf = (data: { b64_json?: string } | undefined) => Buffer.from(data?.b64_json ?? '', 'base64');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const callers = () => mediaFolder(scene.library.app);

describe('images', () => {
  it('are drawn: several, of a size, by a model of either protocol', async () => {
    const drawn = await scene.openai().images.generate({
      model: 'gpt-image-2.5-flare',
      prompt: 'a boat',
      n: 2,
      size: '1536x1024',
      quality: 'low',
    });
    expect(drawn.data).toHaveLength(2);
    for (const one of drawn.data ?? []) {
      expect(await pixelsOf(bytesOf(one))).toMatchObject({ width: 1536, height: 1024 });
    }
    expect(scene.sent()).toMatchObject([
      { via: 'images', prompt: 'a boat' },
      { via: 'images', prompt: 'a boat' },
    ]);
    scene.demo.clear();
    await scene
      .openai()
      .images.generate({ model: 'gemini-nano-banana-2.1', prompt: 'a boat', size: '1536x1024' });
    expect(scene.sent()).toMatchObject([
      { via: 'generateContent', params: { imageConfig: { aspectRatio: '3:2' } } },
    ]);
  });

  it('are edited, from a form with a mask: the very bytes go on', async () => {
    const mask = await testPicture(600, 400);
    const edited = await scene.openai().images.edit({
      model: 'gpt-image-2.5-flare',
      prompt: 'make it greyscale',
      image: [
        await toFile(picture, 'a.png', { type: 'image/png' }),
        await toFile(picture, 'b.png', { type: 'image/png' }),
      ],
      mask: await toFile(mask, 'mask.png', { type: 'image/png' }),
    });
    // The demo shows several inputs beside each other.
    expect((await pixelsOf(bytesOf(edited.data?.[0]))).height).toBe(400);
    expect(scene.sent()).toMatchObject([
      {
        path: expect.stringMatching(/\/images\/edits$/),
        images: [{ sha256: sha256(picture) }, { sha256: sha256(picture) }],
        mask: { sha256: sha256(mask) },
      },
    ]);
    await expect.poll(() => readdirSync(callers())).toEqual([]);
  });

  it('are edited from JSON, with a picture that is longer than what is kept as text', async () => {
    // Noise after the picture's own end: no decoder looks at it, and it makes the string long.
    const long = Buffer.concat([picture, randomBytes(300_000)]);
    const answer = await scene.post('/v1/images/edits', {
      model: 'gemini-nano-banana-2.1',
      prompt: 'invert',
      images: [{ image_url: `data:image/png;base64,${long.toString('base64')}` }],
    });
    expect(answer.status).toBe(200);
    const body = (await answer.json()) as { data: { b64_json: string }[]; size: string };
    expect(body.size).toBe('600x400');
    expect((await pixelsOf(bytesOf(body.data[0]))).width).toBe(600);
    expect(scene.sent()).toMatchObject([{ images: [{ sha256: sha256(long) }] }]);
  });

  it('come in events where they are asked for so', async () => {
    const stream = await scene
      .openai()
      .images.generate({ model: 'gpt-image-2.5-flare', prompt: 'a boat', stream: true });
    const events = [];
    for await (const event of stream) {
      events.push(event);
    }
    expect(events).toMatchObject([{ type: 'image_generation.completed' }]);
    expect((await pixelsOf(bytesOf(events[0]))).width).toBeGreaterThan(100);
  });

  it('that could not all be had in events end with an error, after those that could', async () => {
    fault = ({ attempt }) => (attempt === 2 ? refusal('blocked', 'openai') : null);
    const stream = await scene
      .openai()
      .images.generate({ model: 'gpt-image-2.5-flare', prompt: 'a boat', n: 2, stream: true });
    const types: string[] = [];
    const reading = (async () => {
      for await (const event of stream) {
        types.push(event.type);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'content_policy_violation' });
    expect(types).toEqual(['image_generation.completed']);
  });

  it('are told which parameter is of the wrong type', async () => {
    const answer = await scene.post('/v1/chat/completions', {
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: 'x' }],
      temperature: 'hot',
    });
    expect(await answer.json()).toMatchObject({
      error: { message: 'temperature: it must be of the type number.' },
    });
  });

  it.each([
    ['output_format', { output_format: 'webp' }],
    ['background', { background: 'transparent' }],
    ['response_format', { response_format: 'url' }],
    ['n', { n: 11 }],
    ['prompt', { prompt: ' ' }],
    ['size', { model: 'gpt-image-2.5-flare', size: '17x19' }],
    ['quality', { model: 'gemini-nano-banana-2.1', quality: 'high' }],
    ['model', { model: 'gemini-2.5-flash' }],
  ])('are refused by name where they cannot be had: %s', async (param, body) => {
    const answer = await scene.post('/v1/images/generations', {
      model: 'gpt-image-2.5-flare',
      prompt: 'a boat',
      ...body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { param, type: 'invalid_request_error' } });
    expect(scene.sent()).toEqual([]);
  });

  it('that are none are refused, and nothing is sent', async () => {
    const edit = (images: unknown) =>
      scene.post('/v1/images/edits', { model: 'gpt-image-2.5-flare', prompt: 'invert', images });
    const words = Buffer.from('no picture at all').toString('base64');
    for (const images of [
      [{ image_url: `data:image/png;base64,${words}` }],
      [{ image_url: 'data:image/png;base64,*' }],
      [{ image_url: 'file:///etc/passwd' }],
      [{ file_id: 'file-1' }],
      [],
    ]) {
      const refused = await edit(images);
      expect(refused.status).toBe(400);
      // Where the service keeps it is no caller's business.
      expect(await refused.text()).not.toContain(callers());
    }
    expect(scene.sent()).toEqual([]);
    expect(existsSync(callers())).toBe(true);
    await expect.poll(() => readdirSync(callers())).toEqual([]);
  });
});
