/** Commands without a key in their environment: the library's own keys serve, wherever the library is open. */
import { access } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/demo-server';
import { type Ended, type Workplace, workplace } from './built-cli';
import { freePort, listening } from './served-cli';

const KEY = 'AIza-key-of-the-library-0001';
const OWN = 'AIza-key-of-environment-0002';
const PASSPHRASE = { BRUSHFLEET_PASSPHRASE: 'eight characters' };

let place: Workplace;
let server: DemoServer;
let url = '';

beforeEach(async () => {
  place = await workplace();
  server = createDemoServer({ latencyMs: 5 });
  url = (await server.start()).url;
  await place.picture('a.png', 'red');
  await place.write('data.csv', 'image_url,instruction\na.png,Make it grey\na.png,Make it blue\n');
  const added = ['endpoints', 'add', 'Relay', '--provider', 'google_genai', '--base_url', url];
  expect((await place.run(added, PASSPHRASE)).code).toBe(0);
  const keys = place.start(
    ['keys', 'add', '--endpoint', 'Relay'],
    PASSPHRASE,
    [process.execPath],
    `${KEY}\n`,
  );
  expect((await keys.ended).code).toBe(0);
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const EDIT = ['edit', '--backend', 'gemini', '--input', 'data.csv'];
const TEXT = ['text', '--prompt', 'Name a colour', '--model', 'gemini-2.5-flash'];

const edit = (env: Readonly<Record<string, string>>, more: readonly string[] = []): Promise<Ended> =>
  place.run([...EDIT, ...more], env);
const tails = (): readonly (string | null | undefined)[] => [
  ...new Set(server.requests.map(({ keyTail }) => keyTail)),
];
const exists = (name: string): Promise<boolean> =>
  access(place.path(name)).then(
    () => true,
    () => false,
  );

describe('without a key in the environment', () => {
  it("edit, t2i and text send with the library's, and say so", async () => {
    const edited = await edit(PASSPHRASE, ['--timeout', '9']);
    expect(edited.code, edited.err).toBe(0);
    expect(edited.err).toContain("Sending: the library's keys of Relay\n");
    expect(edited.err).toContain('--timeout is not used');
    const drawn = await place.run(
      ['t2i', '--backend', 'gemini', '--prompt', 'a cat', '--output_dir', 'cats'],
      PASSPHRASE,
    );
    expect(drawn.code, drawn.err).toBe(0);
    const answered = await place.run(TEXT, PASSPHRASE);
    expect(answered.code, answered.err).toBe(0);
    expect(server.requests).toHaveLength(4);
    expect(tails()).toEqual(['0001']);
  });

  it('keys behind a passphrase are told of, and nothing is begun', async () => {
    for (const argv of [EDIT, [...EDIT, '--check'], TEXT]) {
      const { code, err } = await place.run(argv);
      expect(code).toBe(2);
      expect(err).toContain(
        'brushfleet: The keys of this library are behind a passphrase: set BRUSHFLEET_PASSPHRASE to the right one.\n',
      );
    }
    const streamed = await place.start(['stream'], {}, [process.execPath], '{"prompt":"hi"}\n').ended;
    expect([streamed.code, streamed.out]).toEqual([2, '']);
    expect(streamed.err).toContain(
      'The keys of this library are behind a passphrase: set BRUSHFLEET_PASSPHRASE',
    );
    expect(await exists('output')).toBe(false);
    expect(server.requests).toEqual([]);
  });

  it('a run that was sent with them says the same when it is resumed', async () => {
    expect((await edit(PASSPHRASE, ['--canary', '1'])).code).toBe(0);
    const { code, err } = await place.run(['runs', 'resume', '1']);
    expect(code, err).toBe(2);
    expect(err).toContain('Run 1 cannot go on: The keys of this library are behind a passphrase');
    expect((await place.run(['runs', 'resume', '1'], PASSPHRASE)).code).toBe(0);
    expect(server.requests).toHaveLength(2);
  });

  it('a library that has none either is a sentence that names both places', async () => {
    const { code, err } = await place.run(['t2i', '--backend', 'openai', '--prompt', 'a cat'], PASSPHRASE);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^brushfleet: No valid API keys found: none of DG_OPENAI_API_KEYS.* is set, and the library has no key that can serve \S+: set one, or add it with brushfleet keys add\. Its keys are for google_genai: name that provider to send with them\.\n$/,
    );
  });

  it('endpoints of the environment get no key of the library', async () => {
    const { code, err } = await edit({ ...PASSPHRASE, DG_GEMINI_ENDPOINTS: 'http://127.0.0.1:9' });
    expect(code).toBe(2);
    expect(err).toContain('No valid API keys found');
    expect(server.requests).toEqual([]);
  });
});

it("a key of the environment serves alone: the library's is not even looked at", async () => {
  const { code, err } = await edit({ GEMINI_API_KEY: OWN, GEMINI_BASE_URL: url });
  expect(code, err).toBe(0);
  expect(err).toContain('Sending: key …0002 ->');
  expect(tails()).toEqual(['0002']);
});

/** While the work lasts `brushfleet serve` has the library open. */
async function served(
  env: Readonly<Record<string, string>>,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const { child, ended } = place.start(['serve', '--port', String(port)], env);
  await listening(child);
  try {
    await work(port);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

describe('beside another process on the library', () => {
  it("that works with the library's keys, the run goes through it", async () => {
    await served(PASSPHRASE, async () => {
      // The service has opened them; who joins it needs no passphrase.
      const { code, err } = await edit({});
      expect(code, err).toBe(0);
      expect(err).toContain('Sending through the Brushfleet that has the library open');
      expect(tails()).toEqual(['0001']);
    });
  });

  it('that works with keys of its environment, nothing is sent with those', async () => {
    await served({ GEMINI_API_KEY: OWN, GEMINI_BASE_URL: url }, async () => {
      const { code, err } = await edit(PASSPHRASE);
      expect(code).toBe(2);
      expect(err).toMatch(/keys of its own environment has the library open \(process \d+\)/);
      expect(server.requests).toEqual([]);
    });
  });

  it('that is locked, the sentence names it', async () => {
    await served({ ADMIN_API_KEY: 'an admin' }, async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/batch/chat`, {
        method: 'POST',
        headers: {
          'admin-api-key': 'an admin',
          accept: 'text/event-stream',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ requests: [{ prompt: 'Name a colour' }] }),
      });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'keys_locked', success: false });
      const { code, err } = await edit(PASSPHRASE);
      expect(code).toBe(2);
      expect(err).toMatch(/locked in the Brushfleet that has it open \(process \d+\): unlock them there\./);
    });
  });
});
