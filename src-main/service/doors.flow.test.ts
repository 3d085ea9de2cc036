/** Stories and schemas, TLS, the other provider, and what others plug in: through one service. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { promptOf, said, spoken } from '../app/sessions/testing/session-scene';
import { tellStory } from '../demo/text/tell-story';
import { json } from '../providers/testing/scripted-server';
import { proxyRoutes } from './proxy/proxy-routes';
import type { TlsFiles } from './settings';
import { admin, openServiceScene, type ServiceScene } from './testing/service-scene';

let scene: ServiceScene;
beforeAll(async () => {
  scene = await openServiceScene({ limit: 2, plugins: [proxyRoutes] });
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

describe('a story', () => {
  const item = { user_content: 'a fox', system_prompt: 'Tell it.' };

  it('is answered whole, with a voice of the list', async () => {
    const story = tellStory('a fox', ['v-7']);
    scene.upstream.reply(spoken(JSON.stringify(story)));
    const response = await scene.post('/cinematic-story-design', { ...item, voice_id_list: ['v-6', 'v-7'] });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: true, data: story });
  });

  it('that breaks a rule twice is 502 for one, and told for its item', async () => {
    scene.upstream.reply(spoken(JSON.stringify(tellStory('a fox', ['v-8']))));
    const asked = { ...item, voice_id_list: ['v-6'] };
    const response = await scene.post('/cinematic-story-design', asked);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ success: false, failure: { kind: 'schema_mismatch' } });
    // The first, and the one repair.
    expect(scene.received()).toHaveLength(2);
    const batch = await scene.post('/cinematic-story-batch', { tasks: [{ task_id: 1, ...asked }] });
    expect(await batch.json()).toMatchObject({
      failed_count: 1,
      failed_results: [{ task_id: 1, success: false, data: null, error: expect.stringMatching(/voice/) }],
    });
  });
});

describe('a caller with a key of OpenAI', () => {
  it('is served by it alone', async () => {
    const own = await openServiceScene();
    const openai = await openServiceScene({ env: { OPENAI_BASE_URL: `${own.upstream.url}/v1` } });
    try {
      own.upstream.reply(
        json({
          id: 'c',
          object: 'chat.completion',
          created: 1,
          model: 'gpt-9',
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi.' } }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      );
      const body = { prompt: 'x', model: 'gpt-9', credentials: { openai_api_key: 'sk-callers-own-1' } };
      const response = await openai.post('/chat', body, {});
      expect(await response.json()).toMatchObject({ success: true, response: 'Hi.', model: 'gpt-9' });
      expect(own.upstream.requests.map(({ headers }) => headers['authorization'])).toEqual([
        'Bearer sk-callers-own-1',
      ]);
      expect(openai.received()).toHaveLength(0);
    } finally {
      await openai.remove();
      await own.remove();
    }
  });
});

describe('what is plugged in', () => {
  it('has tokens of its own, and shares the one limit with all callers', async () => {
    const { tokens } = scene.library.app;
    const { secret } = await tokens.add({ name: 'colleague', caps: {} });
    const client = new OpenAI({ baseURL: `${scene.url}/v1`, apiKey: secret.reveal(), maxRetries: 0 });
    const ask = (content: string) =>
      client.chat.completions.create({ model: 'gemini-9-flash', messages: [{ role: 'user', content }] });
    expect((await ask('warm')).choices[0]?.message.content).toBe('You said: warm');
    scene.forget();
    let inFlight = 0;
    let peak = 0;
    const waiting: (() => void)[] = [];
    scene.upstream.reply(async (request) => {
      inFlight += 1;
      peak = Math.max(peak, inFlight);
      await new Promise<void>((resolve) => waiting.push(resolve));
      inFlight -= 1;
      return said(request);
    });
    const both = [
      ...Array.from({ length: 4 }, (_, at) => ask(`proxy ${at}`)),
      ...Array.from({ length: 4 }, (_, at) => scene.post('/chat', { prompt: `chat ${at}` })),
    ];
    await expect.poll(() => scene.service.status()).toMatchObject({ inFlight: 2, waiting: 6 });
    // They hold their places before they have arrived.
    await expect.poll(() => waiting.length).toBe(2);
    let over = 0;
    both.forEach((one) => void one.finally(() => (over += 1)));
    while (over < 8) {
      waiting.splice(0).forEach((go) => go());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(both);
    expect(peak).toBe(2);
    expect(scene.received().map(promptOf).sort()).toEqual([
      ...Array.from({ length: 4 }, (_, at) => `chat ${at}`),
      ...Array.from({ length: 4 }, (_, at) => `proxy ${at}`),
    ]);
    // The documented routes know no tokens, and the proxy no admin.
    const wrong = await scene.post('/chat', { prompt: 'x' }, { authorization: `Bearer ${secret.reveal()}` });
    expect(wrong.status).toBe(401);
    expect((await scene.get('/v1/models', admin)).status).toBe(401);
    const evil = await scene.get('/v1/models', {
      origin: 'http://evil.test',
      authorization: `Bearer ${secret.reveal()}`,
    });
    expect(evil.status).toBe(403);
  });
});

describe('TLS', () => {
  const tls = makeCertificate();

  it.skipIf(tls === null)('is spoken with the certificate that is given', async () => {
    const own = await openServiceScene({ config: tls === null ? {} : { tls } });
    try {
      expect(own.url).toMatch(/^https:/);
      const { port } = new URL(own.url);
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const request = httpsRequest(
          { host: '127.0.0.1', port, path: '/health', ca: tls?.cert, servername: 'localhost' },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        request.on('error', reject);
        request.end();
      });
      expect(status).toBe(200);
      await expect(fetch(own.url.replace('https', 'http'))).rejects.toThrow();
    } finally {
      await own.remove();
    }
  });
});

/** Null where there is no openssl: Node can read certificates, and make none. */
function makeCertificate(): TlsFiles | null {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    const { status } = spawnSync('openssl', [
      'req',
      '-x509',
      ...kind,
      ...names,
      '-keyout',
      key,
      '-out',
      cert,
    ]);
    return status === 0 ? { key: readFileSync(key), cert: readFileSync(cert) } : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
