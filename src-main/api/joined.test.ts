/** A program beside the process that has its library open: its requests go through that one's app, over a real socket. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TextAsk } from '@shared/model/text';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdAt, promptOf, said, spoken } from '../app/sessions/testing/session-scene';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../app/testing/test-library';
import { connectDoor } from '../local-door/connect-door';
import { type Door, serveDoor } from '../local-door/serve-door';
import {
  type ReceivedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../providers/testing/scripted-server';
import { createRouter } from '../router';
import { headlessShell } from '../router/headless-shell';
import { Secret } from '../providers/secret';
import { readVersion } from '../version';
import { createBrushfleet, TimeoutError } from './index';
import { joinPlace } from './joined-place';
import { createProgram } from './program';
import type { Brushfleet, BrushfleetOptions, Stream } from './types';

const VERSION = readVersion('.');

let server: ScriptedServer;
let library: TestLibrary;
let libraryDir: string;
let door: Door;
let made: Brushfleet[];

beforeEach(async () => {
  server = await startScriptedServer();
  server.reply(said);
  library = await openTestLibrary();
  libraryDir = join(library.folder, 'library');
  const { app } = library;
  await app.fleet.save(
    testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: server.url, timeoutMs: 60_000 }),
  );
  await addTestKeys(app, 'g', 'AIza-library-key-0009');
  const router = createRouter(app, headlessShell({ version: VERSION, saveTo: () => null }));
  door = await serveDoor({ app, libraryDir, router, version: VERSION });
  made = [];
});
afterEach(async () => {
  await server.close();
  await Promise.all(made.map((one) => one.close()));
  await door.close();
  await library.remove();
});

const sent = (): string[] => server.requests.map(promptOf).filter((prompt) => prompt !== 'early');

/** A key that has not answered yet gets one request at a time: it has answered. */
async function started(options: BrushfleetOptions = {}): Promise<Stream> {
  const stream = create(options).stream();
  await stream.start();
  await stream.process({ prompt: 'early' });
  return stream;
}

function create(options: BrushfleetOptions = {}): Brushfleet {
  const one = createBrushfleet({
    libraryDir,
    maxRetries: 0,
    env: { GEMINI_API_KEY_1: 'AIza-program-key-0001', GEMINI_BASE_URL: server.url },
    ...options,
  });
  made.push(one);
  return one;
}

const textAskOf = (prompt: string): TextAsk => ({
  kind: 'text',
  model: { provider: 'google_genai', model: 'm' },
  system: '',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: prompt }] }],
  generation: {},
  answer: { kind: 'text' },
});
const until = (test: () => unknown) => expect.poll(test);
const keyOf = ({ headers }: ReceivedRequest): string => String(headers['x-goog-api-key']);

describe('a program beside the owner of its library', () => {
  it('has its batch answered in order, by its own keys, in the journal of the owner', async () => {
    const items = Array.from({ length: 450 }, (_, at) => ({ prompt: `p${at}`, metadata: { at } }));
    const results = await create().batch(items);
    expect(results.map(({ metadata }) => metadata)).toEqual(items.map(({ metadata }) => metadata));
    expect(results.map(({ response }) => response)).toEqual(items.map(({ prompt }) => `You said: ${prompt}`));
    expect(server.requests).toHaveLength(450);
    expect(new Set(server.requests.map(keyOf))).toEqual(new Set(['AIza-program-key-0001']));
    const runs = await library.app.store.runs();
    expect(runs.map(({ name, counts }) => [name, counts.done])).toEqual([['program 1 batch', 450]]);
  });

  it('is served by the keys of the library where it has none of its own', async () => {
    const [result] = await create({ env: {} }).batch([{ prompt: 'one' }]);
    expect(result?.response).toBe('You said: one');
    expect(server.requests.map(keyOf)).toEqual(['AIza-library-key-0009']);
  });

  it('is not served by keys of the environment of another process', async () => {
    await library.app.fleet.give({
      endpoints: [testEndpoint({ id: 'env', provider: 'google_genai', baseUrl: server.url })],
      keys: [
        { id: 'theirs', label: 'theirs', secret: new Secret('AIza-their-key-0003'), endpointIds: ['env'] },
      ],
    });
    await expect(create({ env: {} }).batch([{ prompt: 'one' }])).rejects.toThrow('those are not lent');
    expect(server.requests).toEqual([]);
  });

  it('hears the answers of a batch, also where the library did not take some of it', async () => {
    const { store } = library.app;
    const add = store.addRequests;
    store.addRequests = async (runId, requests) => {
      if (JSON.stringify(requests).includes('p300')) {
        throw new Error('the disk is full');
      }
      return add.call(store, runId, requests);
    };
    const items = Array.from({ length: 450 }, (_, at) => ({ prompt: `p${at}`, metadata: { at } }));
    const results = await create().batch(items);
    expect(results.map(({ metadata }) => metadata)).toEqual(items.map(({ metadata }) => metadata));
    const answered = results.filter(({ response }) => response !== null);
    expect(answered.length).toBe(server.requests.length);
    expect(answered.length).toBeGreaterThan(0);
    expect(results[300]).toMatchObject({
      error: expect.stringContaining('the disk is full'),
      failure: { kind: 'storage' },
    });
    await expect(create().batch([{ prompt: 'p300' }])).rejects.toThrow('the disk is full');
  });

  it('asks for long prompts in as many calls as they need', async () => {
    const long = 'x'.repeat(1_900_000);
    const items = Array.from({ length: 40 }, (_, at) => ({ prompt: `${at} ${long}` }));
    server.reply(spoken('yes'));
    const results = await create({ concurrency: 8 }).batch(items);
    expect(results.map(({ response }) => response)).toEqual(items.map(() => 'yes'));
  });

  it('is refused like any other where nothing can be sent', async () => {
    const program = create({ env: {}, provider: 'openai' });
    await expect(program.batch([{ prompt: 'one' }])).rejects.toThrow(
      'Failed to initialize client: No valid API keys found',
    );
  });

  it('streams answers in pieces, and tells how it stands', async () => {
    const stream = await started({ maxWorkers: 2 });
    const held = holdAt(server);
    const results = ['a', 'b', 'c'].map((prompt) => stream.process({ prompt }));
    await until(() => stream.status().active_workers).toBe(2);
    expect(stream.status()).toMatchObject({ workers_running: true, queue_size: 1, max_workers: 2 });
    held.release();
    expect((await Promise.all(results)).map(({ response }) => response)).toEqual([
      'You said: a',
      'You said: b',
      'You said: c',
    ]);
    expect(stream.status()).toMatchObject({ queue_size: 0, active_workers: 0 });
    await until(() => Object.values(stream.status().key_status)).toMatchObject([
      { status: 'AVAILABLE', tail: '0001' },
    ]);
  });

  it('that is stopped with a full queue and started again loses nothing', async () => {
    const stream = await started({ maxWorkers: 2 });
    const held = holdAt(server);
    const prompts = Array.from({ length: 9 }, (_, at) => `p${at}`);
    const results = prompts.map((prompt) => stream.process({ prompt }));
    await until(() => held.waiting().length).toBe(2);
    const stopped = stream.stop();
    held.release();
    await stopped;
    expect(sent()).toHaveLength(2);
    await until(() => stream.status().queue_size).toBe(7);
    await stream.start();
    expect((await Promise.all(results)).map(({ response }) => response)).toEqual(
      prompts.map((prompt) => `You said: ${prompt}`),
    );
    expect(sent().toSorted()).toEqual(prompts.toSorted());
  });

  it('leaves no orphan of a caller whose time is over', async () => {
    const stream = await started({ maxWorkers: 1 });
    const held = holdAt(server);
    const first = stream.process({ prompt: 'first' });
    await until(() => held.waiting().length).toBe(1);
    const late = stream.process({ prompt: 'never sent' }, { timeout: 50 });
    await expect(late).rejects.toBeInstanceOf(TimeoutError);
    await until(() => stream.status().queue_size).toBe(0);
    held.release();
    await first;
    expect((await stream.process({ prompt: 'third' })).response).toBe('You said: third');
    expect(sent()).toEqual(['first', 'third']);
  });

  it('finds each of its requests again by its token, and is told which never came to the library', async () => {
    const connection = await connectDoor(libraryDir, VERSION);
    if (connection.kind !== 'ok') {
      throw new Error(connection.kind);
    }
    const request = { borrower: randomUUID(), provider: 'google_genai', model: 'm', fleet: null } as const;
    const place = await joinPlace(connection, request);
    const session = await place.open({ name: 's', concurrency: 4, maxRetries: 0 });
    const tokens = Array.from({ length: 250 }, () => randomUUID());
    const jobIds = new Map<string, number>();
    await Promise.all(
      session.submitAll(
        tokens.map((_, at) => textAskOf(`p${at}`)),
        tokens.map((token) => ({ token, onJob: (jobId: number) => void jobIds.set(token, jobId) })),
      ),
    );
    const never = randomUUID();
    const found = await place.jobsOf([...tokens, never]);
    expect([found.get(never), found.size]).toEqual([null, 251]);
    expect(tokens.map((token) => found.get(token))).toEqual(tokens.map((token) => jobIds.get(token)));
    const ends = await place.endsOf([found.get(tokens[9] ?? '') ?? 0]);
    expect([...ends.values()]).toMatchObject([{ kind: 'text', answer: { text: 'You said: p9' } }]);
    await place.leave();
    await connection.close();
  });

  it('does not send what waits when it is closed, and hears of what was in flight', async () => {
    const stream = await started({ maxWorkers: 1 });
    const held = holdAt(server);
    const first = stream.process({ prompt: 'first' });
    await until(() => held.waiting().length).toBe(1);
    const second = stream.process({ prompt: 'second' });
    await until(() => stream.status().queue_size).toBe(1);
    const closed = made[0]?.close();
    expect((await second).error).toContain('cancelled');
    held.release();
    await closed;
    expect(await first).toMatchObject({ response: 'You said: first' });
    expect(sent()).toEqual(['first']);
  });
});

describe('a program that is stopped or closed in the turn in which it asks', () => {
  it('is answered when it is started again', async () => {
    const connection = await connectDoor(libraryDir, VERSION);
    if (connection.kind !== 'ok') {
      throw new Error(connection.kind);
    }
    const request = { borrower: randomUUID(), provider: 'google_genai', model: 'm', fleet: null } as const;
    const program = createProgram(await joinPlace(connection, request), async () => {
      throw new Error('The owner is there.');
    });
    const how = { name: 's', concurrency: 4, maxRetries: 0 };
    const prompts = Array.from({ length: 300 }, (_, at) => `p${at}`);
    const session = await program.open(how);
    const answers = session.submitAll(
      prompts.map((prompt) => textAskOf(prompt)),
      [],
    );
    await session.close('keep');
    await program.open(how);
    const ends = await Promise.all(answers);
    expect(ends.map((end) => end.kind === 'text' && end.answer.text)).toEqual(
      prompts.map((prompt) => `You said: ${prompt}`),
    );
    expect(sent().toSorted()).toEqual(prompts.toSorted());
    await program.leave();
    await connection.close();
  });

  it('sends nothing once it is closed, and leaves the library alone', async () => {
    const program = create();
    const batch = program.batch([{ prompt: 'one' }]).then(
      ([result]) => result?.error,
      (error: unknown) => String(error),
    );
    await program.close();
    expect(await batch).toMatch(/closed|cancelled/);
    await door.close();
    await library.reopen();
    expect(sent()).toEqual([]);
  });
});

describe('a program that dies', () => {
  it('has what waits cancelled, and what was in flight finished and kept', async () => {
    const connection = await connectDoor(libraryDir, VERSION);
    if (connection.kind !== 'ok') {
      throw new Error(connection.kind);
    }
    const { client } = connection;
    const borrower = randomUUID();
    const gone = new AbortController();
    const events = await client.door.joinAsProgram(
      { borrower, provider: 'google_genai', model: 'm', fleet: null },
      { signal: gone.signal },
    );
    const reading = (async () => {
      for await (const _ of events) {
        // Until it dies.
      }
    })().catch(() => undefined);
    await until(() =>
      client.door.openSession({ borrower, name: 's', concurrency: 1, maxRetries: 0 }).then(
        () => true,
        () => false,
      ),
    ).toBe(true);
    const held = holdAt(server);
    const asks = ['sent', 'waits'].map((prompt, id) => ({ id, ask: textAskOf(prompt), isStreamed: false }));
    await client.door.ask({ borrower, name: 's', asks });
    await until(() => held.waiting().length).toBe(1);
    expect(door.borrowers()).toBe(1);
    gone.abort();
    // Whatever its stream makes of that: a process that dies takes its sockets with it.
    await connection.close();
    await reading;
    await until(() => door.borrowers()).toBe(0);
    const counts = async () => (await library.app.store.runs())[0]?.counts;
    // Before the answer frees the slot: until it is cancelled, what waits may take its turn.
    await until(counts).toMatchObject({ cancelled: 1, pending: 0 });
    held.release();
    await until(counts).toMatchObject({ done: 1, cancelled: 1, pending: 0, sent: 0 });
    expect(sent()).toEqual(['sent']);
  });
});

describe('when the owner ends', () => {
  it('the program goes on by itself: nothing is lost, and nothing sent twice', async () => {
    const stream = await started({ maxWorkers: 2 });
    const held = holdAt(server);
    const prompts = Array.from({ length: 8 }, (_, at) => `p${at}`);
    const results = prompts.map((prompt) => stream.process({ prompt }));
    await until(() => held.waiting().length).toBe(2);
    await until(() => stream.status().queue_size).toBe(6);
    const closed = door.close().then(() => library.app.close());
    held.release();
    await closed;
    expect((await Promise.all(results)).map(({ response }) => response)).toEqual(
      prompts.map((prompt) => `You said: ${prompt}`),
    );
    expect(sent().toSorted()).toEqual(prompts.toSorted());
    expect((await stream.process({ prompt: 'after' })).response).toBe('You said: after');
  });

  it('a program that has stopped loses nothing, and the owner does not wait for it', async () => {
    const stream = await started({ maxWorkers: 1 });
    const held = holdAt(server);
    const prompts = ['a', 'b', 'c'];
    const results = prompts.map((prompt) => stream.process({ prompt }));
    await until(() => held.waiting().length).toBe(1);
    const stopped = stream.stop();
    held.release();
    await stopped;
    await door.close();
    await library.app.close();
    expect(sent()).toEqual(['a']);
    await stream.start();
    expect((await Promise.all(results)).map(({ response }) => response)).toEqual(
      prompts.map((prompt) => `You said: ${prompt}`),
    );
    expect(sent().toSorted()).toEqual(prompts);
  });

  it('an idle program leaves the library to others, until it asks again', async () => {
    const stream = create().stream();
    await stream.start();
    expect((await stream.process({ prompt: 'one' })).response).toBe('You said: one');
    await door.close();
    await library.reopen();
    // Nobody listens there: it is refused like any other, and goes on once the library is free.
    const next = stream.process({ prompt: 'two' });
    await library.app.close();
    expect((await next).response).toBe('You said: two');
    expect(sent()).toEqual(['one', 'two']);
  });
});
