/** The results around the one shown, small, with what was said of them and whether they look suspicious. */
import type { JobDetail } from '@shared/model/run';
import { Thumbnail, unreadableResult } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import type { ReviewActs } from './review-acts';
import { stripOf } from './review-session';
import type { ReviewSession } from './review-session';
import { NEIGHBOURS } from './use-review-details';

interface FilmstripProps {
  readonly session: ReviewSession;
  readonly details: ReadonlyMap<number, JobDetail>;
  readonly acts: ReviewActs;
}

export function Filmstrip({ session, details, acts }: FilmstripProps) {
  const { backend } = useModel();
  const { ids, at } = session;
  const { from: first, to } = stripOf(session, NEIGHBOURS);
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
            {detail?.result !== undefined && (
              <Thumbnail
                sentence={unreadableResult(detail.result.fileName)}
                src={backend.thumbnail(detail.result.id)}
              />
            )}
          </button>
        );
      })}
    </nav>
  );
}
