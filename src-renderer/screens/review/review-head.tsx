/** Where the reviewer is, how far the review is, which results are shown and in which order. */
import { SUSPICION_KINDS, SUSPICIONS } from '@shared/model/measures';
import { suspicionKindSchema } from '@shared/model/measures';
import { unmeasured } from '@shared/model/review';
import type { ReviewFilter, ReviewSource, ReviewSum, SuspicionFilter } from '@shared/model/review';
import type { Run } from '@shared/model/run';
import { Undo2 } from 'lucide-react';
import { useRef } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { runsNewestFirst } from '../../state/live-store';
import { show } from '../../state/ui-store';
import { runLabels } from '../../jobs/run-words';
import { formatCount } from '../../ui/format';
import { ProgressBar } from '../../ui/progress-bar';
import type { ReviewActs } from './review-acts';
import { ExportButton } from '../../exports/export-button';
import type { ExportSubject } from '../../state/outgoing';
import type { ReviewSession } from './review-session';
import type { ReviewLook } from './review-sittings';
import { Keys, keyWords } from '../../ui/keys';

const FILTERS: Readonly<Record<ReviewFilter, string>> = {
  unset: 'Not reviewed',
  all: 'All',
  accepted: 'Accepted',
  rejected: 'Rejected',
};
// In the order they are written above.
const FILTER_NAMES = Object.keys(FILTERS) as ReviewFilter[];

export function filterAfter(filter: ReviewFilter, step: 1 | -1): ReviewFilter {
  return FILTER_NAMES.at((FILTER_NAMES.indexOf(filter) + step) % FILTER_NAMES.length) ?? filter;
}

export interface ReviewHeadProps {
  /** What is reviewed, for screen readers. */
  readonly title: string;
  readonly source: ReviewSource;
  /** Null: results of several runs. */
  readonly run: Run | null;
  readonly session: ReviewSession;
  readonly sum: ReviewSum | null;
  readonly look: ReviewLook;
  readonly acts: ReviewActs;
  onLook(change: Partial<ReviewLook>): void;
}

export function ReviewHead(props: ReviewHeadProps) {
  const { title, run, session, look, acts, onLook } = props;
  return (
    <header className="review-head">
      <h1 className="sr-only">{title}</h1>
      {run !== null && <RunChoice run={run} />}
      <Progress session={session} />
      <div aria-label="Which results" className="row" role="group">
        {FILTER_NAMES.map((name) => (
          <button
            aria-pressed={look.filter === name}
            className="chip"
            key={name}
            onClick={() => onLook({ filter: name })}
            title={`${FILTERS[name]} (F goes on to the next)`}
            type="button"
          >
            {FILTERS[name]}
          </button>
        ))}
      </div>
      {run?.recipe.task !== 'text' && <Suspicion {...props} />}
      <span className="grow" />
      {/* Together, so that none of them stands alone where the head needs a second line. */}
      <div className="row">
        <label className="check">
          <input
            checked={session.autoAdvance}
            onChange={(event) => acts.setAutoAdvance(event.target.checked)}
            type="checkbox"
          />
          Auto-advance <Keys press="A" />
        </label>
        <ReviewExport {...props} />
        <button
          aria-keyshortcuts="Control+Z"
          aria-label="Undo"
          className="btn ghost icon"
          disabled={session.past.length === 0}
          onClick={acts.undo}
          title={`Undo (${keyWords('Ctrl+Z')})`}
          type="button"
        >
          <Undo2 aria-hidden="true" size={16} />
        </button>
      </div>
    </header>
  );
}

/** Which run is reviewed, and the way to another. */
function RunChoice({ run }: { readonly run: Run }) {
  const { ui } = useModel();
  const runs = useLive((live) => live.runs);
  const choices = runsNewestFirst(runs).filter(({ id, counts }) => id === run.id || counts.done > 0);
  const labelOf = runLabels(choices);
  return (
    <select
      aria-label="Run that is reviewed"
      className="input small review-run"
      onChange={(event) => show(ui, { kind: 'review', runId: Number(event.target.value) })}
      value={run.id}
    >
      {choices.map((one) => (
        <option key={one.id} value={one.id}>
          {labelOf(one)}
        </option>
      ))}
    </select>
  );
}

type ExportPart = Pick<ReviewHeadProps, 'run' | 'source' | 'session' | 'look'>;

function ReviewExport(props: ExportPart) {
  const subject = exportSubject(props);
  return subject === null ? null : <ExportButton subject={subject} />;
}

/** What the filters show. "Not reviewed" is what is still to do, and no choice of what to take out. */
function exportSubject({ run, source, session, look }: ExportPart): ExportSubject | null {
  const { filter, suspicion } = look;
  const isNarrow = filter === 'accepted' || filter === 'rejected';
  if (suspicion !== null || (source.kind === 'selection' && isNarrow)) {
    const jobIds = session.ids.filter((id) => {
      // What was judged here stays in its place, whatever the filter makes of it.
      const said = session.reviews.get(id);
      return !isNarrow || said === undefined || said.verdict === filter;
    });
    return { kind: 'selection', selection: { kind: 'ids', jobIds }, count: jobIds.length };
  }
  if (source.kind === 'selection') {
    const { accepted, rejected, unset } = session.counts;
    return { kind: 'selection', selection: source.selection, count: accepted + rejected + unset };
  }
  return run === null
    ? null
    : {
        kind: 'run',
        runId: run.id,
        name: run.name,
        ...(isNarrow ? { filter } : filter === 'all' ? { filter: 'results' } : {}),
      };
}

function Progress({ session }: { readonly session: ReviewSession }) {
  const { counts, ids, at } = session;
  const judged = counts.accepted + counts.rejected;
  const total = judged + counts.unset;
  return (
    <>
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
    </>
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`;
}

function Suspicion({ sum, look, onLook }: Pick<ReviewHeadProps, 'sum' | 'look' | 'onLook'>) {
  const { order, suspicion } = look;
  const kinds = SUSPICION_KINDS.filter((kind) => (sum?.suspicions[kind] ?? 0) > 0 || kind === suspicion);
  const suspicious = sum?.suspicious ?? 0;
  const byPointer = useRef(false);
  return (
    <div className="row">
      <button
        aria-pressed={order === 'suspicious'}
        className="chip"
        onClick={() => onLook({ order: order === 'suspicious' ? 'source' : 'suspicious' })}
        type="button"
      >
        Most suspicious first <Keys press="S" />
      </button>
      {(suspicious > 0 || suspicion !== null) && (
        <select
          aria-keyshortcuts="Shift+S"
          aria-label="Only suspicious results"
          className="input small"
          onChange={(event) => {
            onLook({ suspicion: suspicionOf(event.target.value) });
            // Its keys would choose among the options; after the mouse they are the review's again.
            if (byPointer.current) {
              event.target.blur();
            }
          }}
          onKeyDown={(event) => {
            byPointer.current = false;
            if (event.key === 'Enter' || event.key === 'Escape') {
              event.currentTarget.blur();
            }
          }}
          onPointerDown={() => (byPointer.current = true)}
          value={suspicion ?? ''}
        >
          <option value="">Suspicious or not</option>
          <option value="any">Suspicious ({formatCount(suspicious)})</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {SUSPICIONS[kind].title} ({formatCount(sum?.suspicions[kind] ?? 0)})
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** Where it matters how suspicious results look: not all of them are known yet. */
export function Measured({ sum, look }: Pick<ReviewHeadProps, 'sum' | 'look'>) {
  const isAsked = look.order === 'suspicious' || look.suspicion !== null;
  const left = sum === null || !isAsked ? 0 : unmeasured(sum);
  return sum === null || left <= 0 ? null : (
    <span className="hint num" title="Others may turn out more suspicious. Press S twice to sort anew.">
      {formatCount(sum.measured)} of {formatCount(sum.measured + left)} measured so far
    </span>
  );
}

function suspicionOf(value: string): SuspicionFilter | null {
  const kind = suspicionKindSchema.safeParse(value);
  return value === 'any' ? 'any' : kind.success ? kind.data : null;
}
