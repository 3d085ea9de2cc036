/** The answers of a text run behind its present filter, as the table and the inspector share them. */
import type { Run } from '@shared/model/run';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { jobTotal } from '../../jobs/job-words';
import { useModel, useUi } from '../../state/app-model';
import { answerQueryOf, rowAt } from '../../state/answer-pages';
import type { AnswerPages, AnswerQuery } from '../../state/answer-pages';
import { ALL_JOBS } from '../../state/ui-store';
import { useThrottled } from '../../ui/use-throttled';

export interface RunAnswers {
  readonly pages: AnswerPages;
  readonly count: number;
  readonly query: AnswerQuery;
}

export function useRunAnswers(run: Run): RunAnswers {
  const model = useModel();
  const filter = useUi((ui) => ui.filters.get(run.id)) ?? ALL_JOBS;
  const query = useMemo(() => answerQueryOf(filter), [filter]);
  const pages = useMemo(() => model.runAnswers(run.id, query), [model, run.id, query]);
  return { pages, count: answerCount(run, query), query };
}

function answerCount(run: Run, { state, failureKind }: AnswerQuery): number {
  if (failureKind !== undefined) {
    return run.failures[failureKind] ?? 0;
  }
  return state === undefined ? jobTotal(run.counts) : run.counts[state];
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
