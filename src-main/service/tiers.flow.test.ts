/** Who may send, and with whose key: measured at the provider. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UNAUTHENTICATED } from './authentication';
import { refused, said } from '../app/sessions/testing/session-scene';
import { ADMIN, admin, keyOf, openServiceScene, POOL_KEY, type ServiceScene } from './testing/service-scene';

const ENV_KEY = 'AIza-environment-0001';
let scene: ServiceScene;
beforeAll(async () => {
  scene = await openServiceScene({ env: { GEMINI_API_KEY: ENV_KEY } });
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

const keys = () => scene.received().map(keyOf);

describe('the three tiers', () => {
  it('takes the pool for the admin, whatever else is given', async () => {
    const body = { prompt: 'x', credentials: { gemini_api_key: 'AIza-callers-own-1' } };
    expect((await scene.post('/chat', body)).status).toBe(200);
    expect(keys()).toEqual([POOL_KEY]);
  });

  it('never falls to a lower tier from a wrong admin key', async () => {
    for (const wrong of ['wrong', '', `${ADMIN}x`, ADMIN.slice(1)]) {
      const body = { prompt: 'x', credentials: { gemini_api_key: 'AIza-callers-own-1' } };
      const response = await scene.post('/chat', body, { 'admin-api-key': wrong });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ detail: UNAUTHENTICATED });
    }
    expect(keys()).toEqual([]);
  });

  it('takes the environment’s key for who brings nothing, on this machine', async () => {
    expect((await scene.post('/chat', { prompt: 'x' }, {})).status).toBe(200);
    expect(keys()).toEqual([ENV_KEY]);
    const proxied = await scene.post('/chat', { prompt: 'x' }, { 'x-forwarded-for': '8.8.8.8' });
    expect(proxied.status).toBe(401);
  });

  it('sends every request of a caller with that caller’s key alone', async () => {
    const callers = ['AIza-caller-aaaa', 'AIza-caller-bbbb'];
    const answers = await Promise.all(
      callers.map((key) =>
        scene.post(
          '/batch/chat',
          {
            requests: Array.from({ length: 20 }, (_, at) => ({ prompt: `${key} ${at}` })),
            credentials: { gemini_api_key: key },
          },
          {},
        ),
      ),
    );
    for (const answer of answers) {
      expect(await answer.json()).toMatchObject({ successful_requests: 20 });
    }
    expect(scene.received()).toHaveLength(40);
    for (const request of scene.received()) {
      expect(request.body.toString()).toContain(keyOf(request) ?? 'no key');
    }
  });

  it('tells a caller that his key is refused, and leaves the others alone', async () => {
    scene.upstream.reply((request) =>
      keyOf(request) === 'AIza-caller-dead' ? refused(401, 'UNAUTHENTICATED', 'no') : said(request),
    );
    const credentials = { gemini_api_key: 'AIza-caller-dead' };
    const own = await scene.post('/chat', { prompt: 'x', credentials }, {});
    expect([own.status, await own.text()]).toEqual([
      401,
      expect.stringContaining('The provider refused the key in credentials'),
    ]);
    expect((await scene.post('/chat', { prompt: 'x' })).status).toBe(200);
    expect(keys()).toEqual(['AIza-caller-dead', POOL_KEY]);
  });

  it('lets no stranger use up the new names of models, with a key or without one', async () => {
    const names = (who: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({ prompt: 'x', model: `gemini-${who}-${at}` }));
    const own = (key: string) => ({ credentials: { gemini_api_key: key } });
    for (const [who, credentials] of [
      ['a', own('AIza-caller-naming-1')],
      ['b', {}],
    ] as const) {
      const many = await scene.post('/batch/chat', { requests: names(who, 21), ...credentials }, {});
      expect(many.status).toBe(422);
      expect(await many.text()).toContain('You have asked for 20 models that the catalogue does not have');
    }
    expect(scene.received()).toEqual([]);
    const another = { ...names('c', 1)[0], ...own('AIza-caller-naming-2') };
    expect((await scene.post('/chat', another, {})).status).toBe(200);
    expect((await scene.post('/batch/chat', { requests: names('d', 21) })).status).toBe(200);
  });

  it('keeps what a caller sent in the journal, and out of the lists of runs and datasets', async () => {
    const { app } = scene.library;
    const chat = (key: string) =>
      scene.post('/chat', { prompt: 'x', credentials: { gemini_api_key: key } }, {});
    scene.upstream.reply((request) =>
      keyOf(request) === 'AIza-caller-bogus' ? refused(401, 'UNAUTHENTICATED', 'no') : said(request),
    );
    const before = new Set((await app.store.runs()).map(({ id }) => id));
    expect([(await chat('AIza-caller-true')).status, (await chat('AIza-caller-bogus')).status]).toEqual([
      200, 401,
    ]);
    const made = (await app.store.runs()).filter(({ id }) => !before.has(id));
    expect(made.map(({ requests }) => requests)).toEqual([1, 1]);
    expect(await app.runs.list()).toEqual([]);
    expect((await app.store.datasets()).filter(({ format }) => format !== 'images')).toEqual([]);
  });

  it('lets what one caller’s key meets hold up nobody else', async () => {
    scene.upstream.reply((request) =>
      keyOf(request) === 'AIza-caller-barred' ? refused(404, 'NOT_FOUND', 'no such model') : said(request),
    );
    const ask = { prompt: 'x', model: 'gemini-of-some' };
    const barred = await scene.post(
      '/chat',
      { ...ask, credentials: { gemini_api_key: 'AIza-caller-barred' } },
      {},
    );
    expect(barred.status).toBe(404);
    expect((await scene.post('/chat', ask)).status).toBe(200);
    const other = await scene.post(
      '/chat',
      { ...ask, credentials: { gemini_api_key: 'AIza-caller-other' } },
      {},
    );
    expect(other.status).toBe(200);
  });

  it('keeps no caller’s key in the library or its log', async () => {
    const secret = 'AIza-caller-kept-nowhere-0001';
    await scene.post('/chat', { prompt: 'x', credentials: { gemini_api_key: secret } }, {});
    expect(keys()).toEqual([secret]);
    const { readdir, readFile } = await import('node:fs/promises');
    const { join } = await import('node:path');
    const folder = scene.library.folder;
    scene.library.app.log.flush();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const bytes = await readFile(join(entry.parentPath, entry.name));
        for (const form of [secret, Buffer.from(secret).toString('base64'), ADMIN]) {
          expect(bytes.includes(form), `${entry.name} holds it`).toBe(false);
        }
      }
    }
  });

  it('refuses credentials that cannot be', async () => {
    const unknown = await scene.post('/chat', { prompt: 'x', credentials: { api_key: 'a' } }, {});
    expect(unknown.status).toBe(422);
    const odd = await scene.post('/chat', { prompt: 'x', credentials: { gemini_api_key: 'a b' } }, {});
    expect(odd.status).toBe(422);
    expect(await odd.text()).not.toContain('a b');
    expect(keys()).toEqual([]);
  });
});

describe('who brings nothing', () => {
  const WORK = [
    '/chat',
    '/batch/chat',
    '/structured-output',
    '/batch/structured-output',
    '/cinematic-story-design',
    '/batch/cinematic-story-design',
    '/chat-batch',
    '/structured-output-batch',
    '/cinematic-story-batch',
    '/_admin/semaphores',
    '/_admin/semaphores/s/leases',
    '/global-semaphores',
  ];
  const READ = ['/status', '/_admin/semaphores', '/_admin/semaphores/s', '/global-semaphores'];

  it('is refused by every route that is not open, and nothing is sent', async () => {
    const closed = await openServiceScene({ config: { envTier: 'off' }, env: { GEMINI_API_KEY: ENV_KEY } });
    try {
      for (const path of WORK) {
        const bare = await fetch(`${closed.url}${path}`, { method: 'POST' });
        expect([path, bare.status]).toEqual([path, 401]);
        expect([path, (await closed.post(path, { prompt: 'x' }, {})).status]).toEqual([path, 401]);
      }
      for (const path of READ) {
        expect([path, (await closed.get(path)).status]).toEqual([path, 401]);
      }
      for (const path of ['/', '/health', '/docs', '/openapi.json']) {
        const response = await closed.get(path);
        expect([path, response.status]).toEqual([path, 200]);
        expect(await response.text()).not.toMatch(/AIza|admin-key/);
      }
      for (const path of ['/', '/health']) {
        expect([path, (await fetch(`${closed.url}${path}`, { method: 'HEAD' })).status]).toEqual([path, 200]);
      }
      expect((await closed.get('/status', admin)).status).toBe(200);
      expect(closed.upstream.requests).toHaveLength(0);
    } finally {
      await closed.remove();
    }
  });

  it('is refused where no admin key is configured, by an admin key too', async () => {
    const closed = await openServiceScene({ env: { ADMIN_API_KEY: '' } });
    try {
      expect((await closed.post('/chat', { prompt: 'x' })).status).toBe(401);
      expect((await closed.post('/chat', { prompt: 'x' }, {})).status).toBe(401);
      expect((await closed.get('/_admin/semaphores', admin)).status).toBe(401);
    } finally {
      await closed.remove();
    }
  });
});
