/** A text run: how it goes, its failures with their remedies, and every answer as a row of a table. */
import type { Run } from '@shared/model/run';
import { useStore } from 'zustand';
import { JOB_STATES } from '../../jobs/job-words';
import { useModel } from '../../state/app-model';
import { setFilter } from '../../state/ui-store';
import type { JobFilter } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Mark } from '../../ui/pill';
import { AnswerTable } from './answer-table';
import { FailuresPanel } from './failures-panel';
import { RunHead } from './run-head';
import { useFreshAnswers, useRunAnswers } from './use-run-answers';
import type { RunAnswers } from './use-run-answers';
import './runs.css';

export function TextRunScreen({ run }: { readonly run: Run }) {
  const answers = useRunAnswers(run);
  const sentence = useStore(answers.pages.store, (state) => state.sentence);
  useFreshAnswers(answers.pages, run);
  return (
    <>
      <RunHead run={run} />
      <AnswerChips run={run} state={answers.state} />
      <FailuresPanel run={run} />
      {sentence !== null && <Notice tone="bad">{sentence}</Notice>}
      {answers.count === 0 ? (
        <div className="empty">
          <h2>{answers.state === undefined ? 'No jobs yet' : 'Nothing here now'}</h2>
          <p>
            {answers.state === undefined
              ? 'The rows of this run are being planned.'
              : 'Choose another filter above.'}
          </p>
        </div>
      ) : (
        <AnswerTable answers={answers} run={run} />
      )}
    </>
  );
}

interface ChipsProps {
  readonly run: Run;
  readonly state: RunAnswers['state'];
}

function AnswerChips({ run, state }: ChipsProps) {
  const { ui } = useModel();
  const chips: readonly { label: string; filter: JobFilter; state: RunAnswers['state'] }[] = [
    { label: 'All', filter: { kind: 'all' }, state: undefined },
    {
      label: `Done ${formatCount(run.counts.done)}`,
      filter: { kind: 'state', state: 'done' },
      state: 'done',
    },
    {
      label: `Failed ${formatCount(run.counts.failed)}`,
      filter: { kind: 'state', state: 'failed' },
      state: 'failed',
    },
  ];
  return (
    <div className="run-chips">
      <div aria-label="Show" className="chips grow" role="group">
        {chips.map((chip) => (
          <button
            aria-pressed={chip.state === state}
            className="chip"
            key={chip.label}
            onClick={() => setFilter(ui, run.id, chip.filter)}
            type="button"
          >
            {chip.state !== undefined && <Mark tone={JOB_STATES[chip.state].tone} />}
            {chip.label}
          </button>
        ))}
      </div>
    </div>
  );
}
