/** How much goes on at once, in which order it is answered, and what becomes of it when somebody goes. */
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { promptOf, refused, said } from '../app/sessions/testing/session-scene';
import { json } from '../providers/testing/scripted-server';
import { createDemoServer } from '../demo/demo-server';
import { admin, openServiceScene, openWarmScene, type ServiceScene } from './testing/service-scene';

const LIMIT = 4;
let scene: ServiceScene;
beforeAll(async () => {
  scene = await openWarmScene(LIMIT);
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

const until = (test: () => unknown) => expect.poll(test);

/** Counts at the provider, which holds each request until it is let go. */
function counting() {
  const held = new Set<() => void>();
  let peak = 0;
  let isOpen = false;
  scene.upstream.reply((request) =>
    isOpen
      ? said(request)
      : new Promise((resolve) => {
          const go = (): void => {
            held.delete(go);
            resolve(said(request));
          };
          held.add(go);
          peak = Math.max(peak, held.size);
        }),
  );
  return {
    get inFlight() {
      return held.size;
    },
    get peak() {
      return peak;
    },
    letGo: () => [...held].forEach((go) => go()),
    open() {
      isOpen = true;
      [...held].forEach((go) => go());
    },
  };
}

describe('the global limit', () => {
  it('is never exceeded by 64 callers at once, measured at the provider', async () => {
    const counted = counting();
    let answered = 0;
    const callers = Array.from({ length: 64 }, async (_, at) => {
      const own = at % 2 === 0 ? admin : {};
      const credentials = at % 2 === 0 ? undefined : { gemini_api_key: `AIza-caller-${at % 8}` };
      const response = await scene.post('/chat', { prompt: `p${at}`, credentials }, own);
      answered += 1;
      return response.status;
    });
    await until(() => counted.inFlight).toBe(LIMIT);
    await until(() => scene.service.status()).toMatchObject({ inFlight: LIMIT, waiting: 60 });
    const status = (await (await scene.get('/')).json()) as { concurrency_status: unknown };
    expect(status.concurrency_status).toEqual({
      global_concurrency_limit: LIMIT,
      in_use: LIMIT,
      current_available_slots: 0,
      waiting: 60,
      external_semaphores_count: 0,
    });
    while (answered < 64) {
      counted.letGo();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(callers)).toEqual(Array.from({ length: 64 }, () => 200));
    expect(counted.peak).toBeLessThanOrEqual(LIMIT);
    expect(scene.received()).toHaveLength(64);
  });

  it('answers 1,000 items of 3 keys in their order, one each, failures included', async () => {
    scene.upstream.reply((request) =>
      /p\d*7$/.test(promptOf(request))
        ? refused(400, 'INVALID_ARGUMENT', 'sevens are refused')
        : said(request),
    );
    const requests = Array.from({ length: 1000 }, (_, at) => ({ prompt: `p${at}` }));
    const response = await scene.post('/batch/chat', { requests });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as {
      results: { success: boolean; index: number; response?: string; error?: string }[];
    };
    expect(answer).toMatchObject({ total_requests: 1000, successful_requests: 900, failed_requests: 100 });
    expect(answer.results.map(({ index }) => index)).toEqual(requests.map((_, at) => at));
    answer.results.forEach(({ success, response: text, error }, at) => {
      expect(success).toBe(at % 10 !== 7);
      expect(success ? text : error).toContain(success ? `You said: p${at}` : 'sevens');
    });
    expect(scene.received()).toHaveLength(1000);
  });
});

describe('a semaphore', () => {
  it('is taken besides the global limit, and leased to others', async () => {
    const register = await scene.post('/_admin/semaphores', { semaphore_id: 'shared', limit: 2 });
    expect(await register.json()).toMatchObject({ semaphore_id: 'shared', limit: 2, in_use: 0 });
    const again = await scene.post('/_admin/semaphores', { semaphore_id: 'shared', limit: 50 });
    expect(again.status).toBe(409);
    const lease = await scene.post('/_admin/semaphores/shared/leases', { ttl_s: 600 });
    expect(lease.status).toBe(201);
    const { lease_id: leaseId } = (await lease.json()) as { lease_id: string };
    const counted = counting();
    const batch = scene.post('/batch/chat', {
      requests: Array.from({ length: 6 }, (_, at) => ({ prompt: `s${at}` })),
      external_semaphore_id: 'shared',
    });
    await until(() => counted.inFlight).toBe(1);
    const list = await scene.get('/_admin/semaphores', admin);
    expect(await list.json()).toEqual({
      count: 1,
      semaphores: [{ semaphore_id: 'shared', limit: 2, in_use: 2, available: 0, leases: 1, waiting: 5 }],
    });
    const full = await scene.post('/_admin/semaphores/shared/leases', { ttl_s: 1 });
    expect(full.status).toBe(429);
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(500);
    const given = await fetch(`${scene.url}/_admin/semaphores/shared/leases/${leaseId}`, {
      method: 'DELETE',
      headers: admin,
    });
    expect(given.status).toBe(200);
    await until(() => counted.inFlight).toBe(2);
    counted.open();
    expect(await (await batch).json()).toMatchObject({ successful_requests: 6 });
    expect(counted.peak).toBe(2);
    // As clients do that name the type of every request.
    const typed = { ...admin, 'content-type': 'application/json' };
    const removed = await fetch(`${scene.url}/_admin/semaphores/shared`, {
      method: 'DELETE',
      headers: typed,
    });
    expect([removed.status, await removed.json()]).toEqual([200, { success: true, semaphore_id: 'shared' }]);
  });

  it('that nobody registered is 404, and nothing is sent; a limit below 1 is refused', async () => {
    const requests = [{ prompt: 'x' }];
    for (const path of ['/batch/chat', '/chat-batch']) {
      const tasks = [{ task_id: 1, prompt: 'x' }];
      const body = path === '/chat-batch' ? { tasks } : { requests };
      const response = await scene.post(path, { ...body, external_semaphore_id: 'nobody' });
      expect([path, response.status]).toEqual([path, 404]);
    }
    for (const limit of [0, -1, 1.5]) {
      const response = await scene.post('/_admin/semaphores', { semaphore_id: 'low', limit });
      expect(response.status).toBe(422);
    }
    expect(scene.received()).toHaveLength(0);
  });
});

describe('who goes', () => {
  it('leaves nothing queued that is ever sent; what was sent is kept', async () => {
    const counted = counting();
    const counts = async () =>
      (await scene.library.app.store.runs()).find(({ name }) => name === 'service batches')?.counts;
    const before = await counts();
    const requests = Array.from({ length: 100 }, (_, at) => ({ prompt: `gone${at}` }));
    const body = JSON.stringify({ requests });
    const { hostname, port } = new URL(scene.url);
    const client = httpRequest({
      hostname,
      port,
      path: '/batch/chat',
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    client.on('error', () => undefined);
    client.end(body);
    await until(() => counted.inFlight).toBe(LIMIT);
    client.destroy();
    const waiting = async () =>
      ((await (await scene.get('/')).json()) as { concurrency_status: { waiting: number } })
        .concurrency_status.waiting;
    await until(waiting).toBe(0);
    counted.open();
    expect((await scene.post('/chat', { prompt: 'after' })).status).toBe(200);
    expect(scene.prompts().filter((prompt) => prompt.startsWith('gone'))).toHaveLength(LIMIT);
    const kept = await counts();
    expect(kept).toMatchObject({ pending: 0, sent: 0, unknown: 0 });
    expect((kept?.done ?? 0) - (before?.done ?? 0)).toBe(LIMIT);
  });

  it('is told 408 when his own time is out, and leaves no orphan', async () => {
    const counted = counting();
    const busy = Array.from({ length: LIMIT }, (_, at) => scene.post('/chat', { prompt: `busy${at}` }));
    await until(() => counted.inFlight).toBe(LIMIT);
    const late = await scene.post('/chat', { prompt: 'late', timeout: 0.05, task_id: 'mine' });
    expect(late.status).toBe(408);
    expect(await late.json()).toMatchObject({
      detail: 'Processing timed out after 0.05 seconds.',
      task_id: 'mine',
    });
    counted.open();
    await Promise.all(busy);
    expect((await scene.post('/chat', { prompt: 'after' })).status).toBe(200);
    expect(scene.prompts()).not.toContain('late');
  });
});

describe('stopping and starting', () => {
  it('answers what is in flight, refuses what waits, and goes on afterwards', async () => {
    const counted = counting();
    const asked = Array.from({ length: LIMIT + 3 }, (_, at) => scene.post('/chat', { prompt: `stop${at}` }));
    await until(() => counted.inFlight).toBe(LIMIT);
    await until(() => scene.service.status()).toMatchObject({ waiting: 3 });
    const restarting = scene.restart();
    await until(() => scene.service.status()).toMatchObject({ waiting: 0 });
    counted.open();
    await restarting;
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: LIMIT }, () => 200), 503, 503, 503]);
    const again = await scene.post('/batch/chat', {
      requests: Array.from({ length: 10 }, (_, at) => ({ prompt: `again${at}` })),
    });
    expect(await again.json()).toMatchObject({ successful_requests: 10 });
    expect(scene.prompts().filter((prompt) => prompt.startsWith('stop'))).toHaveLength(LIMIT);
  });

  it('says that a port is taken, and takes no other', async () => {
    const taken = createDemoServer();
    const { port } = await taken.start();
    try {
      await expect(openServiceScene({ config: { port } })).rejects.toThrow(
        `Port ${port} is used by another program`,
      );
    } finally {
      await taken.close();
    }
  });
});

describe('a quota that is out', () => {
  it('is 429 with Retry-After for one request, and told for each item of a batch', async () => {
    const day = {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: 'out',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }],
          },
        ],
      },
    };
    scene.upstream.reply(json(day, 429));
    const credentials = { gemini_api_key: 'AIza-caller-out-of-quota' };
    const single = await scene.post('/chat', { prompt: 'x', credentials }, {});
    expect(single.status).toBe(429);
    expect(Number(single.headers.get('retry-after'))).toBeGreaterThan(0);
    const batch = await scene.post('/batch/chat', { requests: [{ prompt: 'x' }], credentials }, {});
    expect(batch.status).toBe(200);
    expect(await batch.json()).toMatchObject({
      failed_requests: 1,
      results: [{ success: false, failure: { kind: 'quota_day' }, index: 0 }],
    });
  });
});
