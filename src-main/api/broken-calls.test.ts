/** A program at the owner of its library whose calls break on the way: to a real door, over a real socket. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TextAsk } from '@shared/model/text';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { promptOf, said } from '../app/sessions/testing/session-scene';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../app/testing/test-library';
import { connectDoor } from '../local-door/connect-door';
import { type Door, serveDoor } from '../local-door/serve-door';
import { type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { createRouter } from '../router';
import { headlessShell } from '../router/headless-shell';
import { joinPlace } from './joined-place';
import { createProgram } from './program';

const VERSION = '1.2.3';

let server: ScriptedServer;
let library: TestLibrary;
let libraryDir: string;
let door: Door;

beforeEach(async () => {
  server = await startScriptedServer();
  server.reply(said);
  library = await openTestLibrary();
  libraryDir = join(library.folder, 'library');
  const { app } = library;
  await app.fleet.save(testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: server.url }));
  await addTestKeys(app, 'g', 'AIza-library-key-0009');
  const router = createRouter(app, headlessShell({ version: VERSION, saveTo: () => null }));
  door = await serveDoor({ app, libraryDir, router, version: VERSION });
});
afterEach(async () => {
  await server.close();
  await door.close();
  await library.remove();
});

const sent = (): string[] => server.requests.map(promptOf);
const textAskOf = (prompt: string): TextAsk => ({
  kind: 'text',
  model: { provider: 'google_genai', model: 'm' },
  system: '',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: prompt }] }],
  generation: {},
  answer: { kind: 'text' },
});

describe('a call whose connection broke', () => {
  type Place = Parameters<typeof joinPlace>[0];
  type Call = 'openSession' | 'ask' | 'closeSession';
  /** Waits are over at once. */
  const clock = {
    setTimer(_delayMs: number, callback: () => void) {
      const timer = setTimeout(callback, 0);
      return () => clearTimeout(timer);
    },
  };
  const how = { name: 's', concurrency: 4, maxRetries: 0 };

  /** Its calls break as `breaks` says: before they have come there, or on the way back. */
  async function joinedOver(breaks: (call: Call) => 'before' | 'after' | null) {
    const connection = await connectDoor(libraryDir, VERSION);
    if (connection.kind !== 'ok') {
      throw new Error(connection.kind);
    }
    const { door: whole, app } = connection.client;
    const broken =
      <Given>(name: Call, call: (given: Given) => Promise<void>) =>
      async (given: Given): Promise<void> => {
        const end = breaks(name);
        if (end !== 'before') {
          await call(given);
        }
        if (end !== null) {
          throw new TypeError('fetch failed');
        }
      };
    const door = new Proxy(whole, {
      get: (target, name) =>
        name === 'openSession' || name === 'ask' || name === 'closeSession'
          ? broken(name, target[name] as (given: unknown) => Promise<void>)
          : Reflect.get(target, name),
    });
    const owner: Place = { ...connection, client: { door, app } };
    const request = { borrower: randomUUID(), provider: 'google_genai', model: 'm', fleet: null } as const;
    const place = await joinPlace(owner, request, clock);
    const program = createProgram(place, async () => {
      throw new Error('No other owner is there.');
    });
    return { place, program, close: () => program.leave().then(connection.close) };
  }

  it.each(['before', 'after'] as const)(
    'is made again (%s it came there), and nothing sent twice',
    async (when) => {
      const failed = new Set<Call>();
      const { program, close } = await joinedOver((call) => {
        const isFirst = !failed.has(call);
        failed.add(call);
        return isFirst ? when : null;
      });
      const session = await program.open(how);
      const [one, two, three] = ['one', 'two', 'three'].map((prompt) => textAskOf(prompt));
      const answers = await Promise.all(
        session.submitAll(
          [one, two].flatMap((ask) => ask ?? []),
          [],
        ),
      );
      const later = await Promise.all(
        session.submitAll(
          [three].flatMap((ask) => ask ?? []),
          [],
        ),
      );
      expect([...answers, ...later].map((end) => end.kind)).toEqual(['text', 'text', 'text']);
      await session.close('drop');
      expect(failed).toEqual(new Set(['openSession', 'ask', 'closeSession']));
      expect(sent().toSorted()).toEqual(['one', 'three', 'two']);
      await close();
    },
  );

  it('each time it is made leaves that owner, and nobody waits for ever', async () => {
    const { place, program, close } = await joinedOver((call) => (call === 'ask' ? 'before' : null));
    const session = await program.open(how);
    const [answer] = session.submitAll([textAskOf('one')], []);
    expect(await place.gone).toBe('died');
    expect(await answer).toMatchObject({ kind: 'failed' });
    expect(sent()).toEqual([]);
    await close();
  });
});
