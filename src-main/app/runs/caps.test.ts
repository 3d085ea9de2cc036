/** What a provider really charges under a cap, which is never more: over real sockets, with faults that cost money too. */
import { join } from 'node:path';
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { setUpRun } from './run-setup';
import { listedModel } from '../testing/listed-model';
import { pictureAnswer } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import {
  addTestKeys,
  keysOf,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

const PRICE = 0.25;
const OPTIONS: RunOptions = { ...ONE_AT_A_TIME, concurrency: 8, maxRetries: 20 };
const MODEL = listedModel('m', { provider: 'openai', tasks: ['t2i'], priceUsd: { '*': PRICE } });

let server: ScriptedServer;
let library: TestLibrary;
let chargedUsd = 0;
let picture: Script;
beforeEach(async () => {
  [server, library] = await Promise.all([startScriptedServer(), openTestLibrary()]);
  picture = await pictureAnswer();
  chargedUsd = 0;
  server.reply(() => {
    const turn = server.requests.length % 4;
    // An answer that is cut off is charged like one that arrives; a server error is not.
    chargedUsd += turn === 1 ? 0 : PRICE;
    return turn === 0 ? { kind: 'reset' } : turn === 1 ? json({ error: { message: 'Oops.' } }, 500) : picture;
  });
  await library.app.models.add(MODEL);
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

async function run(options: Partial<RunOptions>, to = 'out') {
  const { app, folder } = library;
  const { run: created, planned } = await setUpRun(app.store, {
    name: 'n',
    dataset: await app.importer.prompts(
      'n',
      Array.from({ length: 40 }, (_, row) => `cat ${row}`),
    ),
    recipe: PICTURE_RECIPE,
    options: { ...OPTIONS, ...options },
    outputDir: join(folder, to),
    mode: 'anew',
  });
  await app.runs.start(created, { planned });
  await app.runs.over(created.id);
  return app.runs.view(await app.runs.found(created.id));
}

it('stays within the cap of a run', async () => {
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  await addTestKeys(library.app, 'e', 'sk-first-key-0001');
  const ended = await run({ caps: { costUsd: 2.1 } });
  expect(ended.state).toMatchObject({ kind: 'paused', failure: 'budget' });
  expect(chargedUsd).toBe(2);
  expect(ended.counts.done).toBe(ended.costUsd / PRICE);
  expect(ended.counts.sent + ended.counts.unknown).toBe(0);
});

it('stays within the cap of a key, and sends the rest with others', async () => {
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  server.reply(picture);
  const [capped = ''] = await addTestKeys(library.app, 'e', 'sk-first-key-0001', 'sk-second-key-0002');
  await library.app.fleet.updateKey(capped, { limits: { costPerDay: 1 } });
  const ended = await run({});
  expect(ended).toMatchObject({ state: { kind: 'finished' }, counts: { done: 40 } });
  const spent = await library.app.store.keySpentSince(0);
  const { costUsd = 0 } = spent.find(({ keyId }) => keyId === capped) ?? {};
  expect(costUsd).toBeGreaterThan(0);
  expect(costUsd).toBeLessThanOrEqual(1);
});

describe('requests that were charged, and nobody knows how much', () => {
  const PAUSED = { kind: 'paused', failure: 'budget' };
  const reopen = async (): Promise<void> => {
    await library.reopen();
    await addTestKeys(library.app, 'e', 'sk-first-key-0001');
  };
  beforeEach(async () => {
    // The whole request arrives, and its answer never does.
    server.reply({ kind: 'reset' });
    await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    await addTestKeys(library.app, 'e', 'sk-first-key-0001');
  });

  it('count for their run after a restart', async () => {
    const { id } = await run({ caps: { costUsd: 2.1 }, maxRetries: 0 });
    expect(server.requests).toHaveLength(8);
    for (const _session of [2, 3]) {
      await reopen();
      const { runs } = library.app;
      await runs.requeueAndStart(id, { kind: 'failed' });
      await runs.over(id);
      expect(await runs.view(await runs.found(id))).toMatchObject({
        state: {
          ...PAUSED,
          reason:
            'This run has reached its cap of $2.10: $0.00 is spent, $2.00 may have been charged for requests of unknown cost, and one more request could exceed it. Raise the cap, then resume the run.',
        },
        costUsd: 0,
      });
    }
    expect(server.requests).toHaveLength(8);
  });

  it('count for the day after a restart', async () => {
    await library.app.saveSettings({ dayCaps: { costUsd: 2.1 } });
    await run({ maxRetries: 0 });
    expect(server.requests).toHaveLength(8);
    await reopen();
    expect((await run({ maxRetries: 0 }, 'out2')).state).toMatchObject({
      ...PAUSED,
      reason: expect.stringMatching(
        /^Today’s cap of \$2\.10 is reached: \$0\.00 is spent, \$2\.00 may have been charged/,
      ) as string,
    });
    expect(server.requests).toHaveLength(8);
  });

  it('count for their key after a restart, and other keys go on', async () => {
    const [capped = '', other = ''] = await addTestKeys(
      library.app,
      'e',
      'sk-second-key-02',
      'sk-third-key-003',
    );
    const [first = ''] = keysOf(library.app).flatMap(({ id }) => (id === capped || id === other ? [] : [id]));
    await library.app.fleet.updateKey(first, { paused: true });
    await library.app.fleet.updateKey(other, { paused: true });
    await library.app.fleet.updateKey(capped, { limits: { costPerDay: 2.1 } });
    await run({ maxRetries: 0, caps: { requests: 8 } });
    expect(server.requests).toHaveLength(8);
    await library.reopen();
    server.reply(picture);
    await library.app.fleet.updateKey(other, { paused: false });
    await run({}, 'out2');
    const spent = await library.app.store.keySpentSince(0);
    expect(spent.find(({ keyId }) => keyId === capped)).toMatchObject({ costUsd: 0, maybeUsd: 2 });
    expect(spent.find(({ keyId }) => keyId === other)).toMatchObject({ costUsd: 40 * PRICE, maybeUsd: 0 });
  });
});
