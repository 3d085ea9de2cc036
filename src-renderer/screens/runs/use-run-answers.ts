/** The answers of a text run behind its present filter, as the table and the inspector share them. */
import type { Run } from '@shared/model/run';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { jobTotal } from '../../jobs/job-words';
import { useModel, useUi } from '../../state/app-model';
import { rowAt } from '../../state/answer-pages';
import type { AnswerPages, AnswerState } from '../../state/answer-pages';
import type { JobFilter } from '../../state/ui-store';
import { useThrottled } from '../../ui/use-throttled';

/** Kinds of failure are told apart below; the table shows all that failed. */
export function answerStateOf(filter: JobFilter | undefined): AnswerState {
  switch (filter?.kind) {
    case undefined:
    case 'all':
      return undefined;
    case 'failure':
      return 'failed';
    case 'state':
      return filter.state === 'done' || filter.state === 'failed' ? filter.state : undefined;
  }
}

export interface RunAnswers {
  readonly pages: AnswerPages;
  readonly count: number;
  readonly state: AnswerState;
}

export function useRunAnswers(run: Run): RunAnswers {
  const model = useModel();
  const state = answerStateOf(useUi((ui) => ui.filters.get(run.id)));
  const pages = useMemo(() => model.runAnswers(run.id, state), [model, run.id, state]);
  const count = state === undefined ? jobTotal(run.counts) : run.counts[state];
  return { pages, count, state };
}

/** Rows change as answers come; what is in view is fetched again at most this often. */
const REFRESH_MS = 700;

export function useFreshAnswers(pages: AnswerPages, run: Run): void {
  const stamp = useThrottled(JSON.stringify(run.counts), REFRESH_MS);
  useEffect(() => pages.refresh(), [pages, stamp]);
}

export function useSelectedAnswer(run: Run) {
  const { pages } = useRunAnswers(run);
  const selected = useUi((state) => state.selected.get(run.id));
  return useStore(pages.store, (state) => (selected === undefined ? undefined : rowAt(state, selected)));
}
