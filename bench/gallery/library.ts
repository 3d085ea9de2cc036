/**
 * A library of many results, written straight into its database: rows, jobs, attempts and results are real; of picture
 * files there are a few hundred, which the results share.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { libraryPaths } from '../../src-main/library';
import { openDriver } from '../../src-main/store/database/driver';
import { openStoreInProcess } from '../../src-main/store/sqlite-store';

const RUNS = 5;
export const FILES = 200;
const MODELS = [
  ['google_genai', 'gemini-2.5-flash-image'],
  ['openai', 'gpt-image-2'],
] as const;
const ENDPOINTS = ['Google', 'Relay', 'Studio relay'];
const FAILURES = ['blocked', 'no_image', 'timeout'] as const;
const THINGS = [
  'bottle',
  'lamp',
  'chair',
  'bicycle',
  'teapot',
  'coat',
  'mountain',
  'street',
  'harbour',
  'cat',
];
const ACTS = [
  'make it red',
  'remove the shadow',
  'put it on a table of oak',
  'draw it in ink',
  'at night with snow',
];
const LIGHTS = ['soft light', 'from the left', 'backlit', 'with a long shadow'];
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12);

/** Numbers that look random and are the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

export async function makeLibrary(libraryDir: string, results: number): Promise<void> {
  const store = openStoreInProcess({ libraryDir });
  const perRun = Math.ceil(results / RUNS);
  for (let run = 0; run < RUNS; run += 1) {
    const outputDir = join(libraryDir, 'results', `run-${run + 1}`);
    mkdirSync(outputDir, { recursive: true });
    const dataset = await store.createDataset({
      name: `objects-${run + 1}.csv`,
      format: 'csv',
      sourcePath: join(libraryDir, `objects-${run + 1}.csv`),
      baseDir: libraryDir,
    });
    await store.createRun({
      name: `Objects, part ${run + 1}`,
      datasetId: dataset.id,
      recipe: {
        task: 't2i',
        models: MODELS.map(([provider, model]) => ({ provider, model })),
        instruction: 'A photograph of a {{thing}}: {{edit}}.',
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
    await makePictures(outputDir, run);
  }
  await store.close();
  writeRows(libraryPaths(libraryDir).database, perRun);
}

async function makePictures(folder: string, run: number): Promise<void> {
  for (let file = 0; file < FILES / RUNS; file += 1) {
    const hue = (file * 360 * RUNS) / FILES + run * 7;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512">
      <rect width="512" height="512" fill="hsl(${hue} 45% 60%)"/>
      <circle cx="${120 + ((file * 61) % 270)}" cy="${140 + ((file * 37) % 230)}" r="${60 + ((file * 13) % 90)}" fill="hsl(${hue + 150} 60% 45%)"/>
      <path d="M0 ${380 + (file % 60)} Q256 ${300 + (file % 90)} 512 400 V512 H0 Z" fill="hsl(${hue + 40} 35% 30%)"/></svg>`;
    await sharp(Buffer.from(svg))
      .png()
      .toFile(join(folder, `${file}.png`));
  }
}

function writeRows(database: string, perRun: number): void {
  const db = openDriver(database);
  const random = seeded(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const model = db.prepare('INSERT OR IGNORE INTO models (id, provider, model) VALUES (?, ?, ?)');
  const row = db.prepare('INSERT INTO dataset_rows (place_key, row_key, idx, fields) VALUES (?, ?, ?, ?)');
  const job = db.prepare(
    `INSERT INTO jobs (id, run_id, position, row, idx, variant, model_id, stem, digest, state, attempts, endpoint_name,
       took_ms, cost_micro_usd, result_id, failure, review)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, 'bench', ?, 1, ?, 4000, 39000, ?, ?, ?)`,
  );
  const attempt = db.prepare(
    `INSERT INTO attempts (id, job_id, number, endpoint_id, endpoint_name, key_tail, sent_at, state, ended_at)
     VALUES (?, ?, 1, 'bench', ?, '', ?, ?, ?)`,
  );
  const result = db.prepare(
    `INSERT INTO results (id, job_id, file_name, mime_type, width, height, size_bytes, sha256, suspicion_bits, suspicion)
     VALUES (?, ?, ?, 'image/png', 512, 512, 20000, ?, ?, ?)`,
  );
  const count = db.prepare('UPDATE runs SET done = ?, failed = ?, state = ? WHERE id = ?');
  const tag = db.prepare('INSERT INTO job_tags (job_id, tag_id) VALUES (?, ?)');
  const files = FILES / RUNS;
  db.transaction(() => {
    MODELS.forEach(([provider, name], at) => model.run(at + 1, provider, name));
    db.exec(`INSERT INTO tags (id, name) VALUES (1, 'keep'), (2, 'print'), (3, 'for the client')`);
    for (let run = 1; run <= RUNS; run += 1) {
      let failed = 0;
      for (let place = 0; place < perRun; place += 1) {
        const id = (run - 1) * perRun + place + 1;
        const key = run * 2 ** 32 + place;
        const fields = { thing: pick(THINGS), edit: `${pick(ACTS)}, ${pick(LIGHTS)}`, sku: `sku-${id}` };
        row.run(key, key, place, JSON.stringify(fields));
        const isFailed = random() < 0.03;
        const endpoint = pick(ENDPOINTS);
        const endedAt = NOW - Math.floor(random() * 40 * DAY_MS);
        const failure = isFailed ? JSON.stringify({ kind: pick(FAILURES), message: 'Bench.' }) : null;
        const verdict = random();
        const review =
          isFailed || verdict < 0.5
            ? null
            : JSON.stringify({
                verdict: verdict < 0.85 ? 'accepted' : 'rejected',
                ...(verdict > 0.7 ? { rating: 1 + Math.floor(random() * 5) } : {}),
                reasons: [],
                note: '',
              });
        failed += isFailed ? 1 : 0;
        const state = isFailed ? 'failed' : 'done';
        job.run(
          id,
          run,
          place,
          place,
          place,
          1 + (id % 2),
          `${place}`,
          state,
          endpoint,
          isFailed ? null : id,
          failure,
          review,
        );
        attempt.run(id, id, endpoint, endedAt - 4000, state, endedAt);
        if (!isFailed) {
          const bits = random() < 0.1 ? 2 ** Math.floor(random() * 6) : 0;
          result.run(
            id,
            id,
            `${place % files}.png`,
            `${id}`.padStart(64, '0'),
            bits,
            bits === 0 ? 0 : random(),
          );
        }
        if (random() < 0.05) {
          tag.run(id, 1 + Math.floor(random() * 3));
        }
      }
      count.run(perRun - failed, failed, JSON.stringify({ kind: 'finished' }), run);
    }
    db.exec(
      'UPDATE datasets SET rows = (SELECT count(*) FROM dataset_rows WHERE place_key / 4294967296 = datasets.id), importing = 0',
    );
    db.exec(`UPDATE datasets SET columns = '["thing","edit","sku"]'`);
  });
  db.close();
}
