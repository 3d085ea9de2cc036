/** A stream that is stopped, started and closed while requests are on their way into it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdAt, promptOf, said } from '../app/sessions/testing/session-scene';
import { type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { createBrushfleet } from './index';
import type { Brushfleet, Stream } from './types';

let folder: string;
let server: ScriptedServer;
let made: Brushfleet[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-api-'));
  server = await startScriptedServer();
  server.reply(said);
  made = [];
});
afterEach(async () => {
  await server.close();
  await Promise.all(made.map((one) => one.close()));
  await rm(folder, { recursive: true, force: true });
});

function create(key = 'AIza-first-key-0001'): Brushfleet {
  const one = createBrushfleet({
    libraryDir: join(folder, 'library'),
    maxRetries: 0,
    maxWorkers: 1,
    env: { GEMINI_API_KEY_1: key, GEMINI_BASE_URL: server.url },
  });
  made.push(one);
  return one;
}

const until = (test: () => unknown) => expect.poll(test);

/** One is in flight; the bytes of another are being written when the stream is stopped. */
async function stoppedBetween(stream: Stream, timeout?: number) {
  await stream.start();
  const held = holdAt(server);
  const first = stream.process({ prompt: 'first' });
  await until(() => held.waiting().length).toBe(1);
  const second = stream.process(
    { prompt: 'second', audio_bytes: Buffer.from('ID3 a little sound') },
    timeout === undefined ? {} : { timeout },
  );
  second.catch(() => undefined);
  const stopped = stream.stop();
  return { held, first, second, stopped };
}

it('that is stopped and started at once keeps what was on its way in', async () => {
  const stream = create().stream();
  const { held, first, second } = await stoppedBetween(stream);
  const started = stream.start();
  await until(() => stream.status().queue_size).toBe(1);
  held.release();
  await started;
  expect((await first).response).toBe('You said: first');
  expect((await second).response).toContain('second');
});

it('does not count those whose time is over', async () => {
  const stream = create().stream();
  const { held, second, stopped } = await stoppedBetween(stream, 300);
  await expect(second).rejects.toThrow('timed out');
  held.release();
  await stopped;
  expect(stream.status().queue_size).toBe(0);
});

it('that is stopped and then closed tells those who wait, and nobody sends it in their stead', async () => {
  const other = create();
  await other.stream().start();
  const program = create('AIza-second-key-0002');
  const stream = program.stream();
  await stream.start();
  const held = holdAt(server);
  const first = stream.process({ prompt: 'first' });
  const second = stream.process({ prompt: 'second' });
  await until(() => held.waiting().length).toBe(1);
  await until(() => stream.status().queue_size).toBe(1);
  const stopped = stream.stop();
  held.release();
  await stopped;
  expect((await first).response).toBe('You said: first');
  await program.close();
  expect((await second).error).toContain('cancelled');
  // It has the number of the one before, and with it the name of its session.
  const next = create('AIza-third-key-0003').stream();
  await next.start();
  expect((await next.process({ prompt: 'third' })).response).toBe('You said: third');
  expect(server.requests.map(promptOf)).toEqual(['first', 'third']);
});

it('a batch answers for items whose bytes are none, and for what is no item', async () => {
  const audio = Buffer.from('ID3 a little sound');
  const odd = [{ prompt: 'one', audio_bytes: audio, image_bytes: [7] }, null, { prompt: 'three' }] as never;
  const results = await create().batch(odd);
  expect(results.map(({ failure }) => failure?.kind ?? null)).toEqual(['bad_input', 'bad_input', null]);
  expect(results[2]?.response).toBe('You said: three');
  expect(await readdir(join(folder, 'library', 'callers', 'programs')).catch(() => [])).toEqual([]);
});

it('may be started and stopped before it is open', async () => {
  const stream = create().stream();
  void stream.start();
  const early = stream.process({ prompt: 'early' });
  void stream.stop();
  void stream.start();
  const next = stream.process({ prompt: 'next' });
  const stopped = stream.stop();
  await stopped;
  await expect(stream.process({ prompt: 'late' })).rejects.toThrow('Workers not running');
  await stream.start();
  expect([(await early).response, (await next).response]).toEqual(['You said: early', 'You said: next']);
  expect(server.requests.map(promptOf).toSorted()).toEqual(['early', 'next']);
});

it('takes metadata of any kind, and gives it back', async () => {
  const stream = create().stream();
  await stream.start();
  for (const metadata of ['id-7', 7, null, ['a']]) {
    const result = await stream.process({ prompt: 'one', metadata } as never);
    expect(result).toMatchObject({ metadata: metadata ?? {}, response: 'You said: one' });
  }
});
