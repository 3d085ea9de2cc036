/** The results around the one shown, small, with what was said of them and whether they look suspicious. */
import type { JobDetail } from '@shared/model/run';
import { Thumbnail, unreadableResult } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import type { ReviewActs } from './review-acts';
import { stripOf } from './review-session';
import type { ReviewSession } from './review-session';
import { useNeighbours } from './neighbours';

interface FilmstripProps {
  readonly session: ReviewSession;
  readonly details: ReadonlyMap<number, JobDetail>;
  readonly acts: ReviewActs;
}

export function Filmstrip({ session, details, acts }: FilmstripProps) {
  const { ids, at } = session;
  const { from: first, to } = stripOf(session, useNeighbours());
  const shown = ids.slice(first, to);
  return (
    <nav aria-label="Results around this one" className="filmstrip">
      {shown.map((jobId, place) => {
        const detail = details.get(jobId);
        const verdict = (session.reviews.get(jobId) ?? detail?.review)?.verdict;
        const isSuspicious = (detail?.job.suspicions ?? []).length > 0;
        const words = [
          `${first + place + 1} of ${ids.length}`,
          verdict,
          isSuspicious ? 'suspicious' : undefined,
        ];
        return (
          <button
            aria-current={first + place === at ? 'true' : undefined}
            aria-label={words.filter((word) => word !== undefined).join(', ')}
            data-suspicious={isSuspicious || undefined}
            data-verdict={verdict}
            key={jobId}
            onClick={() => acts.moveTo(first + place)}
            type="button"
          >
            {detail !== undefined && <Small detail={detail} />}
          </button>
        );
      })}
    </nav>
  );
}

/** More does not fit. */
const SHOWN_LETTERS = 60;

function Small({ detail: { answer, result } }: { readonly detail: JobDetail }) {
  const { backend } = useModel();
  if (answer !== undefined) {
    return <span className="filmstrip-answer">{answer.text.slice(0, SHOWN_LETTERS)}</span>;
  }
  return result === undefined ? null : (
    <Thumbnail sentence={unreadableResult(result.fileName)} src={backend.thumbnail(result.id)} />
  );
}
