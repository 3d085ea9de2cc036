/**
 * From outside: bits of the library's file flip while nobody has it open. What harms its structure is found at the
 * start: the file is kept as it is, nothing is sent, and the copy can be taken back.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createProof, provenRun } from './proof.mjs';
import { createScene } from './scene.mjs';
import { seededRandom } from './seeded-random.mjs';
import { startProvider } from './start-provider.mjs';

const ROWS = 30;
const PAGE_BYTES = 4096;
const FLIPS = 20;

let provider: Awaited<ReturnType<typeof startProvider>>;
let scene: Awaited<ReturnType<typeof createScene>>;
let proof: ReturnType<typeof createProof>;
const run = provenRun(0, ROWS);
const library = (...names: readonly string[]): string => join(scene.folder, 'library', ...names);
const sound = (): string => join(scene.folder, 'sound');
const soundOutput = (): string => join(scene.folder, 'sound-output');

beforeAll(async () => {
  provider = await startProvider({ leastMs: 5, mostMs: 30 });
  scene = await createScene({ providerUrl: provider.url, driver: 'node', rpm: 60_000 });
  proof = createProof({ scene, provider });
  await scene.dataset(run);
  expect(await scene.live(0)).toMatchObject({ code: 0 });
  await cp(library(), sound(), { recursive: true });
  await cp(scene.outputDir(0), soundOutput(), { recursive: true, preserveTimestamps: true });
});
beforeEach(mend);
afterAll(async () => {
  await provider.close();
  await scene.remove();
});

/** The library and its pictures as they were: a row that a flip cost has another picture since. */
async function mend(): Promise<void> {
  await rm(library(), { recursive: true });
  await cp(sound(), library(), { recursive: true });
  await rm(scene.outputDir(0), { recursive: true });
  await cp(soundOutput(), scene.outputDir(0), { recursive: true, preserveTimestamps: true });
}

async function flip(placesOf: (sizeBytes: number) => readonly number[], bits: number): Promise<Buffer> {
  const bytes = await readFile(library('brushfleet.db'));
  for (const at of placesOf(bytes.length)) {
    bytes[at] = (bytes[at] ?? 0) ^ bits;
  }
  await writeFile(library('brushfleet.db'), bytes);
  return bytes;
}

/** The first byte of each page of the second half, which says what the page is: the one in the middle may be unused. */
function pageKinds(sizeBytes: number): readonly number[] {
  const pages = sizeBytes / PAGE_BYTES;
  return Array.from({ length: Math.ceil(pages / 2) }, (_, at) => (Math.floor(pages / 2) + at) * PAGE_BYTES);
}

/**
 * True: the damage was found, and is told in one sentence. A bit that says what one row is may cost that row, and no
 * other; nobody sees a stack trace.
 */
async function liveOn(damaged: Buffer): Promise<boolean> {
  const before = (await provider.ledger()).length;
  const life = await scene.live(0);
  expect((await provider.ledger()).length - before).toBeLessThanOrEqual(1);
  expect(life.err).not.toMatch(/^ {4}at /m);
  if (life.code === 0) {
    const remains = await proof.remainsOf(run);
    expect(remains.jobs.filter(({ state }) => state === 'done')).toHaveLength(ROWS);
    return false;
  }
  expect(life.err).toMatch(/^brushfleet: .{20,}\.$/m);
  if (/is damaged .*It is kept as it is; restore its backup/.test(life.err)) {
    expect((await readFile(library('brushfleet.db'))).equals(damaged)).toBe(true);
    return true;
  }
  return false;
}

// First of the two: a row that a flip costs is sent again, and the library that is put back knows nothing of it.
it('pages that are none any more are found, and the copy of the last close is whole', async () => {
  // Behind the first page, whose damage shows by the header alone.
  const damaged = await flip(pageKinds, 0xff);
  expect(await liveOn(damaged)).toBe(true);
  const calls = (await provider.ledger()).length;
  await scene.must(['library', 'restore']);
  const life = await scene.live(0);
  expect(life).toMatchObject({ code: 0 });
  expect(await provider.ledger()).toHaveLength(calls);
  const { remains } = await proof.look(run, life);
  expect(remains.jobs.map(({ state }) => state)).toEqual(Array.from({ length: ROWS }, () => 'done'));
  const { V1, V2, V3 } = proof.findings;
  expect([V1, V2, V3].flatMap((finding) => finding?.broken)).toEqual([]);
});

it('flips of single bits anywhere cost the row that they hit, at most', async () => {
  const random = seededRandom(8);
  for (let done = 0; done < FLIPS; done += 1) {
    await mend();
    await liveOn(await flip((size) => [Math.floor(random() * size)], 1 << Math.floor(random() * 8)));
  }
});
