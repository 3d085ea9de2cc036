/** What comes as the body of a request: refused where it is too large or no JSON, before it is held in memory. */
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldBytes } from '../../testing/collect-garbage';
import { mediaFolder } from './proxy-app';
import { openProxyScene, type ProxyScene } from './testing/proxy-scene';

let scene: ProxyScene;
beforeEach(async () => {
  scene = await openProxyScene({ demo: {} });
});
afterEach(() => scene.remove());

const MIB = 1024 * 1024;

const nothingLeft = () => expect.poll(() => readdirSync(mediaFolder(scene.library.app))).toEqual([]);

describe('a body', () => {
  it('that is too large is a 413, before it is held in memory, and leaves nothing behind', async () => {
    const before = heldBytes();
    let most = 0;
    const letters = 'QUJD'.repeat(16 * 1024);
    const pieces = [
      '{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,',
    ];
    const status = await new Promise<number>((resolve, reject) => {
      const post = request(
        `${scene.address}/v1/chat/completions`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${scene.token}`, 'content-type': 'application/json' },
        },
        (response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
          post.destroy();
        },
      );
      post.on('error', (error) => (post.destroyed ? undefined : reject(error)));
      post.write(pieces[0]);
      let sent = 0;
      const more = (): void => {
        while (!post.destroyed && sent < 40 * MIB) {
          sent += letters.length;
          if (sent % (4 * MIB) === 0) {
            most = Math.max(most, heldBytes() - before);
          }
          if (!post.write(letters)) {
            post.once('drain', more);
            return;
          }
        }
        post.end('"}}]}]}');
      };
      more();
    });
    expect(status).toBe(413);
    expect(most).toBeLessThan(16 * MIB);
    expect(scene.demo.requests).toEqual([]);
    await nothingLeft();
  });

  it('that is too large is told so to a client that sends all of it', async () => {
    const large = 'x'.repeat(34 * 1024 * 1024);
    const asked = scene.openai().chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: large }],
    });
    await expect(asked).rejects.toMatchObject({ status: 413 });
    const form = new FormData();
    form.append('model', 'gpt-image-2.5-flare');
    form.append('prompt', 'x');
    form.append('image', new Blob([Buffer.alloc(51 * 1024 * 1024)], { type: 'image/png' }), 'a.png');
    const answer = await fetch(`${scene.address}/v1/images/edits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.token}` },
      body: form,
    });
    expect(answer.status).toBe(413);
    expect(scene.demo.requests).toEqual([]);
    await nothingLeft();
  });

  it('that says its size is refused by it', async () => {
    const declared = await new Promise<number>((resolve) => {
      const post = request(
        `${scene.address}/v1/chat/completions`,
        {
          method: 'POST',
          headers: {
            authorization: `Bearer ${scene.token}`,
            'content-type': 'application/json',
            'content-length': 33 * 1024 * 1024,
          },
        },
        (response) => {
          resolve(response.statusCode ?? 0);
          post.destroy();
        },
      );
      post.on('error', () => undefined);
      post.write('{');
    });
    expect(declared).toBe(413);
  });

  it('that is no JSON, or of another type, is refused', async () => {
    expect((await scene.post('/v1/chat/completions', '{"model":')).status).toBe(400);
    expect((await scene.post('/v1/chat/completions', '[]')).status).toBe(400);
    expect((await scene.post('/v1/chat/completions', 'x', { 'content-type': 'text/plain' })).status).toBe(
      415,
    );
    expect((await scene.post('/v1/images/edits', '', { 'content-type': 'multipart/form-data' })).status).toBe(
      400,
    );
  });
});
