/** A few rows of a dataset, fetched again while it is still being read. */
import type { Dataset, Row } from '@shared/model/run';
import { useEffect, useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';

export type RowsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly rows: readonly Row[] }
  | { readonly kind: 'failed'; readonly sentence: string };

interface Wanted {
  readonly offset: number;
  readonly limit: number;
  readonly imageColumns: readonly string[];
}

export function useDatasetRows(dataset: Dataset | undefined, wanted: Wanted): RowsState {
  const { backend } = useModel();
  const [state, setState] = useState<RowsState>({ kind: 'loading' });
  const { offset, limit } = wanted;
  const columns = JSON.stringify(wanted.imageColumns);
  const id = dataset?.id;
  const available = Math.min(dataset?.rows ?? 0, offset + limit);
  useEffect(() => {
    if (id === undefined) {
      return;
    }
    let isCurrent = true;
    const imageColumns: string[] = JSON.parse(columns);
    const call = backend.client.datasets.rows({
      datasetId: id,
      offset,
      limit,
      ...(imageColumns.length === 0 ? {} : { imageColumns }),
    });
    call.then(
      (rows) => isCurrent && setState({ kind: 'ready', rows }),
      (error: unknown) => isCurrent && setState({ kind: 'failed', sentence: sentenceOf(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, id, offset, limit, columns, available]);
  return state;
}
