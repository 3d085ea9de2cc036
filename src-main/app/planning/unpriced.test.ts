/** Whom a cap on the cost of a key bars: those that this key would serve, over real sockets. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../providers/secret';
import type { Borrower, FolderPlan } from '../runs/folder-plan';
import { FolderRun } from '../runs/folder-run';
import { ask, openSessionScene, refused, type SessionScene, TALK } from '../sessions/testing/session-scene';
import { addTestKeys, keysOf, ONE_AT_A_TIME, testEndpoint } from '../testing/test-library';

const BARRED = {
  kind: 'failed',
  failure: {
    message: expect.stringContaining(
      'The price of talker is not known, so the cost cap of the key "label of AIza-first-key-0001"',
    ),
  },
};

const HOOKS = { onNote: () => undefined, onReport: () => undefined };
const planIn = (folder: string): FolderPlan => ({
  name: 'n',
  task: 'text',
  source: { kind: 'prompts', prompts: ['one'] },
  recipe: TALK,
  options: ONE_AT_A_TIME,
  outputDir: join(folder, 'out'),
  resume: false,
  adopt: false,
});

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
  const [key] = keysOf(scene.library.app);
  await scene.library.app.fleet.updateKey(key?.id ?? '', { limits: { costPerDay: 1 } });
});
afterEach(() => scene.remove());

it('bars a model without a price from the key that has the cap, and sends nothing', async () => {
  const session = await scene.open();
  expect(await session.submit(ask('one'))).toMatchObject(BARRED);
  expect(scene.prompts()).toEqual([]);
});

it('leaves it to a key without a cap, where there is one', async () => {
  const { app } = scene.library;
  await addTestKeys(app, 'g', 'AIza-second-key-0003');
  const session = await scene.open();
  const answers = await Promise.all(['one', 'two', 'three'].map((prompt) => session.submit(ask(prompt))));
  expect(answers.map(({ kind }) => kind)).toEqual(['text', 'text', 'text']);
  const used = new Set(scene.server.requests.map(({ headers }) => headers['x-goog-api-key']));
  expect(used).toEqual(new Set(['AIza-second-key-0003']));
  expect(keysOf(app).map(({ state }) => state.status)).toEqual(['AVAILABLE', 'AVAILABLE']);
});

it('says so, and charges nothing, when the key without a cap is out', async () => {
  const { app } = scene.library;
  await addTestKeys(app, 'g', 'AIza-second-key-0003');
  scene.server.reply(refused(401, 'UNAUTHENTICATED', 'API key not valid.'));
  const session = await scene.open();
  await session.submit(ask('one'));
  expect(await session.submit(ask('two'))).toMatchObject({
    kind: 'failed',
    failure: {
      kind: 'budget',
      message: expect.stringContaining('the cost cap of a key that may serve it cannot be enforced'),
    },
  });
  expect(scene.prompts()).toEqual(['one']);
});

it('does not bar who brought a key of its own to the same server', async () => {
  const { library, server } = scene;
  const endpoint = testEndpoint({ id: 'lent', provider: 'google_genai', baseUrl: server.url });
  const key = { id: 'k', label: 'lent', secret: new Secret('AIza-lent-key-0002'), endpointIds: ['lent'] };
  const endpointIds = await library.app.fleet.lend('program', { endpoints: [endpoint], keys: [key] });
  expect(endpointIds).toEqual(['g']);
  const session = await scene.open({ borrower: 'program', endpointIds });
  expect((await session.submit(ask('one'))).kind).toBe('text');
});

it('is no blocker of a run of text whose command line brought a key of its own', async () => {
  const { library, server } = scene;
  const endpoint = testEndpoint({ id: 'lent', provider: 'google_genai', baseUrl: server.url });
  const key = { id: 'k', label: 'lent', secret: new Secret('AIza-lent-key-0002'), endpointIds: ['lent'] };
  const endpointIds = await library.app.fleet.lend('program', { endpoints: [endpoint], keys: [key] });
  const blockersFor = async (...who: readonly [] | readonly [Borrower]) => {
    const checked = await new FolderRun(library.app, ...who).check(planIn(library.folder), HOOKS);
    return checked.kind === 'checked' ? checked.plan.blockers : [checked.sentence];
  };
  expect(await blockersFor()).toEqual([expect.stringContaining('cannot be enforced')]);
  expect(await blockersFor({ name: 'program', endpointIds })).toEqual([]);
});

it('bars who brought the very key that has the cap', async () => {
  const { library, server } = scene;
  const endpoint = testEndpoint({ id: 'lent', provider: 'google_genai', baseUrl: server.url });
  const secret = new Secret('AIza-first-key-0001');
  const key = { id: 'k', label: 'lent', secret, endpointIds: ['lent'] };
  const endpointIds = await library.app.fleet.lend('program', { endpoints: [endpoint], keys: [key] });
  const session = await scene.open({ borrower: 'program', endpointIds });
  expect(await session.submit(ask('one'))).toMatchObject(BARRED);
  expect(scene.prompts()).toEqual([]);
});

it('does not bar what goes elsewhere because the endpoint of the key is switched off', async () => {
  const { app } = scene.library;
  const off = { id: 'g', provider: 'google_genai', baseUrl: scene.server.url, enabled: false } as const;
  await app.fleet.save(testEndpoint(off));
  await app.fleet.save(testEndpoint({ ...off, id: 'other', enabled: true }));
  await addTestKeys(app, 'other', 'AIza-second-key-0003');
  const session = await scene.open();
  expect((await session.submit(ask('one'))).kind).toBe('text');
});
