/** The fleet in trouble, as the built program meets it over real sockets: no row is lost, no key is asked in vain. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { refusal } from '../../demo/refusals';
import type { FaultScript } from '../../demo/script';
import type { Attempt } from '@shared/model/run';
import { openStoreInProcess } from '../../store/sqlite-store';
import { type Ended, type Workplace, workplace } from './built-cli';

const KEYS = ['key-one-0001', 'key-two-0002', 'key-three-0003', 'key-four-0004'] as const;
const [FIRST, SECOND] = KEYS;
/** The journal holds whole milliseconds of the wall clock, and the pool waits by the monotonic one. */
const CLOCKS_MS = 50;

let place: Workplace;
let server: DemoServer;
let url = '';

beforeEach(async () => {
  place = await workplace();
  await place.picture('a.png', 'red');
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

async function serve(script: FaultScript, given: DemoServerOptions = {}): Promise<void> {
  server = createDemoServer({ latencyMs: 20, ...given, script });
  url = (await server.start()).url;
}

async function rows(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => `a.png,Make it grey ${at}`);
  await place.write('data.csv', `image_url,instruction\n${lines.join('\n')}\n`);
}

async function edit(keys: readonly string[], flags: readonly string[] = []): Promise<Ended> {
  return place.run(
    ['edit', '--backend', 'gemini', '--input', 'data.csv', '--api_max_retries', '0', ...flags],
    { DG_GEMINI_ENDPOINTS: url, DG_GEMINI_API_KEYS: keys.join(',') },
  );
}

/** Every attempt of the last run, by the program's own journal: what it knew when it sent. */
async function journalled(): Promise<readonly Attempt[]> {
  const store = openStoreInProcess({ libraryDir: place.path('library') });
  try {
    const run = (await store.runs()).at(-1);
    const { jobs } = await store.jobs({ runId: run?.id ?? 0, offset: 0, limit: 500 });
    return (await Promise.all(jobs.map(({ id }) => store.attempts(id)))).flat();
  } finally {
    await store.close();
  }
}

/** What a key was asked, in the order it came. */
function asked(key: string): DemoServer['requests'] {
  return server.requests.filter(({ keyTail }) => keyTail === key.slice(-4));
}

describe('one invalid key among four, without a retry', () => {
  it('costs no row, and is asked once or twice at most', async () => {
    await serve(({ key, protocol }) => (key === FIRST ? refusal('invalid_key', protocol) : null));
    await rows(200);
    const ended = await edit(KEYS);
    expect(ended.code, ended.err).toBe(0);
    const table = await place.table();
    expect(table.filter(({ status }) => status === 'done')).toHaveLength(200);
    expect(asked(FIRST).length).toBeGreaterThanOrEqual(1);
    expect(asked(FIRST).length).toBeLessThanOrEqual(2);
    // It is remembered: the next run does not ask it at all.
    server.clear();
    await rows(210);
    expect((await edit(KEYS, ['--output_dir', 'more'])).code).toBe(0);
    expect(asked(FIRST)).toHaveLength(0);
  });
});

describe('a refused key of the environment', () => {
  it('comes back by a test of it, which is what the run says', async () => {
    let isRefusing = true;
    await serve(({ protocol }) => (isRefusing ? refusal('invalid_key', protocol) : null));
    await rows(3);
    expect((await edit([FIRST])).err).toContain('brushfleet keys test --all');
    isRefusing = false;
    server.clear();
    expect((await edit([FIRST])).code).toBe(1);
    expect(server.requests).toHaveLength(0);
    const env = { DG_GEMINI_ENDPOINTS: url, DG_GEMINI_API_KEYS: FIRST };
    const tested = await place.run(['keys', 'test', '--all'], env);
    expect(tested.out, tested.err).toContain('1 ok, 0 failed');
    expect(tested.out).not.toContain(FIRST);
    const ended = await edit([FIRST]);
    expect(ended.code, ended.err).toBe(0);
    expect(await place.pictures()).toHaveLength(3);
  });
});

describe('a quota by the minute', () => {
  it('is waited for: every row is done, and no key is asked before its time', async () => {
    const waitMs = 4_000;
    const windows = new Map<string, { since: number; requests: number }>();
    await serve(({ key, protocol }) => {
      const now = performance.now();
      const known = windows.get(key ?? '');
      const window = known === undefined || now - known.since >= waitMs ? { since: now, requests: 0 } : known;
      windows.set(key ?? '', window);
      window.requests += 1;
      return window.requests <= 8 ? null : perMinute(refusal('quota_minute', protocol), waitMs);
    });
    await rows(40);
    const ended = await edit([FIRST, SECOND]);
    expect(ended.code, ended.err).toBe(0);
    expect((await place.table()).every(({ status }) => status === 'done')).toBe(true);
    const attempts = await journalled();
    const refused = attempts.filter(({ failure }) => failure?.kind === 'quota_minute');
    expect(refused.length).toBeGreaterThan(0);
    for (const { keyTail, endedAt = 0 } of refused) {
      const early = attempts.filter(
        (one) => one.keyTail === keyTail && one.sentAt > endedAt && one.sentAt < endedAt + waitMs - CLOCKS_MS,
      );
      expect(early).toEqual([]);
    }
  });
});

describe('a quota by the day', () => {
  it('puts its key out at the first word, whatever delay is named beside it; the others go on', async () => {
    await serve(({ key, protocol }) => (key === FIRST ? refusal('quota_day', protocol) : null));
    await rows(60);
    const ended = await edit([FIRST, SECOND]);
    expect(ended.code, ended.err).toBe(0);
    expect(asked(FIRST)).toHaveLength(1);
    expect(await place.pictures()).toHaveLength(60);
  });

  it('of every key ends the run with a sentence, and the rest stays pending for another time', async () => {
    let served = 0;
    await serve(({ key, protocol }) => {
      served += key === FIRST ? 1 : 0;
      return key === FIRST && served > 5 ? refusal('quota_day', protocol) : null;
    });
    await rows(12);
    const ended = await edit([FIRST], ['--max_global_workers', '1']);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/The only remaining key is out for today, until .*: resume then, or add a key/);
    const table = await place.table();
    expect(table.filter(({ status }) => status === 'done')).toHaveLength(5);
    expect(table.filter(({ status }) => status === 'pending')).toHaveLength(7);
    expect(table.filter(({ failure }) => failure === 'quota_day')).toHaveLength(1);
    // A key that is out is not even asked; with another the run goes on where it stopped.
    server.clear();
    expect((await edit([FIRST])).code).toBe(1);
    expect(server.requests).toHaveLength(0);
    const resumed = await edit([FIRST, SECOND]);
    expect(resumed.code, resumed.err).toBe(0);
    expect(server.requests).toHaveLength(7);
    expect(await place.pictures()).toHaveLength(12);
  });
});

describe('--wait_for_quota never', () => {
  it('ends the run as soon as every key that is left rests, and says until when', async () => {
    await serve(({ protocol, attempt }) => (attempt === 1 ? refusal('quota_minute', protocol) : null));
    await rows(3);
    const ended = await edit([FIRST], ['--wait_for_quota', 'never']);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/out of quota until \d\d:\d\d:\d\d/);
    expect(server.requests.length).toBeLessThan(4);
    expect((await place.table()).every(({ status }) => status === 'pending')).toBe(true);
  });
});

describe('keys that are all refused', () => {
  it('pause the run at once: nothing is marked failed, and the sentence says what to do', async () => {
    await serve(({ protocol }) => refusal('invalid_key', protocol));
    await rows(30);
    const ended = await edit(KEYS);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('All 4 Google GenAI keys are out');
    expect((await place.table()).every(({ status }) => status === 'pending')).toBe(true);
    for (const key of KEYS) {
      expect(asked(key)).toHaveLength(1);
    }
  });
});

/** The same refusal, with the delay of this test. */
function perMinute(fault: ReturnType<typeof refusal>, waitMs: number): ReturnType<typeof refusal> {
  const body = JSON.stringify(fault.body).replace(/"retryDelay":"[^"]*"/, `"retryDelay":"${waitMs / 1000}s"`);
  return { ...fault, body: JSON.parse(body) as Readonly<Record<string, unknown>> };
}
