/** What is known of one job, for the inspector: pictures, instruction, row, where it went, attempts, and what to do. */
import { FAILURES, mayBeCharged } from '@shared/model/failure';
import type { Attempt, JobDetail, JobTile } from '@shared/model/run';
import { JobCompare } from '../compare/job-compare';
import { PictureButtons } from '../pictures/picture-tools';
import { useLive, useModel } from '../state/app-model';
import { useJobDetail } from '../state/job-details';
import { useAction } from '../state/use-action';
import { toast } from '../state/ui-store';
import { formatBytes, formatSeconds, formatTime, formatUsd } from '../ui/format';
import { Notice } from '../ui/notice';
import { Pill } from '../ui/pill';
import { JobReview } from './job-review';
import { JobVersions } from './job-versions';
import { JOB_STATES } from './job-words';
import './job-panel.css';

interface JobPanelProps {
  readonly tile: JobTile | undefined;
  /** What the empty panel says. */
  readonly emptyText: string;
}

export function JobPanel({ tile, emptyText }: JobPanelProps) {
  const { ui } = useModel();
  const state = useJobDetail(tile);
  switch (state.kind) {
    case 'none':
      return <p className="side-empty pad">{emptyText}</p>;
    case 'loading':
      return <div aria-busy="true" className="job-picture" />;
    case 'failed':
      return (
        <div className="pad">
          <Notice tone="bad">{state.sentence}</Notice>
        </div>
      );
    case 'ready':
      return (
        <>
          <div className="job-picture" onDoubleClick={() => ui.setState({ isLoupeOpen: true })}>
            <JobCompare
              detail={state.detail}
              instead={<Absent detail={state.detail} />}
              key={state.detail.job.id}
              mode="slider"
            />
          </div>
          <JobActions detail={state.detail} />
          <JobVersions detail={state.detail} key={`versions ${state.detail.job.id}`} />
          <JobReview review={state.detail.review} />
          <JobFacts detail={state.detail} />
          <Attempts attempts={state.detail.attempts} />
        </>
      );
  }
}

function Absent({ detail }: { readonly detail: JobDetail }) {
  const { job, failure } = detail;
  const kind = failure?.kind ?? job.failureKind;
  const { tone, word } = JOB_STATES[job.state];
  return (
    <>
      <Pill tone={tone}>{word}</Pill>
      {kind !== undefined && <b>{FAILURES[kind].title}</b>}
    </>
  );
}

function JobActions({ detail }: { readonly detail: JobDetail }) {
  const { backend, accept, ui } = useModel();
  const action = useAction();
  const { job, result } = detail;
  const canRerun =
    job.state === 'done' || job.state === 'failed' || job.state === 'cancelled' || job.state === 'unknown';
  return (
    <div className="pad stack">
      <div className="row wrap">
        {result !== undefined && <PictureButtons picture={{ kind: 'result', resultId: result.id }} />}
        {canRerun && (
          <button
            className="btn small"
            disabled={action.isBusy}
            onClick={() =>
              void action.run(async () => {
                accept({ kind: 'run', run: await backend.client.runs.rerunJob({ jobId: job.id }) });
                toast(ui, `Row ${job.index} is sent again`);
              })
            }
            type="button"
          >
            Rerun
          </button>
        )}
      </div>
      {job.state === 'unknown' && (
        <p className="hint">
          Its answer was lost and it may have been charged. A rerun may be charged again.
        </p>
      )}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {detail.failure !== undefined && job.state !== 'done' && <FailureText detail={detail} />}
    </div>
  );
}

function FailureText({ detail }: { readonly detail: JobDetail }) {
  const failure = detail.failure;
  if (failure === undefined) {
    return null;
  }
  return (
    <Notice tone={detail.job.state === 'failed' ? 'bad' : 'warn'}>
      <b>{FAILURES[failure.kind].title}.</b> {failure.message} {FAILURES[failure.kind].remedy}
      {mayBeCharged(failure) && ' It may have been charged.'}
    </Notice>
  );
}

export function JobFacts({ detail }: { readonly detail: JobDetail }) {
  const { job, result, attempts } = detail;
  const last = attempts.at(-1);
  const tookMs = last?.endedAt === undefined ? undefined : last.endedAt - last.sentAt;
  const cost = attempts.reduce((sum, attempt) => sum + (attempt.costUsd ?? 0), 0);
  const runName = useLive((state) => state.runs.get(job.runId)?.name);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Run', runName],
    ['Model', job.model],
    ['Endpoint', last?.endpointName],
    ['Key', last === undefined || last.keyTail === '' ? undefined : `…${last.keyTail}`],
    [
      'Delivered',
      result &&
        `${result.width} × ${result.height} ${formatOf(result.mimeType)}, ${formatBytes(result.sizeBytes)}`,
    ],
    ['File', result?.fileName],
    ['Took', tookMs === undefined ? undefined : `${formatSeconds(tookMs)}, ${attemptsWord(attempts.length)}`],
    ['Cost', attempts.some((attempt) => attempt.costUsd !== undefined) ? formatUsd(cost) : undefined],
  ];
  return (
    <>
      <div className="pad">
        <p className="job-instruction">{detail.instruction}</p>
        <dl className="kv">
          <Fact name="Row" value={String(job.index)} />
          {Object.entries(detail.fields).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      </div>
      <div className="pad">
        <dl className="kv">
          {facts.map(([name, value]) => value !== undefined && <Fact key={name} name={name} value={value} />)}
        </dl>
      </div>
    </>
  );
}

export function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="clip" title={name}>
        {name}
      </dt>
      <dd className="clip" title={value}>
        {value}
      </dd>
    </>
  );
}

function formatOf(mimeType: string): string {
  return (mimeType.split('/')[1] ?? mimeType).toUpperCase();
}

function attemptsWord(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`;
}

export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  if (attempts.length === 0) {
    return null;
  }
  return (
    <section aria-label="Attempts" className="pad">
      <h2 className="legend">Attempts</h2>
      <ol className="attempts">
        {attempts.map((attempt) => (
          <AttemptItem attempt={attempt} key={attempt.id} />
        ))}
      </ol>
    </section>
  );
}

function AttemptItem({ attempt }: { readonly attempt: Attempt }) {
  const { failure, endedAt } = attempt;
  const key = attempt.keyTail === '' ? '' : ` …${attempt.keyTail}`;
  const took = endedAt === undefined ? 'under way' : formatSeconds(endedAt - attempt.sentAt);
  return (
    <li>
      <div className="row">
        {failure === undefined ? (
          <Pill tone={endedAt === undefined ? 'info' : 'ok'}>{endedAt === undefined ? 'Sent' : 'Done'}</Pill>
        ) : (
          <Pill tone={FAILURES[failure.kind].then === 'final' ? 'bad' : 'warn'}>
            {failure.httpStatus === undefined ? '' : `${failure.httpStatus} `}
            {FAILURES[failure.kind].title}
          </Pill>
        )}
        <span className="hint clip">
          {attempt.endpointName}
          {key}
          {attempt.model === undefined ? '' : `, asked ${attempt.model}`}, {took}
        </span>
        <span className="grow" />
        <time className="hint num">{formatTime(attempt.sentAt)}</time>
      </div>
      {failure !== undefined && <p className="hint">{failure.message}</p>}
    </li>
  );
}
