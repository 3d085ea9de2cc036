/**
 * Two command lines on one library, each with a run of its own. The second works through the first, which is
 * killed at a random moment; the second takes over and goes on. Limits, journal and ledger stay one all the while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rateIsKept } from './invariants.mjs';
import { createProof, provenRun } from './proof.mjs';
import { createScene } from './scene.mjs';
import { seededRandom } from './seeded-random.mjs';
import { startProvider } from './start-provider.mjs';

const ROWS = 120;
const ROUNDS = 3;
const RPM = 400;

let provider: Awaited<ReturnType<typeof startProvider>>;
let scene: Awaited<ReturnType<typeof createScene>>;
let proof: ReturnType<typeof createProof>;
const random = seededRandom(5);

beforeAll(async () => {
  provider = await startProvider({ leastMs: 50, mostMs: 300 });
  scene = await createScene({ providerUrl: provider.url, driver: 'node', rpm: RPM });
  proof = createProof({ scene, provider });
});
afterAll(async () => {
  await provider.close();
  await scene.remove();
});

it(`the owner is killed ${ROUNDS} times: nothing is lost, nothing is sent twice unasked`, async () => {
  const first = provenRun(0, ROWS);
  await scene.dataset(first);
  const seconds: ReturnType<typeof provenRun>[] = [];
  const said: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const second = provenRun(round, ROWS);
    seconds.push(second);
    await scene.dataset(second);
    const owner = scene.live(first.number, { kill: { fromStartMs: null, fromLineMs: random() * 700 } });
    // Long enough to own the library, not to be done.
    await sleep(600);
    const client = await scene.live(second.number);
    said.push(client.err);
    const killed = await owner;
    // A client whose owner died is no victim: it ends by itself, and says nothing that only a programmer reads.
    expect(client.code, client.err).not.toBeNull();
    expect(client.err).not.toMatch(/^ {4}at /m);
    await proof.look(first, killed, `round ${round}: `);
    await proof.look(second, client, `round ${round}: `);
  }
  for (const run of [first, ...seconds]) {
    await proof.look(run, await scene.live(run.number));
    await proof.choose(run);
    const life = await scene.live(run.number, { resend: true });
    expect(life.code, life.err).toBe(0);
    const { remains } = await proof.look(run, life);
    expect(remains.jobs.map(({ state }) => state)).toEqual(Array.from({ length: ROWS }, () => 'done'));
  }
  proof.note('V6', rateIsKept(await provider.ledger(), RPM));
  expect(Object.values(proof.findings).flatMap(({ broken }) => broken)).toEqual([]);
  expect(said.join('\n')).toContain('The Brushfleet that had the library open has ended: this one goes on.');
}, 240_000);
