/** Brings files, prompts and pictures into the store as datasets, in batches, while rows go on streaming in. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatasetFormat, RowProblem } from '@shared/model/run';
import type { DatasetEvent, FolderDepth } from '../../datasets/dataset-source';
import { openDataset } from '../../datasets/open-dataset';
import { PATH_COLUMN, pictureRows } from '../../datasets/read-folder';
import { sourceMark } from '../../datasets/source-mark';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset, StoredRow } from '../../store/store';

const BATCH = 1000;
const FORGOTTEN_AT_ONCE = 20_000;

export interface ImportRequest {
  readonly path: string;
  readonly name?: string;
  readonly format?: DatasetFormat;
  readonly depth?: FolderDepth;
  /** An earlier reading serves where the file has not changed since. */
  readonly reuse?: boolean;
  /** Asked after each batch of rows: once true, no more is read, nothing of it stays, and `whole` rejects with ImportStopped. */
  readonly isHalted?: () => boolean;
}

/** Somebody wanted no more of it. */
export class ImportStopped extends Refusal {
  constructor({ path }: Pick<ImportRequest, 'path'>) {
    super(
      'NOT_FOUND',
      `Stopped while ${basename(path)} was being read: nothing was sent; run the same command again to read it from its beginning.`,
    );
  }
}

export interface Importer {
  /** Returns once the file is known to be usable; `whole` resolves when every row is in. */
  start(request: ImportRequest): Promise<{ dataset: StoredDataset; whole: Promise<StoredDataset> }>;
  /** A folder that was opened, once more, with the images of all folders in it. Throws a Refusal where it is none. */
  withFolders(datasetId: number): Promise<StoredDataset>;
  prompts(name: string, prompts: readonly string[]): Promise<StoredDataset>;
  images(name: string, images: readonly { name: string; bytes: Uint8Array }[]): Promise<StoredDataset>;
  /** Files of one folder, absolute, read where they lie; a row each. Throws a Refusal where they lie in several. */
  pictures(name: string, paths: readonly string[]): Promise<StoredDataset>;
  /** The import of a dataset that is still being read, or the dataset as it is. */
  whole(datasetId: number): Promise<StoredDataset>;
}

export interface ImporterOptions {
  readonly store: Store;
  readonly embeddedDir: string;
  readonly pastedDir: string;
  newId(): string;
  /** More rows are in, or the import ended. */
  onProgress(datasetId: number): void;
  /** An import broke off after its file had been accepted. */
  onError(error: unknown): void;
}

export function createImporter(options: ImporterOptions): Importer {
  const { store } = options;
  const underWay = new Map<number, Promise<StoredDataset>>();

  async function start(request: ImportRequest): ReturnType<Importer['start']> {
    const mark = await sourceMark(request);
    const known =
      request.reuse === true && mark !== null ? await store.datasetFrom(request.path, mark) : null;
    if (known !== null) {
      return { dataset: known, whole: Promise.resolve(known) };
    }
    const opened = await openDataset({
      path: request.path,
      embeddedDir: options.embeddedDir,
      ...(request.format === undefined ? {} : { format: request.format }),
      ...(request.depth === undefined ? {} : { depth: request.depth }),
    });
    const dataset = await store.createDataset({
      name: request.name ?? basename(request.path),
      format: opened.format,
      sourcePath: request.path,
      baseDir: opened.baseDir,
    });
    const whole = pour(dataset.id, opened.events, { request, mark })
      .catch(async (error: unknown) => {
        await (error instanceof ImportStopped ? forget(dataset.id) : undefined);
        throw error;
      })
      .finally(() => underWay.delete(dataset.id));
    // Who needs the whole waits for it; the page learns of the end by an event.
    whole.catch((error: unknown) => error instanceof ImportStopped || options.onError(error));
    underWay.set(dataset.id, whole);
    return { dataset, whole };
  }

  async function withFolders(datasetId: number): Promise<StoredDataset> {
    const before = await store.dataset(datasetId);
    if (before?.format !== 'folder' || before.sourcePath === null) {
      throw new Refusal('BAD_INPUT', 'Only a folder of pictures that was opened has folders to take in.');
    }
    const { sourcePath: path, name } = before;
    return (await start({ path, name, depth: 'all' })).dataset;
  }

  async function pour(
    datasetId: number,
    events: AsyncIterable<DatasetEvent>,
    { request, mark }: { readonly request: ImportRequest; readonly mark: string | null },
  ): Promise<StoredDataset> {
    let columns: readonly string[] = [];
    const problems: RowProblem[] = [];
    let batch: StoredRow[] = [];
    let writing: Promise<void> = Promise.resolve();
    /** The next rows are read while the store takes these; never more than one batch is on its way. */
    const flush = async (): Promise<void> => {
      await writing;
      options.onProgress(datasetId);
      writing = store.addRows(datasetId, batch);
      // Whoever awaits it hears of it.
      writing.catch(() => undefined);
      batch = [];
    };
    for await (const event of events) {
      switch (event.kind) {
        case 'columns':
          columns = event.columns;
          await store.setColumns(datasetId, columns);
          break;
        case 'problem':
          problems.push(event.problem);
          break;
        case 'row':
          batch.push({ row: event.row, index: event.index, fields: event.fields });
      }
      if (batch.length >= BATCH) {
        await flush();
        if (request.isHalted?.() === true) {
          await writing;
          throw new ImportStopped(request);
        }
      }
    }
    await flush();
    await writing;
    const same = await markIfSame(request, mark);
    const dataset = await store.finishDataset(datasetId, columns, problems, same);
    options.onProgress(datasetId);
    return dataset;
  }

  async function forget(datasetId: number): Promise<void> {
    while (!(await store.forgetImport(datasetId, FORGOTTEN_AT_ONCE))) {
      options.onProgress(datasetId);
    }
    options.onProgress(datasetId);
  }

  async function prompts(name: string, lines: readonly string[]): Promise<StoredDataset> {
    const rows = lines
      .map((line, row) => ({ row, index: row, fields: { prompt: line.trim() } }))
      .filter((row) => row.fields.prompt !== '');
    if (rows.length === 0) {
      throw new Refusal('BAD_INPUT', 'There is no prompt: write one per line.', 'prompts');
    }
    const dataset = await store.createDataset({ name, format: 'prompts', sourcePath: null, baseDir: null });
    await store.addRows(
      dataset.id,
      rows.map((row, at) => ({ ...row, row: at })),
    );
    return store.finishDataset(dataset.id, ['prompt'], []);
  }

  async function pictures(name: string, paths: readonly string[]): Promise<StoredDataset> {
    const folders = [...new Set(paths.map((path) => dirname(path)))];
    const [baseDir, ...others] = folders;
    // A run may read what lies below its dataset's folder: one that holds all of them might be the whole machine.
    if (baseDir === undefined || others.length > 0) {
      throw new Refusal(
        'BAD_INPUT',
        `These pictures are in ${folders.length} folders: drop those of one folder at a time, or a folder itself.`,
      );
    }
    const dataset = await store.createDataset({ name, format: 'folder', sourcePath: null, baseDir });
    const rows = pictureRows(paths.map((path) => basename(path)));
    for (let from = 0; from < rows.length; from += BATCH) {
      await store.addRows(
        dataset.id,
        rows.slice(from, from + BATCH).map((fields, at) => ({ row: from + at, index: from + at, fields })),
      );
    }
    return store.finishDataset(dataset.id, [PATH_COLUMN], []);
  }

  async function images(
    name: string,
    pictures: readonly { name: string; bytes: Uint8Array }[],
  ): Promise<StoredDataset> {
    const folder = join(options.pastedDir, options.newId());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [at, picture] of pictures.entries()) {
      await writeFile(
        join(folder, `${String(at).padStart(3, '0')}-${safeBaseName(picture.name)}`),
        picture.bytes,
      );
    }
    const { whole } = await start({ path: folder, name, format: 'folder' });
    return whole;
  }

  return {
    start,
    withFolders,
    prompts,
    images,
    pictures,
    async whole(datasetId) {
      const dataset = await (underWay.get(datasetId) ?? store.dataset(datasetId));
      if (dataset === null) {
        throw new Refusal('NOT_FOUND', 'That dataset is no longer in the library.');
      }
      return dataset;
    },
  };
}

/** A file that changed while it was read is not known by the state it was in before. */
async function markIfSame(file: ImportRequest, before: string | null): Promise<string | null> {
  return (await sourceMark(file)) === before ? before : null;
}

function safeBaseName(name: string): string {
  return (
    basename(name)
      .replaceAll(/[^\w.-]/g, '_')
      .slice(-80) || 'image'
  );
}
