/** The review of a run: instruction above, source and result large, a verdict per key, the neighbours below. */
import type { ReviewFilter } from '@shared/model/review';
import type { JobDetail, Run } from '@shared/model/run';
import { useMemo, useRef, useState } from 'react';
import { nameOfTile } from '../../jobs/job-words';
import { useModel } from '../../state/app-model';
import { useRunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { COMPARE_MODES, Compare } from '../../ui/compare';
import type { CompareMode } from '../../ui/compare';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { RerunDialog } from '../runs/rerun-dialog';
import { ReviewExport } from './review-export';
import { Reasons, ReviewFoot } from './review-foot';
import { stripOf } from './review-session';
import type { ReviewSession } from './review-session';
import { NEIGHBOURS, useReview } from './use-review';
import type { ReviewActs, ReviewSitting } from './use-review';
import { useReviewKeys } from './use-review-keys';
import { useZoom } from './use-zoom';
import './review.css';

const FILTERS: Readonly<Record<ReviewFilter, string>> = {
  unset: 'Not reviewed',
  all: 'All',
  accepted: 'Accepted',
  rejected: 'Rejected',
};
// In the order they are written above.
const FILTER_NAMES = Object.keys(FILTERS) as ReviewFilter[];

export function ReviewScreen({ run }: { readonly run: Run }) {
  const [filter, setFilter] = useState<ReviewFilter>('unset');
  const sitting = useReview(run, filter);
  const { state } = sitting;
  switch (state.kind) {
    case 'loading':
      return <p className="sr-only">Opening the review</p>;
    case 'failed':
      return (
        <div className="empty">
          <p role="alert">{state.sentence}</p>
        </div>
      );
    case 'ready':
      return <Sitting onFilter={setFilter} run={run} session={state.session} sitting={sitting} />;
  }
}

interface SittingProps {
  readonly run: Run;
  readonly session: ReviewSession;
  readonly sitting: ReviewSitting;
  onFilter(filter: ReviewFilter): void;
}

function Sitting({ run, session, sitting, onFilter }: SittingProps) {
  const { acts, details, error } = sitting;
  const [mode, setMode] = useState<CompareMode>('side');
  const [isBlinking, setBlinking] = useState(false);
  const [isRerunning, setRerunning] = useState(false);
  const zoom = useZoom();
  const noteField = useRef<HTMLInputElement>(null);
  const jobId = session.ids[session.at];
  const detail = jobId === undefined ? undefined : details.get(jobId);
  const { toggle, reset } = zoom;
  const keys = useMemo(
    () => ({
      acts,
      cycle: () =>
        setMode((old) => COMPARE_MODES[(COMPARE_MODES.indexOf(old) + 1) % COMPARE_MODES.length] ?? 'side'),
      blink: setBlinking,
      toggleZoom: toggle,
      resetZoom: reset,
      editNote: () => noteField.current?.focus(),
      rerun: () => setRerunning(true),
      toggleAdvance: () => acts.setAutoAdvance(!session.autoAdvance),
    }),
    [acts, toggle, reset, session.autoAdvance],
  );
  useReviewKeys(keys);
  return (
    <div className="review">
      <ReviewHead acts={acts} onFilter={onFilter} run={run} session={session} />
      {error !== null && <Notice tone="bad">{error}</Notice>}
      <p aria-live="polite" className="review-instruction">
        {detail?.instruction ?? ''}
      </p>
      <div className="review-stage" {...zoom.stage} data-zoomed={zoom.zoom.scale > 1 || undefined}>
        {session.ids.length === 0 ? (
          <NothingLeft onFilter={onFilter} run={run} session={session} />
        ) : (
          detail !== undefined && (
            <Compare
              after={detail.output}
              alt={nameOfTile(detail.job)}
              before={detail.inputs}
              instead={<b>This result is being made again.</b>}
              isBlinking={isBlinking}
              mode={mode}
            />
          )
        )}
        {session.reasonsFor !== null && <Reasons acts={acts} session={session} />}
      </div>
      <ReviewFoot
        acts={acts}
        detail={detail}
        mode={mode}
        noteField={noteField}
        onBlink={setBlinking}
        onCycle={keys.cycle}
        onRerun={keys.rerun}
        session={session}
      />
      <Filmstrip acts={acts} details={details} session={session} />
      {isRerunning && jobId !== undefined && (
        <Rerun jobId={jobId} onClose={() => setRerunning(false)} run={run} what={detail?.instruction ?? ''} />
      )}
    </div>
  );
}

interface HeadProps extends Pick<SittingProps, 'run' | 'session' | 'onFilter'> {
  readonly acts: ReviewActs;
}

function ReviewHead({ run, session, acts, onFilter }: HeadProps) {
  const { counts, ids, at } = session;
  const judged = counts.accepted + counts.rejected;
  const total = judged + counts.unset;
  return (
    <header className="review-head">
      <h1 className="sr-only">Review of {run.name}</h1>
      <span className="num review-place">
        {formatCount(ids.length === 0 ? 0 : at + 1)} / {formatCount(ids.length)}
      </span>
      <div className="review-bar">
        <ProgressBar
          label="Reviewed"
          segments={[
            { tone: 'ok', count: counts.accepted },
            { tone: 'bad', count: counts.rejected },
          ]}
          settled={judged}
          total={total}
        />
      </div>
      <span className="hint num">
        {percent(judged, total)} reviewed, {percent(counts.accepted, judged)} accepted
      </span>
      <div aria-label="Which results" className="row" role="group">
        {FILTER_NAMES.map((name) => (
          <button
            aria-pressed={session.filter === name}
            className="chip"
            key={name}
            onClick={() => onFilter(name)}
            type="button"
          >
            {FILTERS[name]}
          </button>
        ))}
      </div>
      <span className="grow" />
      <label className="check">
        <input
          checked={session.autoAdvance}
          onChange={(event) => acts.setAutoAdvance(event.target.checked)}
          type="checkbox"
        />
        Auto-advance <kbd>A</kbd>
      </label>
      <ReviewExport accepted={counts.accepted} run={run} />
      <button className="btn ghost" disabled={session.past.length === 0} onClick={acts.undo} type="button">
        Undo <kbd>Ctrl Z</kbd>
      </button>
    </header>
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`;
}

function NothingLeft({ session, run, onFilter }: Pick<SittingProps, 'session' | 'run' | 'onFilter'>) {
  const { ui } = useModel();
  const { counts, filter } = session;
  const total = counts.accepted + counts.rejected + counts.unset;
  return (
    <div className="empty">
      <h2>
        {total === 0 ? 'No results yet' : filter === 'unset' ? 'Everything is reviewed' : 'None of these'}
      </h2>
      <p>
        {total === 0
          ? 'What the run delivers can be reviewed while it is under way.'
          : `${formatCount(counts.accepted)} accepted, ${formatCount(counts.rejected)} rejected.`}
      </p>
      {total === 0 ? (
        <button className="btn" onClick={() => show(ui, { kind: 'runs', runId: run.id })} type="button">
          Back to the run
        </button>
      ) : (
        <button className="btn" onClick={() => onFilter('all')} type="button">
          Show all {formatCount(total)}
        </button>
      )}
    </div>
  );
}

interface FilmstripProps {
  readonly session: ReviewSession;
  readonly details: ReadonlyMap<number, JobDetail>;
  readonly acts: ReviewActs;
}

function Filmstrip({ session, details, acts }: FilmstripProps) {
  const { backend } = useModel();
  const { ids, at } = session;
  const { from: first, to } = stripOf(session, NEIGHBOURS);
  const shown = ids.slice(first, to);
  return (
    <nav aria-label="Results around this one" className="filmstrip">
      {shown.map((jobId, place) => {
        const detail = details.get(jobId);
        const verdict = (session.reviews.get(jobId) ?? detail?.review)?.verdict;
        return (
          <button
            aria-current={first + place === at ? 'true' : undefined}
            aria-label={`${first + place + 1} of ${ids.length}${verdict === undefined ? '' : `, ${verdict}`}`}
            data-verdict={verdict}
            key={jobId}
            onClick={() => acts.moveTo(first + place)}
            type="button"
          >
            {detail?.result !== undefined && (
              <img alt="" decoding="async" draggable={false} src={backend.thumbnail(detail.result.id)} />
            )}
          </button>
        );
      })}
    </nav>
  );
}

interface RerunProps {
  readonly run: Run;
  readonly jobId: number;
  readonly what: string;
  onClose(): void;
}

function Rerun({ run, jobId, what, onClose }: RerunProps) {
  const controls = useRunControls(run);
  return (
    <RerunDialog
      controls={controls}
      onClose={onClose}
      run={run}
      target={{ which: { kind: 'jobs', jobIds: [jobId] }, count: 1, what }}
    />
  );
}
