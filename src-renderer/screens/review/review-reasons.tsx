/** Why a result was rejected, as chips over the pictures: of the one shown, or of the one rejected last while the next is shown. */
import type { JobDetail } from '@shared/model/run';
import { X } from 'lucide-react';
import { useState } from 'react';
import { rowOfTile } from '../../jobs/job-words';
import { Thumbnail } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import type { ReviewActs } from './review-acts';
import { rejectedOne, shownOf } from './review-session';
import type { ReviewSession } from './review-session';
import { Keys } from '../../ui/keys';

/** As the model has it. */
const LONGEST_REASON = 60;

interface ReasonsProps {
  readonly session: ReviewSession;
  readonly details: ReadonlyMap<number, JobDetail>;
  readonly acts: ReviewActs;
  /** Those that are offered. */
  readonly reasons: readonly string[];
}

export function Reasons({ session, details, acts, reasons }: ReasonsProps) {
  const shownId = session.ids[session.at] ?? 0;
  const one = rejectedOne(session, shownOf(details.get(shownId)));
  if (one === null) {
    return null;
  }
  const given = one.review?.reasons ?? [];
  const own = given.filter((reason) => !reasons.includes(reason));
  return (
    <div aria-label="Why it was rejected" className="row reasons" role="group">
      {one.jobId === shownId ? (
        <b>Why?</b>
      ) : (
        <Whose detail={details.get(one.jobId)} resultId={one.resultId} />
      )}
      {[...reasons, ...own].map((reason, at) => (
        <button
          aria-pressed={given.includes(reason)}
          className="chip"
          key={reason}
          onClick={() => acts.reason(reason)}
          type="button"
        >
          {reason} {at < reasons.length && <Keys press={String(at + 1)} />}
        </button>
      ))}
      <OtherReason
        key={one.resultId}
        onReason={(reason) => {
          if (!given.includes(reason)) {
            acts.reason(reason);
          }
        }}
      />
      <button
        aria-label="Close the reasons"
        className="btn ghost small"
        onClick={acts.closeReasons}
        title="Close the reasons: number keys rate the picture again (Esc)"
        type="button"
      >
        <X aria-hidden="true" size={14} /> <Keys press="Esc" />
      </button>
    </div>
  );
}

/** It is not the one that fills the screen. */
function Whose({ detail, resultId }: { readonly detail: JobDetail | undefined; readonly resultId: number }) {
  const { backend } = useModel();
  return (
    <b className="row">
      {detail?.answer === undefined && <Thumbnail src={backend.thumbnail(resultId)} />}
      {detail === undefined ? 'Why was it rejected?' : `${rowOfTile(detail.job)}: why?`}
    </b>
  );
}

/** Enter gives it, and Escape leaves the field. */
function OtherReason({ onReason }: { onReason(reason: string): void }) {
  const [typed, setTyped] = useState('');
  return (
    <input
      aria-label="Other reason"
      className="input small"
      maxLength={LONGEST_REASON}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== 'Escape') {
          return;
        }
        event.preventDefault();
        const reason = typed.trim();
        if (event.key === 'Enter' && reason !== '') {
          onReason(reason);
        }
        setTyped('');
        event.currentTarget.blur();
      }}
      placeholder="Other…"
      type="text"
      value={typed}
    />
  );
}
