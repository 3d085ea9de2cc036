import type { Review } from '@shared/model/review';
import { beforeEach, describe, expect, it } from 'vitest';
import { createReviewSaves } from './review-saves';
import type { ReviewSaves } from './review-saves';
import { judged, newSession, rated, reviewNow, undone, versioned } from './review-session';
import type { ReviewSession, Shown, Step } from './review-session';

const SHOWN: Shown = { jobId: 11, resultId: 110, review: undefined };
const EMPTY = newSession({ ids: [11, 12], counts: { accepted: 0, rejected: 0, unset: 2 } });

let saves: ReviewSaves;
let session: ReviewSession;
beforeEach(() => {
  saves = createReviewSaves();
  session = EMPTY;
});

/** Says it, and returns how the library answers. */
function say(work: (now: ReviewSession) => Step | null): { saved(): void; refused(): void } {
  const before = session;
  const step = work(before);
  if (step === null) {
    throw new Error('There was nothing to say.');
  }
  session = step.session;
  saves.sent(step);
  return {
    saved: () => saves.saved(step),
    refused: () => void (session = saves.refused(session, { step, before })),
  };
}
const accept = () => say((now) => judged(now, SHOWN, { verdict: 'accepted', stay: true }));
const rate = (rating: number) => say((now) => rated(now, SHOWN, rating));
const now = (): Review => reviewNow(session, SHOWN);

describe('a word that is refused', () => {
  it('leaves what was saved before it', () => {
    accept().saved();
    rate(4).refused();
    expect(now()).toEqual({ verdict: 'accepted', reasons: [], note: '' });
    expect(session.past).toHaveLength(1);
    expect(session.counts.accepted).toBe(1);
  });

  it('is carried by a later one of the same result, and can be taken back with it', () => {
    const [first, second] = [accept(), rate(4)];
    first.refused();
    second.saved();
    expect(now()).toMatchObject({ verdict: 'accepted', rating: 4 });
    expect(session.past).toHaveLength(2);
    say(undone).saved();
    say(undone).saved();
    expect(now()).toEqual({ reasons: [], note: '' });
    expect(session.counts).toEqual(EMPTY.counts);
  });

  it('goes with the later one where that is refused, too: the result is as the library holds it', () => {
    rate(2).saved();
    const [first, second] = [accept(), rate(4)];
    first.refused();
    second.refused();
    expect(now()).toEqual({ rating: 2, reasons: [], note: '' });
    expect(session.past).toHaveLength(1);
    expect(session.counts).toEqual(EMPTY.counts);
  });

  it('says nothing of another result of the job', () => {
    const first = accept();
    say((before) => versioned(before, { jobId: 11, from: 110, to: 111 })).saved();
    first.refused();
    expect(session.reviews.has(11)).toBe(false);
    expect(session.past).toMatchObject([{ kind: 'version' }]);
  });
});
