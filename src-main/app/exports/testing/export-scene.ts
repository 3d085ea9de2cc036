/** A run of edits with real pictures and strange cells in a library of its own, for tests of exports. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@shared/contract/base';
import { type ExportFormat, type ExportOptions, type ExportSource, PLAIN_EXPORT } from '@shared/model/export';
import sharp from 'sharp';
import type { Store, StoredJob, StoredRun } from '../../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  MODEL,
  newRun,
  temporaryLibrary,
} from '../../../store/testing/library-fixture';
import { noteOf } from '../../pictures/testing/recipe-samples';
import { carryOutExport, type ExportParts } from '../carry-out-export';
import type { Pair } from '../pairs';

export const STRANGE = [
  'plain',
  'a "quoted" one, with commas',
  'two\r\nlines\nand a tab\t',
  '=HYPERLINK("http://example.test")',
  '+1-555',
  '背景を夜に 😀',
  '',
  ' spaces around ',
];

export interface ExportScene {
  readonly dir: string;
  readonly store: Store;
  readonly run: StoredRun;
  jobs(): Promise<readonly StoredJob[]>;
  /** The bytes of a result as the provider sent them. */
  bytesOf(job: StoredJob): Buffer;
  /** Choices of the arena with id 1. */
  readonly arena: Pair[];
  readonly source: Buffer;
  /** Carries the next job of a run through to its picture. */
  finish(run: StoredRun, at: number): Promise<void>;
  review(jobId: number, verdict?: 'accepted' | 'rejected', rating?: number): Promise<void>;
  /** `stopAfter`: nobody listens after as many reports. */
  carryOut(
    format: ExportFormat,
    target: string,
    given?: { source?: ExportSource; options?: Partial<ExportOptions>; stopAfter?: number },
  ): Promise<readonly Progress[]>;
  remove(): Promise<void>;
}

/** `variants` done results for each row; the first cell of each row is one of `STRANGE`. */
export async function exportScene({ rows = STRANGE.length, variants = 1 } = {}): Promise<ExportScene> {
  const library = temporaryLibrary('node');
  const store = await library.open();
  const { dir } = library;
  const outputDir = join(dir, 'out');
  await mkdir(outputDir);
  const [source, reference] = await Promise.all([solid('red'), solid('green')]);
  await writeFile(join(dir, 'a.png'), source);
  await writeFile(join(dir, 'ref.png'), reference);
  const run = await plannedEdits(store, { dir, outputDir, source, rows, variants });
  const bytes = new Map<string, Buffer>();
  async function finish(of: StoredRun, at: number): Promise<void> {
    const { fileName, content } = await finishOne(store, of, at);
    bytes.set(fileName, content);
    await writeFile(join(of.outputDir, fileName), content);
  }
  for (let at = 0; at < rows * variants; at += 1) {
    await finish(run, at);
  }
  const arena: Pair[] = [];
  const parts: ExportParts = {
    store: Object.assign(Object.create(store) as Store, {
      arenaPairs: async (_arenaId: number, afterId: number) =>
        afterId > 0
          ? []
          : arena.map(({ chosen, rejected }, at) => ({
              id: at + 1,
              chosenJobId: chosen,
              rejectedJobId: rejected,
            })),
    }),
    rulesOf: () => ({ baseDir: dir, roots: [], embeddedDir: dir }),
    noteOf: async ({ job }) => noteOf({ instruction: `job ${job.id}` }),
  };
  return {
    dir,
    store,
    run,
    arena,
    source,
    finish,
    jobs: async () => (await store.jobs({ runId: run.id, offset: 0, limit: 500 })).jobs,
    bytesOf: ({ result }) => bytes.get(result?.fileName ?? '') ?? Buffer.alloc(0),
    async review(jobId, verdict, rating) {
      const job = await store.job(jobId);
      await store.setReview(jobId, job?.resultId ?? 0, {
        ...(verdict === undefined ? {} : { verdict }),
        ...(rating === undefined ? {} : { rating }),
        reasons: verdict === 'rejected' ? ['Artifacts', 'odd "reason", indeed'] : [],
        note: verdict === undefined ? '' : 'seen\nby a person',
      });
    },
    async carryOut(format, target, { source: from, options, stopAfter } = {}) {
      const reports: Progress[] = [];
      const order = {
        source: from ?? { kind: 'run', runId: run.id, filter: 'results' },
        format,
        options: { ...PLAIN_EXPORT, ...options },
        target,
      } as const;
      for await (const report of carryOutExport(parts, order)) {
        reports.push(report);
        if (reports.length === stopAfter) {
          break;
        }
      }
      return reports;
    },
    remove: () => library.remove(),
  };
}

function solid(background: string): Promise<Buffer> {
  return sharp({ create: { width: 4, height: 3, channels: 3, background } })
    .png()
    .toBuffer();
}

interface Edits {
  readonly dir: string;
  readonly outputDir: string;
  readonly source: Buffer;
  readonly rows: number;
  readonly variants: number;
}

async function plannedEdits(
  store: Store,
  { dir, outputDir, source, rows, variants }: Edits,
): Promise<StoredRun> {
  const dataset = await store.createDataset({ name: 'd.csv', format: 'csv', sourcePath: null, baseDir: dir });
  const images = [
    'a.png|ref.png',
    `data:image/png;base64,${source.toString('base64')}`,
    'https://example.test/b.png',
  ];
  await store.addRows(
    dataset.id,
    Array.from({ length: rows }, (_, row) => ({
      row,
      index: row + 100,
      fields: {
        instruction: `make it ${row}: ${STRANGE[row % STRANGE.length] ?? ''}`,
        cell: STRANGE[row % STRANGE.length] ?? '',
        image: images[row % images.length] ?? '',
      },
    })),
  );
  await store.finishDataset(dataset.id, ['instruction', 'cell', 'image'], []);
  const run = await store.createRun(newRun(dataset.id, outputDir));
  const stems = Array.from({ length: rows * variants }, (_, at) => at);
  await store.planJobs(
    run.id,
    stems.map((at) => ({
      position: at,
      row: Math.floor(at / variants),
      index: Math.floor(at / variants) + 100,
      variant: at % variants,
      model: MODEL,
      stem: String(at).padStart(6, '0'),
      digest: 'first',
    })),
  );
  return run;
}

async function finishOne(
  store: Store,
  run: StoredRun,
  at: number,
): Promise<{ fileName: string; content: Buffer }> {
  const [job] = await store.pending(run.id, -1, 1);
  const stem = String(at).padStart(6, '0');
  const content = await sharp({
    create: { width: 4, height: 3, channels: 3, background: { r: at % 256, g: (at * 7) % 256, b: 90 } },
  })
    .png()
    .toBuffer();
  const start = attemptFor(store, { id: job?.id ?? 0, runId: run.id });
  const file = { ...fileOf(stem), sizeBytes: content.length, width: 4, height: 3 };
  await store.sent([start]);
  await store.received(start.attemptId, file);
  await store.ended(doneEnd(start, file));
  return { fileName: file.fileName, content };
}
