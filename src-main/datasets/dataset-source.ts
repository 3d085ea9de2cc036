/** What a reader of any input format yields, as a stream: columns first, then rows in file order, problems as met. */
import type { DatasetFormat, RowProblem } from '@shared/model/run';

export type DatasetEvent =
  /** Comes again, longer, when a later row of a format without header brings new ones. */
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | {
      readonly kind: 'row';
      /** Position in the file, from 0. Rows that cannot be used keep their number, so there may be gaps. */
      readonly row: number;
      readonly index: number;
      /** Cells as text, exactly as the file has them. Embedded images are `embedded:<sha256>.<ext>` references. */
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'problem'; readonly problem: RowProblem };

/** A file that cannot be used at all: one sentence that names it and the way out. */
export class DatasetError extends Error {
  readonly code = 'BAD_DATASET';
}

/** Whose images become rows: the folder's own, those of all folders in it too, or those where it has none itself. */
export type FolderDepth = 'own' | 'all' | 'allIfNone';

export interface OpenDatasetOptions {
  /** Absolute path of a file or folder. */
  readonly path: string;
  readonly format?: DatasetFormat;
  /** Of a folder of images; absent: `own`. */
  readonly depth?: FolderDepth;
  /** Where images embedded in Parquet are unpacked, content-addressed. */
  readonly embeddedDir: string;
}
