/** The commands from argv to exit code, in process: a real library, a memory keyring, a loopback provider. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeyringPort } from '../../vault/keyring-port';
import { noKeyring } from '../../vault/no-keyring';
import { MemoryKeyring } from '../../vault/testing/memory-keyring';
import { main } from '../main';
import { recordingSink } from '../testing/fixtures';
import { createVirtualClock } from '../testing/virtual-clock';
import { openFleet } from './open-fleet';
import type { CliFleet } from './fleet-port';
import type { SecretInput } from './secret-input';

const ONE = 'sk-first-key-of-this-test-0001';
const TWO = 'sk-second-key-of-this-test-0001';
const DEAD = 'sk-dead-key-of-this-test-0003';

let isMended = false;

/** What a test call asks for: the list of models. */
const server = createServer((request, response) => {
  const isDead = !isMended && request.headers.authorization === `Bearer ${DEAD}`;
  const body = isDead
    ? { error: { message: `Incorrect API key provided: ${DEAD}.`, code: 'invalid_api_key' } }
    : { object: 'list', data: [{ id: 'a-model', object: 'model' }] };
  response.writeHead(isDead ? 401 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
let url = '';
let folder = '';
let keyring: KeyringPort;
let fleet: CliFleet | null = null;

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-fleet-'));
  keyring = new MemoryKeyring();
  isMended = false;
});
afterEach(async () => {
  await closeFleet();
  await rm(folder, { recursive: true, force: true });
});

async function closeFleet(): Promise<void> {
  await fleet?.close();
  fleet = null;
}

const piped = (text: string): SecretInput => ({
  isTTY: false,
  readAll: async () => text,
  askHidden: async () => null,
});

/** Types these lines; then gives up. */
function typed(...lines: readonly string[]): SecretInput & { readonly asked: string[] } {
  const left = [...lines];
  const asked: string[] = [];
  return {
    asked,
    isTTY: true,
    readAll: () => Promise.reject(new Error('A person cannot be read to the end.')),
    askHidden: async (question) => {
      asked.push(question);
      return left.shift() ?? null;
    },
  };
}

function cannot(): never {
  throw new Error('There is no stream here.');
}

async function brushfleet(
  line: string,
  input: SecretInput = piped(''),
  env: Readonly<Record<string, string>> = {},
) {
  const out = recordingSink();
  const err = recordingSink();
  const code = await main({
    argv: line.split(' '),
    env,
    cwd: folder,
    version: '1.2.3',
    streams: { out, err },
    clock: createVirtualClock(),
    onInterrupt: () => () => undefined,
    exitNow: () => undefined,
    input,
    openEngine: async () => ({ kind: 'refused', sentence: 'There is no run here.' }),
    openRuns: async () => ({ kind: 'refused', sentence: 'no runs' }),
    openLibrary: async () => ({ kind: 'refused', sentence: 'no library' }),
    openTokens: async () => ({ kind: 'refused', sentence: 'no tokens' }),
    openServed: async () => ({ kind: 'refused', sentence: 'no service' }),
    stream: { lines: cannot, open: cannot },
    openFleet: async ({ libraryDir }) => {
      if (libraryDir !== undefined) {
        return { kind: 'ok', fleet: await openedFleet(libraryDir) };
      }
      fleet ??= await openedFleet(join(folder, 'library'));
      // Each command closes it; here it stays for the next one. fleet-commands.e2e.test.ts opens it anew each time.
      return { kind: 'ok', fleet: { ...fleet, close: async () => undefined } };
    },
  });
  return { code, out: out.text, err: err.text };
}

async function done(line: string, input?: SecretInput): Promise<string> {
  const { code, out, err } = await brushfleet(line, input);
  expect(code, err).toBe(0);
  return out;
}

async function refusedAs(line: string, sentence: string | RegExp, input?: SecretInput): Promise<void> {
  const { code, out, err } = await brushfleet(line, input);
  expect(code, err).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^brushfleet: [^\n]+\n$/);
  expect(err).toMatch(sentence);
  expect(err).not.toContain('of-this-test');
}

async function json<T = Record<string, unknown>>(line: string): Promise<readonly T[]> {
  return JSON.parse(await done(`${line} --json`)) as readonly T[];
}

/** One key behind a passphrase that the next command does not know. */
async function lockedLibrary(): Promise<void> {
  keyring = noKeyring('this machine has none.');
  fleet = await openedFleet(join(folder, 'library'), { BRUSHFLEET_PASSPHRASE: 'the right one' });
  await relay();
  await done('keys add', piped(ONE));
  await closeFleet();
}

const relay = (): Promise<string> => done(`endpoints add Relay --provider openai --base_url ${url}`);

describe('keys add', () => {
  it('takes one a line, labels too, and nothing twice', async () => {
    await relay();
    const added = await done(
      'keys add --rpm 10 --tier paid',
      piped(`# mine\nwork,${ONE}\r\n${TWO}\n${ONE}\n`),
    );
    expect(added).toBe('2 keys added to Relay; 1 was there already.\n');
    expect(await done('keys add', piped(ONE))).toBe('0 keys added to Relay; 1 was there already.\n');
    const keys = await json('keys list');
    expect(keys).toHaveLength(2);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(2);
    expect(keys[0]).toEqual({
      id: expect.any(String),
      label: 'work',
      tail: '0001',
      endpoints: ['Relay'],
      group: null,
      tier: 'paid',
      account: null,
      paused: false,
      readable: true,
      status: 'AVAILABLE',
      reason: null,
      error: null,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      until: null,
      strikes: 0,
      exhausted_count: 0,
      total_exhausted_count: 0,
      limits: { rpm: 10 },
      learned_rpm: null,
      used: { rpm: 0, rpd: 0, tpm: 0, concurrency: 0 },
    });
    expect(keys[1]).toMatchObject({ label: '', tail: '0001' });
  });

  it('asks a person key by key; a slip takes nothing away', async () => {
    await relay();
    const person = typed(ONE, 'two words', `home,${TWO}`, '');
    const { code, out, err } = await brushfleet('keys add --endpoint relay', person);
    expect(code).toBe(0);
    expect(out).toBe('2 keys added to Relay.\n');
    expect(err).toContain('holds a character that no API key has');
    expect(person.asked).toHaveLength(4);
    expect(person.asked[0]).toContain('not shown');
  });

  it('adds nothing when the person gives up', async () => {
    await relay();
    expect((await brushfleet('keys add', typed(ONE))).code).toBe(130);
    expect(await json('keys list')).toEqual([]);
  });

  it('leaves no group behind when no key came into it', async () => {
    await relay();
    await done('keys add --group Old', piped(ONE));
    await done('keys add --group New', piped(ONE));
    expect(fleet?.groups().map(({ name }) => name)).toEqual(['Old']);
  });

  it('is refused in one sentence, and nothing is added', async () => {
    await refusedAs('keys add', 'there is none yet; brushfleet endpoints add makes one', piped(ONE));
    await relay();
    await refusedAs('keys add', 'No key came in');
    await refusedAs('keys add', 'Line 2 holds a character', piped(`${ONE}\ntwo words\n`));
    await refusedAs('keys add', 'Line 1 is a line of a .env', piped(`OPENAI_API_KEY=${ONE}`));
    await refusedAs('keys add', 'Line 1 has a label and no key', piped('work,'));
    await refusedAs(
      'keys add --endpoint Nobody',
      'There is no endpoint "Nobody": there is Relay.',
      piped(ONE),
    );
    await done(`endpoints add Other --provider openai --base_url ${url}`);
    await refusedAs('keys add', 'with --endpoint NAME: there are Relay, Other.', piped(ONE));
    expect(await json('keys list')).toEqual([]);
  });

  it('asks nobody for what it could not keep', async () => {
    await relay();
    await closeFleet();
    keyring = noKeyring('this machine has none.');
    const person = typed(ONE, '');
    await refusedAs('keys add', /no keyring .*\(this machine has none\): set BRUSHFLEET_PASSPHRASE/, person);
    expect(person.asked).toEqual([]);
  });
});

describe('keys import', () => {
  it('takes a file of lines for one endpoint, and a .env for those it names', async () => {
    await writeFile(join(folder, 'keys.txt'), `label,key\nwork,${ONE}\n${TWO}\n`);
    await writeFile(join(folder, 'mine.env'), `OPENAI_BASE_URL=${url}\nexport OPENAI_API_KEY="${DEAD}"\n`);
    await relay();
    expect(await done('keys import keys.txt --endpoint Relay --rpd 5')).toBe('2 keys added.\n');
    expect(JSON.parse(await done('keys import mine.env --json'))).toMatchObject({ keys: 1, duplicates: 0 });
    expect(await done('keys import mine.env')).toContain('0 keys added; 1 was there already.');
    expect((await json('keys list')).map(({ limits }) => limits)).toEqual([{ rpd: 5 }, { rpd: 5 }, {}]);
    await refusedAs('keys import mine.env --rpd 5', 'mine.env is a .env, which names its endpoints itself');
    await refusedAs('keys import gone.txt', 'there is no such file');
  });
});

describe('keys test and remove', () => {
  it('are of the library that is named', async () => {
    const inOther = (line: string, input?: SecretInput) => done(`${line} --library other`, input);
    await inOther(`endpoints add Relay --provider openai --base_url ${url}`);
    await inOther('keys add', piped(ONE));
    expect(await inOther('keys test --all')).toContain('1 ok, 0 failed');
    await refusedAs('keys test --all', 'There is no key to test yet');
    await refusedAs('endpoints test Relay', 'Relay');
  });

  it('fail with 1 when one fails, and what was found stays', async () => {
    await relay();
    await done('keys add', piped(`${ONE}\n${DEAD}\n`));
    const [good, dead] = await json<{ id: string }>('keys list');
    expect((await brushfleet(`keys test ${good?.id}`)).code).toBe(0);
    const { code, out } = await brushfleet('keys test --all');
    expect(code).toBe(1);
    expect(out).toMatch(/^ok +Relay/m);
    expect(out).toMatch(/^FAILED +Relay .*invalid_key/m);
    expect(out).toContain('1 ok, 1 failed');
    // The provider's answer quotes the key; we do not.
    expect(out).not.toContain('of-this-test');
    expect(await json('keys list')).toMatchObject([
      { status: 'AVAILABLE' },
      { id: dead?.id, status: 'FAILED_INIT', reason: 'invalid_key', error: expect.any(String) },
    ]);
    expect(await done('keys list')).toMatch(/FAILED_INIT \(invalid_key\)\n1\/2 keys ready\n$/);
  });

  it('of locked keys is refused and says how to open them; those of the environment are tested all the same', async () => {
    await lockedLibrary();
    const sentence = 'behind a passphrase: set BRUSHFLEET_PASSPHRASE to the right one.';
    await refusedAs('keys test --all', sentence);
    await refusedAs('endpoints test Relay', sentence);
    const listed = await brushfleet('keys list');
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining(sentence) as string });
    expect(listed.out).toContain('secret not readable');
    const env = { DG_OPENAI_ENDPOINTS: url, DG_OPENAI_API_KEYS: TWO };
    const tested = await brushfleet('keys test --all', piped(''), env);
    expect(tested).toMatchObject({ code: 1, err: expect.stringContaining(`Not tested: `) as string });
    expect(tested.out).toContain('1 ok, 0 failed');
  });

  it('reach the keys of the environment, which come back when they are good again', async () => {
    const env = { DG_OPENAI_ENDPOINTS: url, DG_OPENAI_API_KEYS: `${ONE},${DEAD}` };
    const test = () => brushfleet('keys test --all', piped(''), env);
    const first = await test();
    expect(first.code, first.err).toBe(1);
    expect(first.out).toMatch(/^FAILED .*…0003 DG_OPENAI_API_KEYS 2 .*invalid_key/m);
    expect(first.out).toContain('1 ok, 1 failed');
    expect(first.out).not.toContain('of-this-test');
    isMended = true;
    const again = await test();
    expect(again.code, again.out).toBe(0);
    expect(again.out).toContain('2 ok, 0 failed');
    expect(await done('keys list')).toContain('No keys yet');
  });

  it('removes all that are named or none', async () => {
    await relay();
    await done('keys add', piped(`${ONE}\n${TWO}\n`));
    const ids = (await json<{ id: string }>('keys list')).map(({ id }) => id);
    await refusedAs(`keys remove ${ids[0]} zzz`, 'No key has an id that begins with "zzz"');
    expect(await json('keys list')).toHaveLength(2);
    expect(JSON.parse(await done(`keys remove ${ids.join(' ')} --json`))).toEqual({ removed: ids });
    expect(await done('keys list')).toContain('No keys yet');
  });
});

describe('keys by label', () => {
  it('are paused, resumed and reset; a label of two keys is none', async () => {
    await done(`endpoints add Relay --provider openai --base_url ${url}`);
    await done('keys add', piped(`work,${ONE}\nwork,${TWO}\ndead,${DEAD}\n`));
    await refusedAs('keys pause work', '"work" means 2 keys');
    await refusedAs('keys pause dead nobody', 'or that label');
    expect(await done('keys pause dead')).toMatch(/^Paused .*dead/);
    await closeFleet();
    expect(await json('keys list')).toMatchObject([{}, {}, { label: 'dead', paused: true }]);
    expect(JSON.parse(await done('keys resume dead --json'))).toMatchObject([
      { label: 'dead', paused: false },
    ]);
    await brushfleet('keys test dead');
    expect(await json('keys list')).toMatchObject([{}, {}, { status: 'FAILED_INIT' }]);
    await done('keys reset dead');
    await closeFleet();
    expect(await json('keys list')).toMatchObject([{}, {}, { status: 'AVAILABLE', paused: false }]);
  });
});

describe('endpoints', () => {
  it('set changes what is given; 0 takes a limit away', async () => {
    await done(`endpoints add Relay --provider openai --base_url ${url} --rpm 60 --rpd 500 --weight 2`);
    await done('endpoints set Relay --rpm 0 --concurrency 4 --adaptive on --timeout 30 --enabled off');
    expect(await json('endpoints list')).toMatchObject([
      {
        name: 'Relay',
        provider: 'openai',
        base_url: url,
        weight: 2,
        limits: { rpd: 500, concurrency: 4 },
        adaptive: 'on',
        timeout: 30,
        enabled: false,
        keys: 0,
        health: { succeeded: 0, failed: 0, rest: null, last_failure: null },
      },
    ]);
    expect((await json('endpoints list'))[0]?.['limits']).toEqual({ rpd: 500, concurrency: 4 });
    expect(await done('endpoints list')).toMatch(/Relay +openai +2 .* off /);
  });

  it('keep their names apart', async () => {
    await relay();
    await refusedAs('endpoints add Relay --provider openai', 'There is an endpoint "Relay" already');
    await done('endpoints add Other --provider openai');
    await refusedAs('endpoints set Other --name Relay', 'There is an endpoint "Relay" already');
    expect((await json('endpoints list')).map(({ name }) => name)).toEqual(['Relay', 'Other']);
  });

  it('test --all tests those with keys, although another has none yet, and is no success then', async () => {
    await done('endpoints add Empty --provider openai');
    await relay();
    await done('keys add --endpoint Relay', piped(ONE));
    expect((await brushfleet('endpoints test Relay')).code).toBe(0);
    const { code, out, err } = await brushfleet('endpoints test --all');
    expect(code).toBe(1);
    expect(out).toContain('1 ok, 0 failed');
    expect(err).toBe('Empty has no key yet and was not tested.\n');
    await refusedAs('endpoints test Empty', 'Empty has no key yet: brushfleet keys add --endpoint Empty.');
  });
});

async function openedFleet(
  libraryDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CliFleet> {
  const answer = await openFleet({
    version: '1.2.3',
    libraryDir,
    env,
    resourcesDir: resolve('resources'),
    imageRoots: 'all',
    keyring,
  });
  if (answer.kind === 'refused') {
    throw new Error(answer.sentence);
  }
  return answer.fleet;
}
