/** `brushfleet keys` and `brushfleet endpoints` as the built program carries them out, on a library of their own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/demo-server';
import { type Ended, type Workplace, workplace } from './built-cli';

const GOOD = 'sk-good-key-for-the-cli-0001';
const OTHER = 'sk-good-key-for-another-0001';
const BAD = 'sk-bad-key-for-the-cli-0002';

let place: Workplace;
let server: DemoServer;
let url = '';

beforeEach(async () => {
  place = await workplace();
  server = createDemoServer({ latencyMs: 5 });
  url = (await server.start()).url;
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const env = { BRUSHFLEET_PASSPHRASE: 'eight characters' };

async function brushfleet(line: string, code = 0, input = ''): Promise<Ended> {
  const running = place.start(line.split(' '), env, [process.execPath], input);
  const ended = await running.ended;
  expect(ended.code, `${line}: ${ended.err}`).toBe(code);
  return ended;
}

async function json<T>(line: string): Promise<T> {
  return JSON.parse((await brushfleet(`${line} --json`)).out) as T;
}

interface KeyLine {
  readonly id: string;
  readonly tail: string;
  readonly label: string;
  readonly status: string;
  readonly group: string | null;
  readonly tier: string | null;
  readonly exhausted_count: number;
  readonly total_exhausted_count: number;
  readonly limits: object;
}

const keys = (): Promise<readonly KeyLine[]> => json('keys list');

describe('keys and endpoints', () => {
  it('are added, listed, changed, tested and removed', async () => {
    await brushfleet(`endpoints add Relay --provider openai --base_url ${url}/v1 --rpm 600`);
    await brushfleet(
      'keys add --endpoint Relay --group Account --tier free --rpd 50',
      0,
      `work,${GOOD}\n${OTHER}\n${GOOD}\n`,
    );
    const listed = await keys();
    // Keys whose last four characters are equal stay two.
    expect(listed.map(({ tail }) => tail)).toEqual(['0001', '0001']);
    expect(listed[0]).toMatchObject({
      label: 'work',
      status: 'AVAILABLE',
      group: 'Account',
      tier: 'free',
      exhausted_count: 0,
      total_exhausted_count: 0,
      limits: { rpd: 50 },
    });
    const tested = await brushfleet('keys test --all');
    expect(tested.out).toContain('2 ok, 0 failed');
    await brushfleet('endpoints set Relay --weight 3 --tpm 9000');
    const [endpoint] = await json<readonly object[]>('endpoints list');
    expect(endpoint).toMatchObject({ name: 'Relay', weight: 3, limits: { rpm: 600, tpm: 9000 } });
    await brushfleet(`keys remove ${listed[1]?.id.slice(0, 8)}`);
    expect((await keys()).map(({ id }) => id)).toEqual([listed[0]?.id]);
  });

  it('an endpoint takes the keys that serve it alone with it only where that is said', async () => {
    await brushfleet(`endpoints add Relay --provider openai --base_url ${url}/v1`);
    await brushfleet('keys add --endpoint Relay', 0, `${GOOD}\n`);
    const { err } = await brushfleet('endpoints remove Relay', 2);
    expect(err).toContain('Relay has 1 key for itself alone: --with_keys');
    expect(await keys()).toHaveLength(1);
    const { out } = await brushfleet('endpoints remove Relay --with_keys');
    expect(out).toBe('Removed Relay and 1 key.\n');
    expect(await json('endpoints list')).toEqual([]);
  });

  it('never show a secret, and take none from the command line', async () => {
    const strict = createServer((_, response) => {
      const error = { message: `Incorrect API key provided: ${BAD}`, code: 'invalid_api_key' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    });
    await new Promise<void>((done) => strict.listen(0, '127.0.0.1', done));
    const { port } = strict.address() as AddressInfo;
    await brushfleet(`endpoints add Relay --provider openai --base_url http://127.0.0.1:${port}/v1`);
    const refused = await brushfleet(`keys add ${GOOD}`, 2);
    expect(refused.err).toContain('never taken from the command line');
    expect(await keys()).toEqual([]);
    await brushfleet('keys add --endpoint Relay', 0, `${BAD}\n`);
    const outputs = [
      await brushfleet('keys test --all', 1),
      await brushfleet('keys list --json'),
      await brushfleet('endpoints list'),
      refused,
    ];
    for (const { out, err } of outputs) {
      expect(`${out}${err}`).not.toContain('sk-bad-key');
      expect(`${out}${err}`).not.toContain('sk-good-key');
    }
    // What the test has found holds for the next command, and for the window.
    expect(await keys()).toMatchObject([{ status: 'FAILED_INIT' }]);
    strict.close();
  });

  it('say what is wrong in one sentence, and change nothing', async () => {
    await brushfleet(`endpoints add Relay --provider openai --base_url ${url}/v1`);
    const sentences = [
      await brushfleet('endpoints set Relay --weight -3', 2),
      await brushfleet('endpoints set Relay --base_url nowhere', 2),
      await brushfleet('endpoints set Nobody --weight 3', 2),
      await brushfleet(`endpoints add Relay --provider openai`, 2),
      await brushfleet('keys remove zzz', 2),
      await brushfleet('keys add --endpoint Relay --rpm lots', 2, `${GOOD}\n`),
      await brushfleet('keys import missing.txt', 2),
    ];
    for (const { err } of sentences) {
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).toMatch(/^brushfleet: /);
    }
    expect(await keys()).toEqual([]);
    expect(await json<readonly object[]>('endpoints list')).toMatchObject([{ name: 'Relay', weight: 1 }]);
  });

  it('need a place to keep secrets, and say which there is', async () => {
    await brushfleet(`endpoints add Relay --provider openai --base_url ${url}/v1`);
    const { ended } = place.start(
      ['keys', 'add', '--endpoint', 'Relay'],
      {},
      [process.execPath],
      `${GOOD}\n`,
    );
    const { code, err } = await ended;
    expect(code).toBe(2);
    expect(err).toContain('BRUSHFLEET_PASSPHRASE');
  });

  it('come from a .env as the window takes them', async () => {
    await place.write('.env', `DG_OPENAI_ENDPOINTS=${url}/v1\nDG_OPENAI_API_KEYS=${GOOD},${OTHER}\n`);
    await brushfleet('keys import .env');
    expect(await keys()).toHaveLength(2);
    const again = await brushfleet('keys import .env');
    expect(again.out).toMatch(/2 .*already/);
  });
});
