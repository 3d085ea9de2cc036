/** The order of the calls, and what a machine that loses its power keeps of them. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finalNamesAreWhole } from './invariants.mjs';
import { createForgetfulDisk, layOut, NAMES_KEPT } from './power-loss.mjs';
import { provenRun } from './proof.mjs';
import { readRemains } from './remains.mjs';
import { createScene, PRICE_MICRO_USD } from './scene.mjs';
import { startProvider } from './start-provider.mjs';
import { type FileCall, traceOf, tracing, whyNoTracing } from './syscalls.mjs';

const ROWS = 12;
const isFinal = (path: string): boolean => /\/output-1\/\d{6}\.png$/.test(path);
const isTable = (path: string): boolean => /\.results\.|\/results\./.test(path);

let provider: Awaited<ReturnType<typeof startProvider>>;
let scene: Awaited<ReturnType<typeof createScene>>;
const run = provenRun(1, ROWS);
const before = new Map<string, Buffer>();
let calls: FileCall[] = [];

async function traced(driver: 'node' | 'libsql'): Promise<void> {
  provider = await startProvider({ leastMs: 5, mostMs: 600 });
  scene = await createScene({ providerUrl: provider.url, driver, rpm: 6000 });
  // The library is there already, and closed: what it is before is known to be on disk.
  await scene.dataset(provenRun(0, 1));
  expect(await scene.live(0, {})).toMatchObject({ code: 0 });
  const library = join(scene.folder, 'library');
  before.clear();
  for (const name of await readdir(library)) {
    if (name.startsWith('brushfleet.db')) {
      before.set(join(library, name), await readFile(join(library, name)));
    }
  }
  await scene.dataset(run);
  const file = join(scene.folder, 'trace');
  expect(await scene.live(1, { wrapper: tracing(file) })).toMatchObject({ code: 0 });
  const { folder } = scene;
  calls = traceOf(
    await readFile(file, 'utf8'),
    (path) =>
      path.startsWith(join(folder, 'output-1')) ||
      path.startsWith(join(library, 'brushfleet.db')) ||
      path === library,
  );
}

async function afterPowerLoss(disk: ReturnType<typeof createForgetfulDisk>, names: 'late' | 'early') {
  const to = join(scene.folder, 'after');
  await layOut(disk.afterPowerLoss(names), { from: scene.folder, to });
  const database = join(to, 'library', 'brushfleet.db');
  const remains = await readRemains({
    database,
    outputDir: scene.outputDir(1),
    filesIn: join(to, 'output-1'),
    firstRow: run.firstRow,
  });
  return remains;
}

const reason = whyNoTracing();
describe.skipIf(reason !== null).each(['node', 'libsql'] as const)(
  `a run of ${ROWS} rows under strace, on %s${reason === null ? '' : `: ${reason}`}`,
  (driver) => {
    beforeAll(() => traced(driver), 120_000);
    afterAll(async () => {
      await provider.close();
      await scene.remove();
    });

    it('syncs each file, renames it, syncs its folder, and only then commits that it is done', () => {
      const renames = calls.flatMap((call, at) =>
        call.op === 'rename' && isFinal(call.to) ? [{ call, at }] : [],
      );
      expect(renames).toHaveLength(ROWS);
      for (const { call, at } of renames) {
        const isChange = ({ op, path }: FileCall): boolean =>
          (op === 'write' || op === 'truncate') && path === call.path;
        const writes = calls.flatMap((other, place) => (isChange(other) ? [place] : []));
        const synced = calls.findIndex(({ op, path }) => op === 'sync' && path === call.path);
        expect(writes.length).toBeGreaterThan(0);
        expect(synced).toBeGreaterThan(Math.max(...writes));
        expect(at).toBeGreaterThan(synced);
        const folder = calls.findIndex(
          ({ op, path }, place) => place > at && op === 'sync' && path === dirname(call.to),
        );
        const commit = calls.findIndex(
          ({ op, path }, place) => place > folder && op === 'sync' && path.endsWith('.db-wal'),
        );
        expect(folder).toBeGreaterThan(at);
        expect(commit).toBeGreaterThan(folder);
      }
    });

    it.each(NAMES_KEPT)(
      'keeps every promise if the power goes at any moment, new names kept %s',
      async (names) => {
        const ledger = (await provider.ledger()).filter(({ row }) => row >= run.firstRow);
        const disk = createForgetfulDisk(before);
        const broken: string[] = [];
        const seen = new Set<number>();
        for (const [at, call] of calls.entries()) {
          disk.apply(call);
          if (call.op === 'write' || isTable(call.path)) {
            continue;
          }
          const remains = await afterPowerLoss(disk, names);
          const done = remains.jobs.filter(({ state }) => state === 'done');
          seen.add(done.length);
          const lost = done.filter(({ fileName, sha256 }) => remains.files.get(fileName ?? '') !== sha256);
          const facts = { ...run, remains, ledger, priceMicroUsd: PRICE_MICRO_USD };
          broken.push(
            ...(remains.integrity === 'ok' ? [] : [`call ${at}: ${remains.integrity}`]),
            ...lost.map(({ row }) => `call ${at}: row ${row} is done without its file`),
            ...finalNamesAreWhole(facts).broken.map((text) => `call ${at}: ${text}`),
          );
        }
        expect(broken).toEqual([]);
        // It was looked at on the way, not only before and after.
        expect(seen.size).toBeGreaterThan(2);
        expect(seen.has(ROWS)).toBe(true);
      },
      120_000,
    );
  },
);
