/**
 * A library with one finished run whose results wait for a verdict: every row has a source and a result of its own, of the
 * size that models deliver, in files of their own; none of them has been looked at, so no preview is ready.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { libraryPaths } from '../../src-main/library';
import { openDriver } from '../../src-main/store/database/driver';
import { openStoreInProcess } from '../../src-main/store/sqlite-store';

const SIDE = 1024;
/** Pictures are made from so many photographs, each time cut and tinted in another way. */
const AT_ONCE = 4;

export interface LibraryOptions {
  readonly libraryDir: string;
  readonly results: number;
  /** Absolute paths of photographs. */
  readonly photographs: readonly string[];
}

export async function makeLibrary({ libraryDir, results, photographs }: LibraryOptions): Promise<void> {
  const outputDir = join(libraryDir, 'results');
  const sourceDir = join(libraryDir, 'sources');
  mkdirSync(outputDir, { recursive: true });
  mkdirSync(sourceDir, { recursive: true });
  const store = openStoreInProcess({ libraryDir });
  const dataset = await store.createDataset({
    name: 'portraits.csv',
    format: 'csv',
    sourcePath: join(libraryDir, 'portraits.csv'),
    baseDir: libraryDir,
  });
  const rows = Array.from({ length: results }, (_, row) => ({
    row,
    index: row,
    fields: { image: `sources/${row}.jpg`, instruction: `Make the light of picture ${row} warmer` },
  }));
  await store.addRows(dataset.id, rows);
  await store.finishDataset(dataset.id, ['image', 'instruction'], []);
  const run = await store.createRun({
    name: 'portraits-edit',
    datasetId: dataset.id,
    recipe: {
      task: 'edit',
      models: [{ provider: 'openai', model: 'gpt-image-2' }],
      instruction: '{{instruction}}',
      imageColumns: [],
      variants: 1,
    },
    options: {
      filterRows: '',
      concurrency: 8,
      workers: 2,
      maxRetries: 2,
      retryDelayMs: 500,
      allowPrivateUrls: false,
    },
    outputDir,
  });
  await store.close();
  const files = await makePictures({ outputDir, sourceDir, results, photographs });
  writeJobs(libraryPaths(libraryDir).database, run.id, files);
}

interface ResultFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function makePictures(given: {
  readonly outputDir: string;
  readonly sourceDir: string;
  readonly results: number;
  readonly photographs: readonly string[];
}): Promise<readonly ResultFile[]> {
  const files: ResultFile[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let row = next++; row < given.results; row = next++) {
      const photograph = given.photographs[row % given.photographs.length] ?? '';
      const picture = sharp(photograph)
        .resize(SIDE, SIDE, { fit: 'cover' })
        .flop(row % 2 === 1);
      const tint = { hue: (row * 7) % 360 };
      await picture
        .clone()
        .jpeg({ quality: 88 })
        .toFile(join(given.sourceDir, `${row}.jpg`));
      // As providers deliver them: PNG is what costs most to open.
      const bytes = await picture.modulate(tint).png({ compressionLevel: 1 }).toBuffer();
      writeFileSync(join(given.outputDir, `${String(row).padStart(6, '0')}.png`), bytes);
      files[row] = {
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return files;
}

function writeJobs(database: string, runId: number, files: readonly ResultFile[]): void {
  const db = openDriver(database);
  const job = db.prepare(
    `INSERT INTO jobs (id, run_id, position, row, idx, variant, model_id, stem, digest, state, attempts, endpoint_name,
       took_ms, result_id) VALUES (?, ?, ?, ?, ?, 0, 1, ?, 'bench', 'done', 1, 'Relay', 4000, ?)`,
  );
  const attempt = db.prepare(
    `INSERT INTO attempts (id, job_id, number, endpoint_id, endpoint_name, key_tail, sent_at, state, ended_at)
     VALUES (?, ?, 1, 'bench', 'Relay', '', ?, 'done', ?)`,
  );
  // Measured already: what is looked at here is the review.
  const result = db.prepare(
    `INSERT INTO results (id, job_id, file_name, mime_type, width, height, size_bytes, sha256, attempt_id,
       suspicion_bits, suspicion) VALUES (?, ?, ?, 'image/png', ?, ?, ?, ?, ?, 0, 0)`,
  );
  const at = Date.UTC(2026, 10, 21, 12);
  db.transaction(() => {
    db.exec(`INSERT OR IGNORE INTO models (id, provider, model) VALUES (1, 'openai', 'gpt-image-2')`);
    for (const [row, { sizeBytes, sha256 }] of files.entries()) {
      const id = row + 1;
      const stem = String(row).padStart(6, '0');
      job.run(id, runId, row, row, row, stem, id);
      attempt.run(id, id, at + row, at + row + 4000);
      result.run(id, id, `${stem}.png`, SIDE, SIDE, sizeBytes, sha256, id);
    }
    db.prepare('UPDATE runs SET done = ?, state = ? WHERE id = ?').run(
      files.length,
      JSON.stringify({ kind: 'finished' }),
      runId,
    );
  });
  db.close();
}
