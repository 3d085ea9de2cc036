/**
 * A disk that is full, read-only, gone, or held by another program. The run pauses with a sentence that names
 * what to do, no row is done without its file, and the same command goes on afterwards.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countBy } from './invariants.mjs';
import { createProof, provenRun } from './proof.mjs';
import { createScene } from './scene.mjs';
import { startProvider } from './start-provider.mjs';
import { whyNoTracing } from './syscalls.mjs';

const ROWS = 40;
/** A picture of the provider has 30,000 bytes: some fit, not all. */
const SMALL = 'size=400k';
const LARGE = 'size=50m';

let provider: Awaited<ReturnType<typeof startProvider>>;
let scene: Awaited<ReturnType<typeof createScene>>;
let proof: ReturnType<typeof createProof>;
let runs = 0;
const mounted: string[] = [];

beforeAll(async () => {
  provider = await startProvider({ leastMs: 80, mostMs: 200 });
  scene = await createScene({ providerUrl: provider.url, driver: 'node', rpm: 60_000 });
  proof = createProof({ scene, provider });
});
afterEach(() => {
  for (const folder of mounted.splice(0)) {
    spawnSync('umount', ['-l', folder]);
  }
});
afterAll(async () => {
  await provider.close();
  await scene.remove();
});

async function newRun() {
  const run = provenRun(runs++, ROWS);
  await scene.dataset(run);
  return run;
}

/** After each life: V1 to V5. Where neither folder nor library takes what was paid for, sending it again is no fault. */
async function live(run: Awaited<ReturnType<typeof newRun>>, danger: Parameters<typeof scene.live>[1] = {}) {
  const life = await scene.live(run.number, danger);
  const { remains } = await proof.look(run, life);
  const { once: _once, ...found } = proof.findings;
  const broken = Object.values(found).flatMap((finding) => finding.broken.splice(0));
  expect(broken).toEqual([]);
  const states = countBy(remains.jobs, ({ state }) => state);
  return {
    code: life.code,
    said: /^brushfleet: (.*)$/m.exec(life.err)?.[1] ?? '',
    err: life.err,
    states: Object.fromEntries(states),
    remains,
  };
}

function mount(folder: string, options: string): void {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]);
  expect(status).toBe(0);
  mounted.push(folder);
}
const remount = (folder: string, options: string): void =>
  void spawnSync('mount', ['-o', `remount,${options}`, folder]);

/** Needs the right to mount, which a container of a test machine often has, and a person does not. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', SMALL, 'none', folder]);
  spawnSync('umount', [folder]);
  rmdirSync(folder);
  return status === 0;
}
const canMount = process.platform === 'linux' && mayMount();
const noTracing = whyNoTracing();
const failing = (call: string, fault: string, path?: string): readonly string[] => [
  ...'strace -f -qq -o /dev/null'.split(' '),
  `--trace=${call}`,
  `--inject=${call}:${fault}`,
  ...(path === undefined ? [] : ['-P', path]),
];

describe.skipIf(!canMount)('an output folder on a disk of its own', () => {
  it('that is full pauses the run, that is read-only refuses it, and with space it goes on', async () => {
    const run = await newRun();
    const folder = scene.outputDir(run.number);
    await mkdir(folder);
    mount(folder, SMALL);
    const before = (await provider.ledger()).length;
    const full = await live(run);
    expect(full).toMatchObject({ code: 1 });
    const [cannot, lies] = full.said.split(' The picture is kept in ');
    expect(cannot).toBe(`Cannot save in ${folder}: the disk is full; free some space, then resume the run.`);
    expect(readFileSync(lies?.slice(0, -1) ?? '').length).toBeGreaterThan(0);
    expect(full.states['done']).toBeGreaterThan(0);
    expect(full.states['pending']).toBeGreaterThan(0);

    // What was in flight waits in the library, and no more is asked for while the disk is full.
    const calls = (await provider.ledger()).length;
    const stillFull = await live(run);
    expect(stillFull.said).toMatch(/^The disk of .* is still full, with \d\.\d MB left: free some space/);
    expect(await provider.ledger()).toHaveLength(calls);

    remount(folder, `ro,${SMALL}`);
    const readOnly = await live(run);
    expect(readOnly.code).not.toBe(0);
    expect(readOnly.said).toContain(folder);
    expect(await provider.ledger()).toHaveLength(calls);

    remount(folder, `rw,${LARGE}`);
    expect(await live(run)).toMatchObject({ code: 0, states: { done: ROWS } });
    expect((await provider.ledger()).length - before).toBe(ROWS);
  });
});

describe('an output folder', () => {
  it('that is gone under way pauses the run, is not made anew, and the run goes on once it is back', async () => {
    const run = await newRun();
    const before = (await provider.ledger()).length;
    const folder = scene.outputDir(run.number);
    const away = join(scene.folder, 'away');
    let isAway = false;
    const life = await scene.live(run.number, {
      onLine: () => {
        if (!isAway) {
          isAway = true;
          renameSync(folder, away);
        }
      },
    });
    expect(isAway).toBe(true);
    expect(life.code).toBe(1);
    expect(life.err).toContain(`Cannot save in ${folder}: the folder is gone; bring it back`);
    // Nor by who goes on with it: that would have all of it paid for again.
    const calls = (await provider.ledger()).length;
    const refused = await scene.live(run.number);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/^brushfleet: .* is gone, and \d+ results with it: connect its disk/m);
    expect(await provider.ledger()).toHaveLength(calls);
    await rename(away, folder);
    const whole = await live(run);
    expect(whole).toMatchObject({ code: 0, states: { done: ROWS } });
    expect((await provider.ledger()).length - before).toBe(ROWS);
  });

  it.skipIf(noTracing !== null)(
    'whose files another program holds 20 times over, for each thread that writes, loses nothing',
    async () => {
      const run = await newRun();
      const before = (await provider.ledger()).length;
      const held = await live(run, { wrapper: failing('rename', 'error=EBUSY:when=1..20') });
      expect(held).toMatchObject({ code: 0, states: { done: ROWS } });
      expect((await provider.ledger()).length - before).toBe(ROWS);
    },
    120_000,
  );
});

describe('tables that cannot be written', () => {
  it('pause the run, which is finished once they are', async () => {
    const run = await newRun();
    // Something else has the name, from the first answer on.
    const obstacle = join(scene.outputDir(run.number), 'results.csv');
    const unwritten = await scene.live(run.number, {
      onLine: () => mkdirSync(obstacle, { recursive: true }),
    });
    expect(unwritten.code, unwritten.err).toBe(1);
    expect(unwritten.err).toMatch(/^brushfleet: Cannot save in .*, then resume the run\.$/m);
    await rm(obstacle, { recursive: true });
    const calls = (await provider.ledger()).length;
    expect(await live(run)).toMatchObject({ code: 0, states: { done: ROWS } });
    expect(await provider.ledger()).toHaveLength(calls);
  });
});

describe.skipIf(noTracing !== null)('a library on a full disk', () => {
  const wal = (): string => join(scene.folder, 'library', 'brushfleet.db-wal');

  // The writes of one run: its import, its plan, its leases, what was sent, what was received, what is done.
  it.each([1, 10, 30, 60, 90, 130, 180, 240])(
    'from its write %i on: stops with a sentence, and goes on with nothing lost',
    async (write) => {
      const run = await newRun();
      const stopped = await live(run, { wrapper: failing('pwrite64', `error=ENOSPC:when=${write}+`, wal()) });
      expect(stopped.code).not.toBe(0);
      expect(stopped.err).not.toMatch(/^ {4}at /m);
      expect(stopped.said).toMatch(/library .*free (some )?space.*, then (continue|resume)/);

      await live(run);
      await proof.choose(run);
      expect(await live(run, { resend: true })).toMatchObject({ code: 0, states: { done: ROWS } });
    },
    120_000,
  );
});
