/** Pauses, resumes, caps and closings in quick succession, at random by a seed: each row is sent once, and all arrive. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { json, ScriptedServer } from '../../providers/testing/scripted-server';
import { seeded } from '../../engine/testing/fleet-samples';
import { Refusal } from '../../refusal';
import { openPainterScene, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from './run-setup';

const ROWS = 12;
const STEPS = 40;

let server: ScriptedServer;
let library: TestLibrary;
let picture: ReturnType<typeof json>;
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;

async function begin(name: string, priority: 'low' | 'high'): Promise<number> {
  const { store, importer } = library.app;
  const prompts = Array.from({ length: ROWS }, (_, row) => `${name} ${row}`);
  const { run, planned } = await setUpRun(store, {
    name,
    dataset: await importer.prompts(name, prompts),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, concurrency: 2, priority },
    outputDir: join(library.folder, name),
    mode: 'anew',
  });
  return (await runs().start(run, { planned })).id;
}

/** What cannot be done just then is refused in a sentence; anything else is a fault. */
async function orRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Refusal)) {
      throw error;
    }
  });
}

it.each([1, 2, 3, 4])(
  'seed %i',
  async (seed) => {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    server.reply(async () => {
      await sleep(below(12));
      return picture;
    });
    const runIds = [await begin('cat', 'low'), await begin('dog', 'high')];
    const underWay: Promise<void>[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const runId = runIds[below(runIds.length)] ?? 0;
      const acts: readonly (() => Promise<unknown>)[] = [
        () => runs().stop(runId),
        () => runs().resume(runId),
        () => Promise.all([runs().stop(runId), runs().resume(runId)]),
        () => Promise.all([runs().resume(runId), runs().stop(runId)]),
        () => runs().setOptions(runId, { caps: { requests: 1 + below(ROWS) } }),
        () => Promise.all([runs().setOptions(runId, { caps: { requests: 1 } }), runs().stop(runId)]),
        () => runs().setOptions(runId, { caps: {}, concurrency: 1 + below(4) }),
        async () => {
          const closing = new AbortController();
          const stopped = runs().stopAll({ signal: closing.signal });
          await sleep(below(20));
          closing.abort();
          await stopped;
        },
      ];
      underWay.push(orRefused(acts[below(acts.length)]?.() ?? Promise.resolve()));
      await sleep(below(8));
    }
    await Promise.all(underWay);
    for (const runId of runIds) {
      await runs().setOptions(runId, { caps: {} });
      await runs().stop(runId);
      await runs().resume(runId);
      await runs().still(runId);
      expect(await runs().found(runId)).toMatchObject({
        state: { kind: 'finished' },
        counts: { done: ROWS, pending: 0, unknown: 0, failed: 0, cancelled: 0 },
        requests: ROWS,
      });
    }
    const sent = server.requests.map(promptOf);
    expect(new Set(sent).size).toBe(2 * ROWS);
    expect(sent).toHaveLength(2 * ROWS);
  },
  60_000,
);
