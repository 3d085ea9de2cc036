/** A cap on cost holds across kills. The provider never charges more than it and what was in flight. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProof, provenRun } from './proof.mjs';
import { createScene, PRICE_MICRO_USD } from './scene.mjs';
import { seededRandom } from './seeded-random.mjs';
import { startProvider } from './start-provider.mjs';

const ROWS = 200;
const CAP_USD = 3;
/** As scene.mjs starts it. */
const IN_FLIGHT = 16;
const KILLS = 5;

let provider: Awaited<ReturnType<typeof startProvider>>;
let scene: Awaited<ReturnType<typeof createScene>>;

beforeAll(async () => {
  provider = await startProvider();
  scene = await createScene({ providerUrl: provider.url, driver: 'node', rpm: 60_000 });
});
afterAll(async () => {
  await provider.close();
  await scene.remove();
});

it(`a run with a cap that is killed ${KILLS} times is charged no more than the cap and what was in flight`, async () => {
  const proof = createProof({ scene, provider });
  const random = seededRandom(9);
  const run = provenRun(0, ROWS);
  await scene.dataset(run);
  const flags = ['--max_cost', String(CAP_USD)];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const danger = { kill: { fromStartMs: null, fromLineMs: random() * 300 }, flags };
    await proof.look(run, await scene.live(0, danger));
  }
  const capped = await scene.live(0, { flags });
  const { remains, calls } = await proof.look(run, capped);
  expect(capped.code).toBe(1);
  expect(capped.err).toMatch(/^brushfleet: .*\$3\.00/m);
  expect(remains.jobs.some(({ state }) => state === 'pending')).toBe(true);
  const charged = (calls.length * PRICE_MICRO_USD) / 1e6;
  expect(charged).toBeLessThanOrEqual(CAP_USD + (IN_FLIGHT * PRICE_MICRO_USD) / 1e6);
  // It is no cap that stops far below itself: what is unknown may have been charged, and counts.
  expect(charged).toBeGreaterThan(CAP_USD / 2);
  // The same command again sends nothing more.
  await scene.live(0, { flags });
  expect(await provider.ledger()).toHaveLength(calls.length);
  expect(Object.values(proof.findings).flatMap(({ broken }) => broken)).toEqual([]);
});
