/** What a reviewer said of a result: verdict, rating, reasons and note. */
import { isNoReview } from '@shared/model/review';
import type { Review } from '@shared/model/review';
import { Pill } from '../ui/pill';

export function JobReview({ review }: { readonly review: Review | undefined }) {
  if (review === undefined || isNoReview(review)) {
    return null;
  }
  const { verdict, rating, reasons, note } = review;
  return (
    <section aria-label="Review" className="pad stack">
      <div className="row wrap">
        {verdict !== undefined && (
          <Pill tone={verdict === 'accepted' ? 'ok' : 'bad'}>
            {verdict === 'accepted' ? 'Accepted' : 'Rejected'}
          </Pill>
        )}
        {rating !== undefined && (
          <span aria-label={`Rated ${rating} of 5`} role="img">
            {'★'.repeat(rating)}
          </span>
        )}
        {reasons.length > 0 && <span>{reasons.join(', ')}</span>}
      </div>
      {note.trim() !== '' && <p className="job-note">{note}</p>}
    </section>
  );
}
