/** The selected answer of a text run, whole, with its row and where it went. */
import type { JobTile, Run } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { useMemo } from 'react';
import { Attempts, Fact } from '../../jobs/job-panel';
import { JobReview } from '../../jobs/job-review';
import { JOB_STATES } from '../../jobs/job-words';
import { useModel } from '../../state/app-model';
import { useJobDetail } from '../../state/job-details';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { AnswerOut, Candidates, factsOf, FailureNotice } from '../../text/answer-parts';
import { useSelectedAnswer } from './use-run-answers';

export function AnswerPanel({ run }: { readonly run: Run }) {
  const row = useSelectedAnswer(run);
  return row === undefined ? (
    <p className="side-empty pad">Select a row to read its whole answer.</p>
  ) : (
    <Selected key={row.jobId} row={row} />
  );
}

function Selected({ row }: { readonly row: AnswerRow }) {
  const { word, tone } = JOB_STATES[row.state];
  return (
    <div className="answer-panel">
      <div className="pad stack">
        <div className="row wrap">
          <b>
            Row <span className="num">{row.index}</span>
          </b>
          <Pill tone={tone}>{word}</Pill>
          <span className="grow" />
          <AnswerOut answer={row} />
          <RerunButton row={row} />
        </div>
        <FailureNotice answer={row} />
        <Candidates answer={row} />
        <p className="hint num">{factsOf(row).join(' · ')}</p>
      </div>
      <div className="pad">
        <h2 className="legend">Asked</h2>
        <p className="rendered">{row.prompt}</p>
      </div>
      <div className="pad">
        <dl className="kv">
          {Object.entries(row.fields).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      </div>
      <RowAttempts row={row} />
    </div>
  );
}

function RerunButton({ row }: { readonly row: AnswerRow }) {
  const { backend, accept, ui } = useModel();
  const action = useAction();
  const isOver = ['done', 'failed', 'cancelled', 'unknown'].includes(row.state);
  return (
    <>
      {isOver && (
        <button
          className="btn small"
          disabled={action.isBusy}
          onClick={() =>
            void action.run(async () => {
              accept({ kind: 'run', run: await backend.client.runs.rerunJob({ jobId: row.jobId }) });
              toast(ui, `Row ${row.index} is sent again`);
            })
          }
          type="button"
        >
          Rerun
        </button>
      )}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </>
  );
}

function RowAttempts({ row }: { readonly row: AnswerRow }) {
  const { jobId, runId, row: place, index, model, state, failure } = row;
  const failureKind = failure?.kind;
  const tile = useMemo(
    (): JobTile => ({
      id: jobId,
      runId,
      // Not looked at: details are found by the job alone.
      position: 0,
      row: place,
      index,
      variant: 0,
      model,
      state,
      ...(failureKind === undefined ? {} : { failureKind }),
    }),
    [jobId, runId, place, index, model, state, failureKind],
  );
  const detail = useJobDetail(tile);
  return detail.kind === 'ready' ? (
    <>
      <JobReview review={detail.detail.review} />
      <Attempts attempts={detail.detail.attempts} />
    </>
  ) : null;
}
