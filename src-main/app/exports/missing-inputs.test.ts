/** Input pictures that an export cannot hold are told of, not left out without a word. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ExportScene, exportScene } from './testing/export-scene';

let scene: ExportScene;
let target: string;
beforeEach(async () => {
  scene = await exportScene();
  target = join(scene.dir, 'exports');
  await mkdir(target);
  // Three of the eight rows name it; what others name on the web is not meant to be there.
  await rm(join(scene.dir, 'ref.png'));
});
afterEach(() => scene.remove());

it.each([
  ['imageFolder', ''],
  ['parquet', 'cats.parquet'],
] as const)('%s', async (format, name) => {
  const reports = await scene.carryOut(format, join(target, name));
  expect(reports.at(-1)?.sentence).toMatch(
    /^Exported 8 pictures to .*\. 3 input pictures are missing: not found, or outside the folders that may be read\.$/,
  );
});

it('pairs, each picture once', async () => {
  const jobs = await scene.jobs();
  scene.arena.push({ chosen: jobs[0]?.id ?? 0, rejected: jobs[0]?.id ?? 0, by: 'arena' });
  scene.arena.push({ chosen: jobs[0]?.id ?? 0, rejected: jobs[0]?.id ?? 0, by: 'arena' });
  const options = { pairs: { verdicts: false, ratings: false, arenaId: 1 } };
  const reports = await scene.carryOut('pairs', target, { options });
  expect(reports.at(-1)?.sentence).toMatch(/^Exported 2 pairs to .*\. 1 input picture is missing:/);
});
