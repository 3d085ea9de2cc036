/** Brushfleet as a program has it: real apps on libraries of their own, over real sockets. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdAt, promptOf, refused, said } from '../app/sessions/testing/session-scene';
import { createDemoServer, type DemoServer } from '../demo/demo-server';
import { type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { createBrushfleet, TimeoutError } from './index';
import type { Brushfleet, BrushfleetOptions } from './types';

let folder: string;
let made: Brushfleet[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-api-'));
  made = [];
});
afterEach(async () => {
  await Promise.all(made.map((one) => one.close()));
  await rm(folder, { recursive: true, force: true });
});

const KEYS = { GEMINI_API_KEY_1: 'AIza-first-key-0001', GEMINI_API_KEY_2: 'AIza-second-key-0001' };

function create(url: string, options: BrushfleetOptions = {}): Brushfleet {
  const one = createBrushfleet({
    libraryDir: join(folder, 'library'),
    maxRetries: 0,
    ...options,
    env: { ...KEYS, ...options.env, GEMINI_BASE_URL: url },
  });
  made.push(one);
  return one;
}

const until = (test: () => unknown) => expect.poll(test);

describe('a batch at the demo endpoint', () => {
  let demo: DemoServer;
  let url: string;
  beforeEach(async () => {
    demo = createDemoServer({ latencyMs: 0 });
    ({ url } = await demo.start());
  });
  afterEach(() => demo.close());

  it('answers one result for each item, in their order, failures included', async () => {
    const items = Array.from({ length: 60 }, (_, at) => ({
      prompt: at % 10 === 3 ? 'forbidden' : `say "answer ${at}"`,
      metadata: { task_id: `task_${at}` },
    }));
    const results = await create(url).batch(items);
    expect(results.map(({ metadata }) => metadata)).toEqual(items.map(({ metadata }) => metadata));
    for (const [at, { response, error, failure }] of results.entries()) {
      if (at % 10 === 3) {
        expect(response).toBeNull();
        expect(error).toContain('persistent');
        expect(failure).toMatchObject({ kind: 'blocked' });
      } else {
        expect({ response, error, failure }).toEqual({
          response: `answer ${at}`,
          error: null,
          failure: null,
        });
      }
    }
    expect(demo.requests).toHaveLength(60);
    expect(new Set(demo.requests.map(({ keyTail }) => keyTail))).toEqual(new Set(['0001']));
  });

  it('refuses by itself what cannot be sent, and sends the rest', async () => {
    const results = await create(url).batch([
      { prompt: '  ' },
      { prompt: 'what is in <image> and <image>?', image_path: 'a.png' },
      { prompt: 'hello', generation_config: { mood: 'good' } },
      { prompt: 'say "hello"', generation_config: { temperature: 0.5, max_output_tokens: 99 } },
    ]);
    expect(results.map(({ failure }) => failure?.kind ?? null)).toEqual([
      'bad_input',
      'bad_input',
      'bad_input',
      null,
    ]);
    expect(results[0]?.error).toContain('Empty prompt provided');
    expect(results[1]?.error).toContain('only one is given');
    expect(results[2]?.error).toContain('generation_config.mood is not an option here');
    expect(results[3]?.response).toBe('hello');
    expect(demo.requests).toHaveLength(1);
    expect(demo.requests[0]?.params).toMatchObject({ temperature: 0.5, maxOutputTokens: 99 });
  });

  it('sends bytes as they are, with their MIME type, and keeps no copy of them', async () => {
    const create3 = { width: 8, height: 8, channels: 3, background: 'red' } as const;
    const bytes = await sharp({ create: create3 }).png().toBuffer();
    const program = create(url);
    const [one, two] = await program.batch([
      { prompt: 'what is <image>?', image_bytes: bytes },
      { prompt: 'what is <image>?', image_bytes: [bytes.toString('base64')], image_mime_type: 'image/png' },
    ]);
    expect([one?.error, two?.error]).toEqual([null, null]);
    expect(
      demo.requests.map(({ images }) => images.map(({ sizeBytes, mimeType }) => [sizeBytes, mimeType])),
    ).toEqual([[[bytes.length, 'image/png']], [[bytes.length, 'image/png']]]);
    expect(await readdir(join(folder, 'library', 'callers', 'programs'))).toEqual([]);
  });

  it('keeps no bytes of items that are not asked, for one of them could not be written', async () => {
    const program = create(url);
    const first = { prompt: 'what is <image>?', image_bytes: Buffer.from('bytes') };
    // Read once to be checked, and once to be written.
    let reads = 0;
    const unwritable = {
      prompt: 'what is <image>?',
      get image_bytes() {
        reads += 1;
        return reads > 1 ? [Buffer.from('half'), 7 as unknown as Buffer] : Buffer.from('whole');
      },
    };
    await expect(program.batch([first, unwritable])).rejects.toThrow(TypeError);
    expect(await readdir(join(folder, 'library', 'callers', 'programs'))).toEqual([]);
    expect(demo.requests).toEqual([]);
  });

  it('answers with values where a schema is given', async () => {
    const schema = {
      type: 'object',
      properties: { score: { type: 'integer' } },
      required: ['score'],
    };
    const program = create(url, { schema });
    const [fits, never] = await program.batch([{ prompt: 'rate it' }, { prompt: 'wrong shape' }]);
    expect(fits?.response).toEqual({ score: expect.any(Number) });
    expect(never).toMatchObject({ response: null, failure: { kind: 'schema_mismatch' } });
  });

  it('tells every candidate, and where an answer was cut: both are paid for', async () => {
    const schema = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };
    const generation_config = { candidate_count: 2 };
    const program = create(url);
    const [text, value, cut] = await program.batch([
      { prompt: 'say "one"', generation_config },
      { prompt: 'rate it', schema, generation_config },
      { prompt: 'say "one two three four five"', generation_config: { max_output_tokens: 2 } },
    ]);
    expect(text).toMatchObject({ response: 'one', candidates: ['one', expect.any(String)] });
    expect(value?.candidates).toEqual([value?.response, { score: expect.any(Number) }]);
    expect(cut).toMatchObject({ error: null, finish: 'MAX_TOKENS' });
    expect(text).not.toHaveProperty('finish');
  });

  it('says `exhausted` when all keys are out for the day', async () => {
    const env = { GEMINI_API_KEY_1: 'demo-out-of-quota-1', GEMINI_API_KEY_2: 'demo-out-of-quota-2' };
    const [result] = await create(url, { env }).batch([{ prompt: 'hello' }]);
    expect(result?.error).toContain('exhausted');
    expect(result?.failure).toMatchObject({ kind: 'quota_day' });
  });

  it('says that the client could not be initialised, by a key that is refused and by one that is missing', async () => {
    const [result] = await create(url, {
      env: { GEMINI_API_KEY_1: 'demo-invalid-1', GEMINI_API_KEY_2: '' },
    }).batch([{ prompt: 'hello' }]);
    expect(result?.error).toContain('Failed to initialize client');
    const none = create(url, { keys: ['NO_SUCH_KEY'] });
    await expect(none.batch([{ prompt: 'hello' }])).rejects.toThrow(
      'Failed to initialize client: No valid API keys found: NO_SUCH_KEY is not set.',
    );
  });

  it('is sent with the keys that were chosen, each by its own program', async () => {
    const one = create(url, { keys: ['GEMINI_API_KEY_1'] });
    const other = create(url, { keys: ['OTHER'], env: { OTHER: 'AIza-other-key-0002' } });
    const ask = (program: Brushfleet, name: string) =>
      program.batch(Array.from({ length: 10 }, (_, at) => ({ prompt: `${name} ${at}` })));
    await Promise.all([ask(one, 'one'), ask(other, 'other')]);
    const sent = demo.requests.map(({ prompt, keyTail }) => `${prompt?.split(' ')[0]} ${keyTail}`);
    expect(new Set(sent)).toEqual(new Set(['one 0001', 'other 0002']));
    expect(sent).toHaveLength(20);
  });
});

describe('a stream at the demo endpoint', () => {
  it('tells an answer piece by piece', async () => {
    const demo = createDemoServer({ latencyMs: 0 });
    const { url } = await demo.start();
    const stream = create(url).stream();
    await stream.start();
    const pieces: string[] = [];
    const { response } = await stream.process(
      { prompt: 'a long answer' },
      { onDelta: (text) => pieces.push(text) },
    );
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(response);
    expect(demo.requests[0]).toMatchObject({ isStreamed: true });
    await demo.close();
  });
});

describe('a stream', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScriptedServer();
    server.reply(said);
  });
  afterEach(() => server.close());

  it('answers one request after the other, and tells how it stands', async () => {
    const stream = create(server.url, { maxWorkers: 3 }).stream();
    expect(stream.status()).toMatchObject({ workers_running: false, queue_size: 0, active_workers: 0 });
    await expect(stream.process({ prompt: 'early' })).rejects.toThrow('Workers not running');
    await stream.start();
    const metadata = { task_id: 'question_1' };
    expect(await stream.process({ prompt: 'one', metadata })).toEqual({
      metadata,
      response: 'You said: one',
      error: null,
      failure: null,
    });
    const { metadata: given } = await stream.process({ prompt: 'two' });
    expect(given['task_id']).toMatch(/^stream_[0-9a-f]{8}$/);
    const { key_status: keys, ...status } = stream.status();
    expect(status).toEqual({ workers_running: true, queue_size: 0, max_workers: 3, active_workers: 0 });
    // Both end in 0001, and are two all the same.
    expect(keys).toMatchObject({
      GEMINI_API_KEY_1: { status: 'AVAILABLE', tail: '0001' },
      GEMINI_API_KEY_2: { status: 'AVAILABLE', tail: '0001' },
    });
    await stream.stop();
    await expect(stream.process({ prompt: 'late' })).rejects.toThrow('Workers not running');
  });

  it('waits 300 seconds where nothing else is said', async () => {
    const stream = create(server.url).stream();
    await stream.start();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { response } = await stream.process({ prompt: 'one' });
    expect(response).toBe('You said: one');
    expect(timers.mock.calls.map(([, delay]) => delay)).toContain(300_000);
    timers.mockRestore();
  });

  it('sweeps the bytes that a program left which was killed, and those of no other', async () => {
    const programs = join(folder, 'library', 'callers', 'programs');
    const killed = spawn(process.execPath, ['-e', '']);
    await once(killed, 'exit');
    const names = [killed.pid, process.pid].map((pid) => `${pid}-${randomUUID()}`);
    for (const name of names) {
      await mkdir(join(programs, name), { recursive: true });
      await writeFile(join(programs, name, 'image-1'), 'bytes');
    }
    await create(server.url, { libraryDir: join(folder, 'library') }).batch([{ prompt: 'hello' }]);
    await until(() => readdir(programs)).toEqual(names.slice(1));
  });

  it('sends files by the path that its program means', async () => {
    const name = join(folder, 'sound.mp3');
    await writeFile(name, 'ID3 a little sound');
    const [result] = await create(server.url).batch([
      { prompt: 'what is <audio>?', audio_path: relative(process.cwd(), name) },
    ]);
    expect(result?.error).toBeNull();
    expect(server.requests[0]?.body.toString()).toContain(
      Buffer.from('ID3 a little sound').toString('base64'),
    );
  });

  it('sends no file that is larger than any provider takes', async () => {
    const name = join(folder, 'concert.mp3');
    await writeFile(name, 'ID3 a little sound');
    // A hole: no disk is used.
    await truncate(name, 2 * 1024 ** 3 + 1);
    const [result] = await create(server.url).batch([{ prompt: 'what is <audio>?', audio_path: name }]);
    expect(result).toMatchObject({
      response: null,
      error: expect.stringMatching(/concert\.mp3" .*larger than/),
      failure: { kind: 'bad_input' },
    });
    expect(server.requests).toEqual([]);
  });

  it('that is stopped with a full queue and started again loses nothing', async () => {
    const stream = create(server.url, { maxWorkers: 2 }).stream();
    await stream.start();
    const held = holdAt(server);
    const prompts = Array.from({ length: 12 }, (_, at) => `p${at}`);
    const results = prompts.map((prompt) => stream.process({ prompt, metadata: { prompt } }));
    await until(() => held.waiting().length).toBe(2);
    await until(() => stream.status().queue_size).toBe(10);
    const stopped = stream.stop();
    held.release();
    await stopped;
    expect(server.requests).toHaveLength(2);
    expect(stream.status()).toMatchObject({ workers_running: false, queue_size: 10, active_workers: 0 });
    await stream.start();
    expect((await Promise.all(results)).map(({ response }) => response)).toEqual(
      prompts.map((prompt) => `You said: ${prompt}`),
    );
    expect(server.requests.map(promptOf).toSorted()).toEqual(prompts.toSorted());
    expect(stream.status()).toMatchObject({ workers_running: true, queue_size: 0 });
    expect((await stream.process({ prompt: 'again' })).response).toBe('You said: again');
  });

  it('does not hang on a request that does not end, and finishes it all the same', async () => {
    const stream = create(server.url, { maxWorkers: 1 }).stream();
    await stream.start();
    const held = holdAt(server);
    const first = stream.process({ prompt: 'first' });
    await until(() => held.waiting().length).toBe(1);
    await stream.stop({ timeout: 1 });
    const started = stream.start();
    held.release();
    await started;
    expect((await first).response).toBe('You said: first');
    expect((await stream.process({ prompt: 'second' })).response).toBe('You said: second');
  });

  it('leaves no orphan of a caller whose time is over', async () => {
    const stream = create(server.url, { maxWorkers: 1 }).stream();
    await stream.start();
    const held = holdAt(server);
    const first = stream.process({ prompt: 'first' });
    await until(() => held.waiting().length).toBe(1);
    const late = stream.process({ prompt: 'never sent' }, { timeout: 50 });
    await expect(late).rejects.toThrow('Processing timed out after 0.05 seconds');
    await expect(late).rejects.toBeInstanceOf(TimeoutError);
    await until(() => stream.status().queue_size).toBe(0);
    held.release();
    await first;
    expect((await stream.process({ prompt: 'third' })).response).toBe('You said: third');
    expect(server.requests.map(promptOf)).toEqual(['first', 'third']);
  });

  it('keeps what was sent for a caller whose time is over, and goes on', async () => {
    const stream = create(server.url, { maxWorkers: 1 }).stream();
    await stream.start();
    const held = holdAt(server);
    const late = stream.process({ prompt: 'sent' }, { timeout: 5_000 });
    const timedOut = expect(late).rejects.toThrow('Processing timed out after 5 seconds');
    await until(() => held.waiting().length).toBe(1);
    await timedOut;
    held.release();
    expect((await stream.process({ prompt: 'next' })).response).toBe('You said: next');
    expect(server.requests.map(promptOf)).toEqual(['sent', 'next']);
  });

  it('never sends what waits when the program closes it', async () => {
    const program = create(server.url, { maxWorkers: 1 });
    const stream = program.stream();
    await stream.start();
    const held = holdAt(server);
    const first = stream.process({ prompt: 'first' });
    const second = stream.process({ prompt: 'second' });
    await until(() => held.waiting().length).toBe(1);
    await until(() => stream.status().queue_size).toBe(1);
    const closed = program.close();
    expect((await second).error).toContain('cancelled');
    held.release();
    await closed;
    expect((await first).response).toBe('You said: first');
    expect(server.requests.map(promptOf)).toEqual(['first']);
    // The next program on the same library starts from nothing.
    const next = create(server.url).stream();
    await next.start();
    expect((await next.process({ prompt: 'third' })).response).toBe('You said: third');
    expect(server.requests.map(promptOf)).toEqual(['first', 'third']);
  });

  it('tells a final failure from an exhausted key by its words', async () => {
    const stream = create(server.url).stream();
    await stream.start();
    server.reply(refused(400, 'INVALID_ARGUMENT', 'The prompt is too odd.'));
    const { error } = await stream.process({ prompt: 'odd' });
    expect(error).toContain('persistent');
    expect(error).not.toContain('exhausted');
  });
});
