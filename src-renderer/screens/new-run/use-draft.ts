/** The draft with its dataset and columns, as the sections of the screen need it. */
import type { Dataset } from '@shared/model/run';
import { useStore } from 'zustand';
import { useLive, useModel } from '../../state/app-model';
import { columnsOf } from '../../state/new-run-draft';
import type { Draft } from '../../state/new-run-draft';
import { useDatasetRows } from './use-dataset-rows';
import type { RowsState } from './use-dataset-rows';

/** Rows shown in the table of the source. */
export const SAMPLE_ROWS = 5;

export interface DraftView {
  readonly draft: Draft;
  readonly dataset: Dataset | undefined;
  readonly columns: readonly string[];
  readonly sample: RowsState;
  change(part: Partial<Draft>): void;
}

export function useDraft(): DraftView {
  const { draft: store } = useModel();
  const draft = useStore(store);
  const dataset = useLive((state) =>
    draft.datasetId === null ? undefined : state.datasets.get(draft.datasetId),
  );
  const imageColumns = draft.imageColumns ?? [];
  const sample = useDatasetRows(dataset, { offset: 0, limit: SAMPLE_ROWS, imageColumns });
  const first = sample.kind === 'ready' ? sample.rows[0]?.fields : undefined;
  const columns = dataset === undefined ? [] : columnsOf(dataset, first);
  return { draft, dataset, columns, sample, change: (part) => store.setState(part) };
}
