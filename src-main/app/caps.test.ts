/** What a provider really charges under a cap (SECURITY.md, R9): over real sockets, with faults that cost money too. */
import { join } from 'node:path';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { RunOptions } from '@shared/model/run';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  json,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../providers/testing/scripted-server';
import { setUpRun } from './run-setup';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from './testing/test-library';

const PRICE = 0.25;
const OPTIONS: RunOptions = {
  filterRows: '',
  concurrency: 8,
  workers: 1,
  maxRetries: 20,
  retryDelayMs: 1,
  allowPrivateUrls: false,
};
const MODEL: CatalogueModel = {
  id: 'm',
  provider: 'openai',
  label: 'm',
  state: 'current',
  tasks: ['t2i'],
  mask: false,
  sizes: [],
  ratios: [],
  priceUsd: { '*': PRICE },
  source: 'made up',
};

let server: ScriptedServer;
let library: TestLibrary;
let chargedUsd = 0;
let picture: Script;
beforeEach(async () => {
  [server, library] = await Promise.all([startScriptedServer(), openTestLibrary()]);
  const create = { width: 8, height: 4, channels: 3, background: 'red' } as const;
  const bytes = await sharp({ create }).png().toBuffer();
  picture = json({ created: 1, data: [{ b64_json: bytes.toString('base64') }] });
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

async function run(options: Partial<RunOptions>) {
  const { app, folder } = library;
  const { run: created, planned } = await setUpRun(app.store, {
    name: 'n',
    dataset: await app.importer.prompts(
      'n',
      Array.from({ length: 40 }, (_, row) => `cat ${row}`),
    ),
    recipe: {
      task: 't2i',
      models: [{ provider: 'openai', model: 'm' }],
      instruction: '{{prompt}}',
      imageColumns: [],
      variants: 1,
    },
    options: { ...OPTIONS, ...options },
    outputDir: join(folder, 'out'),
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
