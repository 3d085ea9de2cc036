/** Measuring in the whole app: its own store and lab, results of an earlier session, their rows' sources. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawn } from '../../images/lab/testing/drawn';
import { attemptFor, doneEnd, newJobs, newRun } from '../../store/testing/library-fixture';
import { openTestLibrary, type TestLibrary } from '../testing/test-library';
import { jobDetail } from '../views';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

const SIZE = { width: 320, height: 240 };

/** A run whose rows each have a source and got that result. */
async function runWith(results: readonly { source: Buffer; result: Buffer }[]): Promise<readonly number[]> {
  const { store } = library.app;
  const baseDir = join(library.folder, 'data');
  const outputDir = join(library.folder, 'out');
  await mkdir(baseDir);
  await mkdir(outputDir);
  const dataset = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir });
  const rows = results.map((_, row) => ({
    row,
    index: row,
    fields: { instruction: 'x', image: `${row}.png` },
  }));
  await store.addRows(dataset.id, rows);
  await store.finishDataset(dataset.id, ['instruction', 'image'], []);
  const given = newRun(dataset.id, outputDir);
  const run = await store.createRun({ ...given, recipe: { ...given.recipe, imageSize: '320x240' } });
  // A model the catalogue does not know is asked for whatever size was said.
  const model = { provider: 'openai', model: 'of-tomorrow' } as const;
  await store.planJobs(
    run.id,
    newJobs(results.length).map((job) => ({ ...job, model })),
  );
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 100 });
  for (const job of jobs) {
    const { source, result } = results[job.row] ?? { source: Buffer.alloc(0), result: Buffer.alloc(0) };
    const fileName = `${job.stem}.png`;
    await writeFile(join(baseDir, `${job.row}.png`), source);
    await writeFile(join(outputDir, fileName), result);
    const start = attemptFor(store, job);
    const sha256 = createHash('sha256').update(result).digest('hex');
    const file = { ...SIZE, fileName, sha256, mimeType: 'image/png', sizeBytes: result.length };
    await store.sent([start]);
    await store.ended(doneEnd(start, file));
  }
  return jobs.map(({ id }) => id);
}

describe('the app', () => {
  it('measures at its start what landed while nobody measured, and shows it with the job', async () => {
    const sources = await Promise.all([1, 2, 3, 4].map((seed) => drawn({ ...SIZE, seed })));
    const [one, two, three, four] = sources as [Buffer, Buffer, Buffer, Buffer];
    const jobIds = await runWith([
      { source: one, result: await sharp(one).jpeg({ quality: 80 }).toBuffer() },
      {
        source: two,
        result: await sharp({ create: { ...SIZE, channels: 3, background: 'white' } })
          .png()
          .toBuffer(),
      },
      { source: three, result: await drawn({ ...SIZE, seed: 40 }) },
      { source: four, result: await sharp(four).resize(160, 120).tint('#40c0ff').png().toBuffer() },
      { source: four, result: Buffer.from('\x89PNG\r\n\x1a\n and no more', 'latin1') },
    ]);
    expect((await library.app.store.jobsById(jobIds))[0]?.suspicion).toBeUndefined();
    await library.reopen({ measures: true });
    await library.app.measuring.settled();
    const jobs = await library.app.store.jobsById(jobIds);
    expect(jobs.map(({ suspicions }) => suspicions ?? [])).toEqual([
      ['unchanged'],
      ['blank'],
      ['rewritten'],
      ['smaller'],
      ['unreadable'],
    ]);
    const detail = await jobDetail(library.app, jobIds[3] ?? 0);
    expect(detail.measures).toMatchObject({ width: 160, height: 120, asked: { imageSize: '320x240' } });
    expect(detail.job.suspicion).toBeGreaterThan(0.4);
    // What a screen says of an input that it cannot show.
    expect(detail.inputNames).toEqual(['3.png']);
  });

  it('measures nothing where that is switched off', async () => {
    const source = await drawn(SIZE);
    const jobIds = await runWith([{ source, result: source }]);
    await library.app.saveSettings({ measureResults: false });
    await library.reopen({ measures: true });
    await library.app.measuring.settled();
    expect((await library.app.store.jobsById(jobIds))[0]?.suspicion).toBeUndefined();
    await library.app.saveSettings({ measureResults: true });
    await library.app.measuring.settled();
    expect((await library.app.store.jobsById(jobIds))[0]).toMatchObject({ suspicions: ['unchanged'] });
  });
});
