/** Preference pairs, written and read back. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportScene, exportScene } from './testing/export-scene';
import { readImageFolder } from './testing/read-image-folder';

let scene: ExportScene;
let target: string;
afterEach(() => scene.remove());

describe('preference pairs', () => {
  beforeEach(async () => {
    scene = await exportScene({ rows: 3, variants: 3 });
    target = join(scene.dir, 'exports');
    await mkdir(target);
  });

  async function pairLines(options = {}): Promise<Record<string, unknown>[]> {
    await scene.carryOut('pairs', target, { options });
    const [name = ''] = (await readdir(target)).slice(-1);
    const text = await readFile(join(target, name, 'pairs.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('are of an accepted and a rejected result of one row, with pictures where they say', async () => {
    const jobs = await scene.jobs();
    await scene.review(jobs[0]?.id ?? 0, 'accepted');
    await scene.review(jobs[1]?.id ?? 0, 'rejected');
    await scene.review(jobs[3]?.id ?? 0, 'accepted');
    const lines = await pairLines();
    expect(lines).toEqual([
      {
        prompt: 'make it 0: plain',
        images: ['train/source/000000.png', 'train/references/000000_2.png'],
        chosen: 'train/results/000000.png',
        rejected: 'train/results/000001.png',
        split: 'train',
        chosen_model: 'gpt-image-1',
        rejected_model: 'gpt-image-1',
        index: 100,
        by: 'verdict',
      },
    ]);
    const { train } = await readImageFolder(join(target, 'cats-pairs'));
    expect(train?.[0]?.images['chosen']).toEqual([jobs[0] === undefined ? null : scene.bytesOf(jobs[0])]);
    expect(train?.[0]?.images['rejected']).toEqual([jobs[1] === undefined ? null : scene.bytesOf(jobs[1])]);
  });

  it('are of ratings where verdicts do not tell, and of the arena', async () => {
    const jobs = await scene.jobs();
    await scene.review(jobs[0]?.id ?? 0, undefined, 5);
    await scene.review(jobs[1]?.id ?? 0, undefined, 2);
    await scene.review(jobs[2]?.id ?? 0, undefined, 2);
    scene.arena.push(
      { chosen: jobs[4]?.id ?? 0, rejected: jobs[5]?.id ?? 0, by: 'arena' },
      { chosen: jobs[0]?.id ?? 0, rejected: jobs[1]?.id ?? 0, by: 'arena' },
    );
    const lines = await pairLines({ pairs: { verdicts: true, ratings: true, arenaId: 1 } });
    expect(lines.map(({ chosen, rejected, by }) => [chosen, rejected, by])).toEqual([
      ['train/results/000000.png', 'train/results/000001.png', 'rating'],
      ['train/results/000000.png', 'train/results/000002.png', 'rating'],
      ['train/results/000004.png', 'train/results/000005.png', 'arena'],
    ]);
  });

  it('that there are none of is said, and nothing is written', async () => {
    await expect(scene.carryOut('pairs', target)).rejects.toThrow('No pairs');
    expect(await readdir(target)).toEqual([]);
  });
});
