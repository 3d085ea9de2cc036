/** A text run: how it goes, its failures with their remedies, and every answer as a row of a table. */
import type { Run } from '@shared/model/run';
import { useStore } from 'zustand';
import { filterChips, JOB_STATES } from '../../jobs/job-words';
import { answerQueryOf } from '../../state/answer-pages';
import type { AnswerQuery } from '../../state/answer-pages';
import { useModel } from '../../state/app-model';
import { setFilter } from '../../state/ui-store';
import type { JobFilter } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Mark } from '../../ui/pill';
import type { Tone } from '../../ui/pill';
import { AnswerTable } from './answer-table';
import { FailuresPanel } from './failures-panel';
import { FilterRow } from './filter-row';
import { RunHead } from './run-head';
import { useFreshAnswers, useRunAnswers } from './use-run-answers';
import './runs.css';

export function TextRunScreen({ run }: { readonly run: Run }) {
  const answers = useRunAnswers(run);
  const sentence = useStore(answers.pages.store, (state) => state.sentence);
  useFreshAnswers(answers.pages, run);
  const isAll = isSameQuery(answers.query, {});
  return (
    <>
      <RunHead run={run} />
      <AnswerChips query={answers.query} run={run} />
      <FailuresPanel run={run} />
      {sentence !== null && <Notice tone="bad">{sentence}</Notice>}
      {answers.count === 0 ? (
        <div className="empty">
          <h2>{isAll ? 'No jobs yet' : 'Nothing here now'}</h2>
          <p>{isAll ? 'The rows of this run are being planned.' : 'Choose another filter above.'}</p>
        </div>
      ) : (
        <AnswerTable answers={answers} run={run} />
      )}
    </>
  );
}

interface ChipsProps {
  readonly run: Run;
  readonly query: AnswerQuery;
}

interface AnswerChip {
  readonly label: string;
  readonly filter: JobFilter;
  readonly tone: Tone | null;
}

function AnswerChips({ run, query }: ChipsProps) {
  const { ui } = useModel();
  return (
    <div className="run-chips">
      <FilterRow chosen={JSON.stringify(query)}>
        {chipsOf(run).map(({ label, filter, tone }) => (
          <button
            aria-pressed={isSameQuery(answerQueryOf(filter), query)}
            className="chip"
            key={JSON.stringify(filter)}
            onClick={() => setFilter(ui, run.id, filter)}
            type="button"
          >
            {tone !== null && <Mark tone={tone} />}
            {label}
          </button>
        ))}
      </FilterRow>
    </div>
  );
}

/** Done and failed always, then each kind of failure there is. */
function chipsOf(run: Run): readonly AnswerChip[] {
  const ofState = (state: 'done' | 'failed'): AnswerChip => ({
    label: `${JOB_STATES[state].word} ${formatCount(run.counts[state])}`,
    filter: { kind: 'state', state },
    tone: JOB_STATES[state].tone,
  });
  const ofKinds = filterChips(run)
    .filter(({ filter }) => filter.kind === 'failure')
    .map(({ label, count, filter, tone }) => ({ label: `${label} ${formatCount(count)}`, filter, tone }));
  return [
    { label: 'All', filter: { kind: 'all' }, tone: null },
    ofState('done'),
    ofState('failed'),
    ...ofKinds,
  ];
}

function isSameQuery(one: AnswerQuery, other: AnswerQuery): boolean {
  return one.state === other.state && one.failureKind === other.failureKind;
}
