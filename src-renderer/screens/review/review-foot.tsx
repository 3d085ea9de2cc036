/** Below the pictures: the verdict, the rating, the note, and how the pictures are compared. */
import type { JobDetail } from '@shared/model/run';
import { useState } from 'react';
import type { RefObject } from 'react';
import { reviewNow, shownOf } from './review-session';
import type { ReviewSession } from './review-session';
import type { ReviewActs } from './review-acts';
import { Keys } from '../../ui/keys';

interface FootProps {
  readonly session: ReviewSession;
  readonly detail: JobDetail | undefined;
  readonly acts: ReviewActs;
  readonly noteField: RefObject<HTMLInputElement | null>;
  /** Typed for this result, and refused. */
  readonly unsavedNote: string | undefined;
  onRerun(): void;
  onEdit(): void;
  /** Absent: it is no picture. */
  onStudio?(): void;
  /** Absent: there is nothing to compare. */
  onArena?(): void;
}

export function ReviewFoot(props: FootProps) {
  const { session, detail, acts, noteField, unsavedNote, onRerun, onEdit, onStudio, onArena } = props;
  const shown = shownOf(detail);
  const review = shown === null ? null : reviewNow(session, shown);
  return (
    <footer className="review-foot">
      <div className="row">
        <button
          aria-pressed={review?.verdict === 'accepted'}
          className="btn verdict ok"
          disabled={shown === null}
          onClick={() => acts.judge('accepted', false)}
          type="button"
        >
          Accept <Keys press="P" />
        </button>
        <button
          aria-pressed={review?.verdict === 'rejected'}
          className="btn verdict bad"
          disabled={shown === null}
          onClick={() => acts.judge('rejected', false)}
          type="button"
        >
          Reject <Keys press="X" />
        </button>
        <Rating acts={acts} isOff={shown === null} rating={review?.rating} />
      </div>
      <span className="grow" />
      <NoteField
        field={noteField}
        key={detail?.job.id ?? 'nothing'}
        note={review?.note ?? ''}
        onNote={acts.note}
        isOff={shown === null}
        unsaved={unsavedNote}
      />
      {onArena !== undefined && (
        <button className="btn ghost" onClick={onArena} type="button">
          Compare blind… <Keys press="B" />
        </button>
      )}
      {onStudio !== undefined && (
        <button className="btn ghost" disabled={shown === null} onClick={onStudio} type="button">
          Edit in studio <Keys press="E" />
        </button>
      )}
      <button className="btn ghost" disabled={detail === undefined} onClick={onRerun} type="button">
        Rerun <Keys press="R" />
      </button>
      <button className="btn ghost" disabled={detail === undefined} onClick={onEdit} type="button">
        Edit and rerun <Keys press="I" />
      </button>
    </footer>
  );
}

function Rating({
  rating,
  acts,
  isOff,
}: {
  readonly rating: number | undefined;
  readonly acts: ReviewActs;
  readonly isOff: boolean;
}) {
  return (
    <div aria-label="Rating" className="row rating" role="group">
      {[1, 2, 3, 4, 5].map((value) => (
        <button
          aria-label={`${value} of 5`}
          aria-pressed={rating === value}
          className="btn icon small ghost"
          data-lit={(rating ?? 0) >= value || undefined}
          disabled={isOff}
          key={value}
          onClick={() => acts.rate(rating === value ? 0 : value)}
          type="button"
        >
          ★
        </button>
      ))}
      <Keys press="1–5" />
    </div>
  );
}

interface NoteFieldProps {
  readonly note: string;
  readonly isOff: boolean;
  readonly field: RefObject<HTMLInputElement | null>;
  /** Refused, it stands there still, to be saved when the field is left once more. */
  readonly unsaved: string | undefined;
  onNote(text: string): Promise<void>;
}

/** Saved when it is left; Escape leaves it, and Enter too. */
function NoteField({ note, field, unsaved, onNote, isOff }: NoteFieldProps) {
  // Null: nobody types, and what is shown is what is said of it.
  const [typed, setTyped] = useState<string | null>(null);
  const [isIn, setIn] = useState(false);
  return (
    <input
      aria-label="Note"
      className="input review-note"
      // What is typed while its result is made again goes nowhere else: each letter is a key of the review.
      disabled={isOff && !isIn}
      onBlur={() => {
        setIn(false);
        setTyped(null);
        const text = typed ?? unsaved;
        if (text !== undefined && (text !== note || unsaved !== undefined)) {
          void onNote(text);
        }
      }}
      onChange={(event) => setTyped(event.target.value)}
      onFocus={() => setIn(true)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Enter') {
          event.preventDefault();
          event.currentTarget.blur();
        }
      }}
      placeholder="Note (N)"
      ref={field}
      type="text"
      value={typed ?? unsaved ?? note}
    />
  );
}
