import { type RowProblem } from '@shared/model/run';
import type { Db } from './driver';
import { type Note } from './json-column';
import type { NewDataset, StoredDataset, StoredRow } from './store';
export declare function createDatasetTable(db: Db, { wallNow, note }: {
    wallNow: () => number;
    note: Note;
}): {
    createDataset(given: NewDataset): StoredDataset;
    addRows(datasetId: number, rows: readonly StoredRow[]): void;
    setColumns: (datasetId: number, columns: readonly string[]) => void;
    finishDataset(datasetId: number, columns: readonly string[], problems: readonly RowProblem[]): StoredDataset;
    dataset(datasetId: number): StoredDataset | null;
    datasets: () => readonly StoredDataset[];
    rows: (datasetId: number, fromRow: number, limit: number) => readonly StoredRow[];
    rowsAt(datasetId: number, rows: readonly number[]): readonly StoredRow[];
    /** Forgets a dataset that no run refers to. */
    dropUnused(datasetId: number): void;
    /** A half-read file is of no use and can be read again; one that a run refers to stays as it is. */
    endCutOffImports(): void;
};
