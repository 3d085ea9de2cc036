/**
 * Through the built command line: every fault of the network ends in the documented state, and the number of
 * requests is that of the policy table. What both SDKs make of an answer: src-main/providers/failures.test.ts; names
 * that do not resolve and ports where nobody listens: wire.test.ts beside it; TLS: tls.faults.test.ts; how a run ends
 * whose endpoint never answers: scheduler.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { type Ended, workplace } from '../../src-main/cli/built/built-cli';
import { type Fault, startFaultyProvider } from '../loopback/faulty-provider';

const RETRIES = 2;
const FLAGS = ['--timeout', '1', '--api_max_retries', String(RETRIES), '--retry_delay', '0.02'];

interface Met {
  readonly ended: Ended;
  readonly row: Readonly<Record<string, string>> | undefined;
  readonly arrivals: readonly number[];
  readonly pictures: readonly string[];
}

/** One row, sent to a provider that answers so. */
async function against(faultOf: (nth: number) => Fault, ...flags: readonly string[]): Promise<Met> {
  const place = await workplace();
  const provider = await startFaultyProvider(faultOf);
  try {
    await place.picture('a.png', 'red');
    await place.write('data.csv', 'image_url,instruction\na.png,Make it blue\n');
    const argv = ['edit', '--backend', 'gemini', '--input', 'data.csv', ...FLAGS, ...flags];
    const env = { DG_GEMINI_BASE_URL: provider.url, DG_GEMINI_API_KEYS: 'key-of-this-test' };
    const ended = await place.run(argv, env);
    const [row] = await place.table();
    return { ended, row, arrivals: provider.arrivals, pictures: await place.pictures() };
  } finally {
    await provider.close();
    await place.remove();
  }
}

const status = (code: number, headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: code,
  headers,
});
const body = (value: unknown): Fault => ({ kind: 'body', body: JSON.stringify(value) });

/** Sent again within the retries that the user allowed, and failed then. */
const RETRIED: readonly (readonly [what: string, fault: Fault, kind: string])[] = [
  ['a reset after the request', { kind: 'reset' }, 'network'],
  ['a reset amid the answer', { kind: 'resetMidBody' }, 'network'],
  ['headers, and then nothing', { kind: 'stall' }, 'timeout'],
  ['a connection that is half open', { kind: 'halfOpen' }, 'timeout'],
  ['a byte a second', { kind: 'trickle' }, 'timeout'],
  ['base64 that ends too soon', { kind: 'shortPicture' }, 'malformed'],
  ['200 with an error that names nothing', body({ error: { message: 'odd' } }), 'malformed'],
  ['200 with an overloaded error', body({ error: { code: 503, message: 'busy' } }), 'overloaded'],
  ['500', status(500), 'overloaded'],
  ['503', status(503), 'overloaded'],
];

/** Never sent again with this key; there is no other, so that the run pauses and keeps the row. */
const PAUSED: readonly (readonly [what: string, code: number])[] = [
  ['401', 401],
  ['403', 403],
  ['402', 402],
];

describe.concurrent('a fault that is tried again', () => {
  it.each(RETRIED)('%s', async (_what, fault, kind) => {
    const { ended, row, arrivals, pictures } = await against(() => fault);
    expect(row, ended.err).toMatchObject({ status: 'failed', failure: kind });
    expect(row?.['attempts']).toBe(String(1 + RETRIES));
    expect(arrivals).toHaveLength(1 + RETRIES);
    expect(ended.code).toBe(1);
    expect(pictures).toEqual([]);
  });

  it('is over with the first whole answer', async () => {
    const { ended, row, arrivals, pictures } = await against((nth) => ({
      kind: nth < RETRIES ? 'reset' : 'none',
    }));
    expect(ended.code, ended.err).toBe(0);
    expect(row).toMatchObject({ status: 'done', attempts: '3' });
    expect(arrivals).toHaveLength(3);
    expect(pictures).toEqual(['000000.png']);
  });
});

describe.concurrent('a refusal', () => {
  it('of the request is final, whatever retries are allowed', async () => {
    const { ended, row, arrivals } = await against(() => status(400));
    expect(row, ended.err).toMatchObject({ status: 'failed', failure: 'bad_request', attempts: '1' });
    expect(arrivals).toHaveLength(1);
  });

  it.each(PAUSED)('of the key, %s, is not asked again, and loses no row', async (_what, code) => {
    const { ended, row, arrivals } = await against(() => status(code));
    expect(ended.code).toBe(1);
    expect(row, ended.err).toMatchObject({ status: 'pending' });
    expect(arrivals).toHaveLength(1);
  });
});

describe.concurrent('429', () => {
  it('with Retry-After waits as long and takes no retry', async () => {
    const limited = status(429, { 'retry-after': '1' });
    const { ended, row, arrivals } = await against(
      (nth) => (nth < 2 ? limited : { kind: 'none' }),
      '--api_max_retries',
      '0',
    );
    expect(ended.code, ended.err).toBe(0);
    expect(row).toMatchObject({ status: 'done' });
    expect(arrivals).toHaveLength(3);
    expectGaps(arrivals, 1000);
  });

  it('without it waits by the ladder, from 5 s', async () => {
    const { ended, arrivals } = await against((nth) => (nth === 0 ? status(429) : { kind: 'none' }));
    expect(ended.code, ended.err).toBe(0);
    expect(arrivals).toHaveLength(2);
    expectGaps(arrivals, 5000);
  });
});

function expectGaps(arrivals: readonly number[], leastMs: number): void {
  arrivals
    .slice(1)
    .forEach((at, before) => expect(at - (arrivals[before] ?? 0)).toBeGreaterThanOrEqual(leastMs));
}
