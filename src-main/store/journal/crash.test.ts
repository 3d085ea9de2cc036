import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workerPath } from '../../worker-path';
import { openDatabase } from '../database/open-database';
import { libraryPaths } from '../../library';
import { DRIVERS, plannedRun, temporaryLibrary } from '../testing/library-fixture';

const KILLS = 20;
const JOBS = 4000;

/** Lets a process journal, and kills it once it has acknowledged `lines` promises. Answers all it acknowledged. */
async function killAfter(lines: number, args: readonly string[]): Promise<string[]> {
  const script = join(import.meta.dirname, '..', 'testing', 'journal-writer.mjs');
  const child = spawn(process.execPath, [script, workerPath('store-worker'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) {
      child.kill('SIGKILL');
    }
  }
  const [, signal] = await exit;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

describe.each(DRIVERS)('a process killed while it journals, on %s', (driver) => {
  it(`loses nothing it acknowledged, ${KILLS} times over`, async () => {
    const library = temporaryLibrary(driver);
    try {
      let store = await library.open();
      const { id } = await plannedRun(store, JOBS);
      const promised = { sent: new Set<number>(), done: new Set<number>() };
      for (let kill = 0; kill < KILLS; kill += 1) {
        await store.close();
        for (const line of await killAfter(1 + ((kill * 37) % 61), [library.dir, driver, String(id)])) {
          const [what, jobId] = line.split(' ');
          promised[what === 'done' ? 'done' : 'sent'].add(Number(jobId));
        }
        store = await library.open();
        await store.recover();
        const { jobs } = await store.jobs({ runId: id, offset: 0, limit: JOBS });
        const state = new Map(jobs.map((job) => [job.id, job.state]));
        const kept = (jobId: number): boolean => state.get(jobId) === 'done';
        expect([...promised.done].filter((jobId) => !kept(jobId))).toEqual([]);
        // What was sent is done or of unknown outcome; nothing that left is thought never to have left.
        expect(
          [...promised.sent].filter((jobId) => !['done', 'unknown'].includes(state.get(jobId) ?? '')),
        ).toEqual([]);
        const { done, unknown } = await store.counts(id);
        expect(done).toBe(jobs.filter((job) => job.state === 'done').length);
        // And none of it is thought to have cost nothing.
        const maybeUsd = (unknown * 20_000) / 1_000_000;
        expect((await store.run(id))?.maybeCharged).toEqual({ costUsd: maybeUsd, unpriced: 0 });
        expect(await store.spentSince(0)).toMatchObject({ maybeUsd });
      }
      await store.close();
      const { db } = openDatabase(libraryPaths(library.dir).database, { driver });
      expect(db.prepare<{ integrity_check: string }>('PRAGMA integrity_check').all()).toEqual([
        { integrity_check: 'ok' },
      ]);
      db.close();
    } finally {
      await library.remove();
    }
  });
});
