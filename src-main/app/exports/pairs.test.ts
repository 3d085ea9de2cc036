/** Preference pairs, written and read back. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAIN_EXPORT } from '@shared/model/export';
import { MODEL, newRun } from '../../store/testing/library-fixture';
import { exportName } from './carry-out-export';
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
        rejected_prompt: 'make it 0: plain',
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

  /** A picture of the studio, or of the only row of another dataset, asked of one input: its job's id. */
  async function resultOf(
    image: string,
    at: number,
    origin: 'studio' | 'dataset' = 'studio',
  ): Promise<number> {
    const { id } = await scene.store.createDataset({
      name: origin === 'studio' ? 'Make the sky blue' : `sky-${at}.csv`,
      format: 'images',
      sourcePath: null,
      baseDir: scene.dir,
    });
    const fields = { instruction: 'Make the sky blue', image };
    await scene.store.addRows(id, [{ row: 0, index: 0, fields }]);
    await scene.store.finishDataset(id, Object.keys(fields), []);
    const outputDir = join(scene.dir, `studio-${at}`);
    await mkdir(outputDir);
    const run = await scene.store.createRun({ ...newRun(id, outputDir), origin });
    const stem = String(at).padStart(6, '0');
    await scene.store.planJobs(run.id, [
      { position: 0, row: 0, index: 0, variant: 0, model: MODEL, stem, digest: 'd' },
    ]);
    await scene.finish(run, at);
    const { jobs } = await scene.store.jobs({ runId: run.id, offset: 0, limit: 1 });
    return jobs[0]?.id ?? 0;
  }

  it('are of results with the same inputs: one instruction asked of two pictures is two questions', async () => {
    const jobIds: number[] = [];
    for (const [at, image] of ['a.png', 'ref.png', 'a.png', 'ref.png'].entries()) {
      const jobId = await resultOf(image, 10 + at);
      jobIds.push(jobId);
      await scene.review(jobId, at < 2 ? 'accepted' : 'rejected');
    }
    const source = { kind: 'selection', selection: { kind: 'ids', jobIds } } as const;
    await scene.carryOut('pairs', target, { source });
    const { train } = await readImageFolder(join(target, 'results-pairs'));
    const pictures = await Promise.all(
      [10, 11, 12, 13].map((at) => readFile(join(scene.dir, `studio-${at}`, `0000${at}.png`))),
    );
    const inputs = await Promise.all(['a.png', 'ref.png'].map((name) => readFile(join(scene.dir, name))));
    expect(train?.map(({ images }) => images)).toEqual(
      inputs.map((input, at) => ({
        chosen: [pictures[at]],
        rejected: [pictures[at + 2]],
        images: [input],
      })),
    );
  });

  it('and the splits take requests of the studio apart by what was asked, not by their name', async () => {
    const images = ['a.png', 'ref.png', 'https://example.test/b.png'];
    const jobIds: number[] = [];
    for (const [at, image] of images.entries()) {
      jobIds.push(await resultOf(image, 10 + at));
    }
    const source = { kind: 'selection', selection: { kind: 'ids', jobIds } } as const;
    const options = { splits: { validation: 34, test: 33, seed: 3 } };
    await scene.carryOut('imageFolder', target, { source, options });
    expect((await readdir(join(target, 'results'))).sort()).toEqual(['test', 'train', 'validation']);
  });

  it('are of one row or one question: what an arena chose between others is left out', async () => {
    const jobs = await scene.jobs();
    const idOf = (at: number): number => jobs[at]?.id ?? 0;
    scene.arena.push(
      { chosen: idOf(0), rejected: idOf(3), by: 'arena' },
      { chosen: idOf(3), rejected: idOf(4), by: 'arena' },
    );
    const options = { pairs: { verdicts: true, ratings: false, arenaId: 1 } };
    const reports = await scene.carryOut('pairs', target, { options });
    expect(reports.at(-1)).toMatchObject({
      done: 1,
      skipped: 1,
      sentence:
        'Exported 1 pair to cats-pairs; 1 left out: a picture is no longer on disk, or the two are of different rows or in different splits.',
    });
    const { train } = await readImageFolder(join(target, 'cats-pairs'));
    expect(train?.map(({ facts }) => facts['prompt'])).toEqual(['make it 1: a "quoted" one, with commas']);
  });

  it('are of one split: two rows that ask the same may be in different ones', async () => {
    const jobIds: number[] = [];
    for (const at of [10, 11, 12]) {
      jobIds.push(await resultOf('a.png', at, 'dataset'));
    }
    const [chosen = 0, rejected = 0] = jobIds;
    scene.arena.push({ chosen, rejected, by: 'arena' });
    const source = { kind: 'selection', selection: { kind: 'ids', jobIds } } as const;
    const pairs = { verdicts: true, ratings: false, arenaId: 1 };
    const splits = { validation: 34, test: 33, seed: 3 };
    await expect(scene.carryOut('pairs', target, { source, options: { pairs, splits } })).rejects.toThrow(
      'No pairs: of each, a picture',
    );
    await scene.carryOut('pairs', target, { source, options: { pairs } });
    expect(await readdir(target)).toEqual(['results-pairs']);
  });

  it('that there are none of is said before a place is chosen for them', async () => {
    const order = {
      source: { kind: 'run', runId: scene.run.id, filter: 'results' },
      format: 'pairs',
      options: PLAIN_EXPORT,
    } as const;
    await expect(exportName({ store: scene.store }, order)).rejects.toThrow('No pairs');
    const [better, worse] = await scene.jobs();
    await scene.review(better?.id ?? 0, 'accepted');
    await scene.review(worse?.id ?? 0, 'rejected');
    expect(await exportName({ store: scene.store }, order)).toBe('cats');
  });

  it('that there are none of is said, and nothing is written', async () => {
    await expect(scene.carryOut('pairs', target)).rejects.toThrow('No pairs');
    expect(await readdir(target)).toEqual([]);
  });
});
