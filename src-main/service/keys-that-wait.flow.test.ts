/** What a key keeps waiting holds no slot: others are served meanwhile, and the bound holds when it comes back. */
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { said } from '../app/sessions/testing/session-scene';
import { MINUTE, quotaError } from '../providers/testing/failure-table';
import { json, type Script } from '../providers/testing/scripted-server';
import { admin, keyOf, openWarmScene, type ServiceScene } from './testing/service-scene';

const LIMIT = 4;
let scene: ServiceScene;
beforeAll(async () => {
  scene = await openWarmScene(LIMIT);
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

const until = (test: () => unknown) => expect.poll(test);
const outFor = (delay: string): Script => json(quotaError([MINUTE], delay), 429);
const prompts = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ prompt: `${name}${at}` }));

/** A batch with a key of its own; `go` is its caller's going. */
function batchOf(key: string, body: Readonly<Record<string, unknown>>) {
  const text = JSON.stringify({ credentials: { gemini_api_key: key }, ...body });
  const { hostname, port } = new URL(scene.url);
  const client = httpRequest({
    hostname,
    port,
    path: '/batch/chat',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
  });
  client.on('error', () => undefined);
  client.end(text);
  return { go: () => client.destroy() };
}

describe('a batch whose key is out of quota', () => {
  it('waits without a slot: another caller is answered, and it leaves nothing behind', async () => {
    const key = 'AIza-stranger-out-0001';
    scene.upstream.reply((request) => (keyOf(request) === key ? outFor('600s') : said(request)));
    const batch = batchOf(key, { requests: prompts('out', 20) });
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 20 });
    const sent = scene.received().length;
    expect((await scene.post('/chat', { prompt: 'hello' })).status).toBe(200);
    const other = { gemini_api_key: 'AIza-healthy-own-key-0001' };
    expect((await scene.post('/chat', { prompt: 'mine', credentials: other }, {})).status).toBe(200);
    const answer = await scene.post('/batch/chat', { requests: prompts('many', 30) });
    expect(await answer.json()).toMatchObject({ successful_requests: 30 });
    expect(scene.service.status()).toMatchObject({ inFlight: 0, waiting: 20 });
    batch.go();
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 0 });
    expect(scene.received()).toHaveLength(sent + 32);
  });

  it('holds up none of another model in the same batch', async () => {
    const gemini = 'AIza-stranger-two-0001';
    const answered: string[] = [];
    scene.upstream.reply((request) => {
      if (keyOf(request) === gemini) {
        return outFor('600s');
      }
      answered.push(/other\d+/.exec(String(request.body))?.[0] ?? '');
      return json({ choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' } }] });
    });
    const requests = [
      ...prompts('out', 20).map((one) => ({ ...one, model: 'gemini-2.5-flash' })),
      ...prompts('other', 20).map((one) => ({ ...one, model: 'gpt-unheard-of' })),
    ];
    const batch = batchOf(gemini, {
      credentials: { gemini_api_key: gemini, openai_api_key: 'sk-stranger-two-0001' },
      requests,
    });
    await until(() => answered).toHaveLength(20);
    // Several threads send them: any of the first may arrive first.
    expect(answered.toSorted()).toEqual(
      prompts('other', 20)
        .map(({ prompt }) => prompt)
        .toSorted(),
    );
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 20 });
    batch.go();
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('holds no semaphore either: who shares it goes on, and others lease it', async () => {
    await scene.post('/_admin/semaphores', { semaphore_id: 'shared', limit: 1 });
    const key = 'AIza-stranger-out-0002';
    scene.upstream.reply((request) => (keyOf(request) === key ? outFor('600s') : said(request)));
    const batch = batchOf(key, { requests: prompts('out', 3), external_semaphore_id: 'shared' });
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 3 });
    const answer = await scene.post('/batch/chat', {
      requests: prompts('shared', 5),
      external_semaphore_id: 'shared',
    });
    expect(await answer.json()).toMatchObject({ successful_requests: 5 });
    const lease = await scene.post('/_admin/semaphores/shared/leases', { ttl_s: 60 });
    expect(lease.status).toBe(201);
    const list = (await (await scene.get('/_admin/semaphores', admin)).json()) as { semaphores: unknown };
    expect(list.semaphores).toEqual([
      { semaphore_id: 'shared', limit: 1, in_use: 1, available: 0, leases: 1, waiting: 3 },
    ]);
    batch.go();
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('goes on when its key does, beside 30 others, and never more than the limit are in flight', async () => {
    const key = 'AIza-stranger-back-0003';
    const held = new Set<() => void>();
    let isOut = true;
    let peak = 0;
    scene.upstream.reply((request) => {
      if (keyOf(request) === key && isOut) {
        return outFor('1s');
      }
      return new Promise((resolve) => {
        const go = (): void => {
          held.delete(go);
          resolve(said(request));
        };
        held.add(go);
        peak = Math.max(peak, held.size);
      });
    });
    const credentials = { gemini_api_key: key };
    const batch = scene.post('/batch/chat', { credentials, requests: prompts('back', 10) }, {});
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 10 });
    isOut = false;
    let answered = 0;
    const others = Array.from({ length: 30 }, async (_, at) => {
      const { status } = await scene.post('/chat', { prompt: `other${at}` });
      answered += 1;
      return status;
    });
    const ended = batch.then((answer) => {
      answered += 10;
      return answer.json();
    });
    await until(() => held.size).toBe(LIMIT);
    while (answered < 40) {
      [...held].forEach((go) => go());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).toMatchObject({ successful_requests: 10, failed_requests: 0 });
    expect(new Set(await Promise.all(others))).toEqual(new Set([200]));
    expect(peak).toBe(LIMIT);
    expect(scene.service.status()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('is told at once that the service stops, and is not sent', async () => {
    const key = 'AIza-stranger-out-0004';
    scene.upstream.reply((request) => (keyOf(request) === key ? outFor('600s') : said(request)));
    const credentials = { gemini_api_key: key };
    const batch = scene.post('/batch/chat', { credentials, requests: prompts('out', 6) }, {});
    await until(() => scene.service.status()).toMatchObject({ inFlight: 0, waiting: 6 });
    await scene.restart();
    const answer = (await (await batch).json()) as { results: readonly { error: string }[] };
    // Those that were refused once, and those whose turn had not come.
    expect(answer.results.map(({ error }) => error.replace(/: .* It/, ': … It'))).toEqual(
      answer.results.map(() =>
        expect.stringMatching(
          /^(?:The service is stopping: nothing of this was sent\.|It was sent, and not answered: … It is not sent again, for the service is stopping\.)$/,
        ),
      ),
    );
  });
});
