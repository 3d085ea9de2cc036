import { NO_REVIEW, rejectionReasons } from '@shared/model/review';
import type { Review } from '@shared/model/review';
import { describe, expect, it } from 'vitest';
import {
  judged,
  landed,
  left,
  moved,
  movedToUnset,
  newSession,
  noted,
  rated,
  reasoned,
  redone,
  restored,
  resumed,
  rejectedOne,
  reviewNow,
  undone,
  unsaid,
  versioned,
  withoutReasons,
} from './review-session';
import type { ReviewSession, Shown, Step } from './review-session';

const IDS = [11, 12, 13, 14];
const start = (): ReviewSession => newSession({ ids: IDS, counts: { accepted: 0, rejected: 0, unset: 4 } });

const shownAt = (session: ReviewSession, review?: Review): Shown => {
  const jobId = session.ids[session.at] ?? 0;
  return { jobId, resultId: jobId * 10, review };
};
const judge = (
  session: ReviewSession,
  verdict: 'accepted' | 'rejected' | null,
  stay = false,
): ReviewSession => judged(session, shownAt(session), { verdict, stay }).session;
const must = (step: Step | null): Step => {
  if (step === null) {
    throw new Error('expected a step');
  }
  return step;
};

describe('a verdict', () => {
  it('is kept, counted, and followed by the next result', () => {
    const { session, said } = judged(start(), shownAt(start()), { verdict: 'accepted', stay: false });
    expect(session).toMatchObject({ at: 1, counts: { accepted: 1, rejected: 0, unset: 3 } });
    expect(said).toMatchObject({ jobId: 11, resultId: 110, after: { verdict: 'accepted' } });
    expect(judge(session, 'rejected', true)).toMatchObject({ at: 1, counts: { accepted: 1, rejected: 1 } });
    expect(judge({ ...session, autoAdvance: false }, 'accepted').at).toBe(1);
  });

  it('is changed without counting twice, and taken back without moving on', () => {
    const changed = judge({ ...judge(start(), 'accepted', true) }, 'rejected', true);
    expect(changed.counts).toEqual({ accepted: 0, rejected: 1, unset: 3 });
    const taken = judge(changed, null);
    expect(taken).toMatchObject({ at: 0, counts: { accepted: 0, rejected: 0, unset: 4 } });
    expect(reviewNow(taken, shownAt(taken)).reasons).toEqual([]);
  });

  it('stays at the last one', () => {
    const last = moved(start(), 99);
    expect(last.at).toBe(3);
    expect(judge(last, 'accepted').at).toBe(3);
  });
});

describe('the reasons of a rejection', () => {
  const [first = '', second = ''] = rejectionReasons(false);
  /** Given to whichever is asked about; `review`: what the library knows of the one shown. */
  const give = (session: ReviewSession, reason: string, review?: Review) =>
    reasoned(session, shownAt(session, review), reason);

  it('are of the one that was rejected last, though the next is shown, until something else is done', () => {
    const session = judge(start(), 'rejected');
    expect(session).toMatchObject({ at: 1, reasonsOf: { kind: 'last', jobId: 11 } });
    const two = must(give(must(give(session, first)).session, second)).session;
    expect(two.reviews.get(11)?.reasons).toEqual(['Wrong object', 'Artifacts']);
    expect(must(give(two, first)).session.reviews.get(11)?.reasons).toEqual(['Artifacts']);
    expect(give(moved(two, 1), first)).toBeNull();
  });

  it('are of the one shown where it was rejected before, and may be any words', () => {
    const rejected: Review = { verdict: 'rejected', reasons: ['Cut off'], note: '' };
    const own = must(give(start(), 'hands', rejected));
    expect(own.said).toMatchObject({ jobId: 11, resultId: 110, after: { reasons: ['Cut off', 'hands'] } });
    const back = must(give(own.session, 'Cut off', rejected)).session;
    expect(back.reviews.get(11)?.reasons).toEqual(['hands']);
    expect(give(start(), first, { ...rejected, verdict: 'accepted' })).toBeNull();
  });

  it('are asked for no more once they are closed, however often it is rated, until another one is shown', () => {
    const closed = withoutReasons(judge(start(), 'rejected', true));
    expect(give(closed, first)).toBeNull();
    const four = rated(closed, shownAt(closed), 4).session;
    expect(give(four, first)).toBeNull();
    const back = moved(moved(four, 1), -1);
    expect(rejectedOne(back, shownAt(back))).toMatchObject({ jobId: 11, review: { rating: 4 } });
  });

  it('are asked for no more once the rejection was taken back or refused', () => {
    const step = judged(start(), shownAt(start()), { verdict: 'rejected', stay: false });
    const held = restored(step.session, 11, NO_REVIEW);
    expect(rejectedOne(held, shownAt(held))).toBeNull();
  });
});

describe('a rating and a note', () => {
  it('stand beside the verdict', () => {
    const accepted = judge(start(), 'accepted', true);
    const four = rated(accepted, shownAt(accepted), 4).session;
    const said = noted(four, shownAt(four), 'nice light').session;
    expect(said.reviews.get(11)).toEqual({ verdict: 'accepted', rating: 4, reasons: [], note: 'nice light' });
    expect(rated(said, shownAt(said), 0).session.reviews.get(11)?.rating).toBeUndefined();
  });
});

describe('undo', () => {
  it('goes back through everything that was said, showing each, and forward again', () => {
    let session = start();
    for (const verdict of ['accepted', 'rejected', 'accepted'] as const) {
      session = judge(session, verdict);
    }
    const back = must(undone(must(undone(session)).session));
    expect(back.said).toMatchObject({ jobId: 12, before: { verdict: 'rejected' } });
    expect(back.said).toMatchObject({ kind: 'review', after: { reasons: [] } });
    expect(back.said).not.toHaveProperty('after.verdict');
    expect(back.session).toMatchObject({ at: 1, counts: { accepted: 1, rejected: 0, unset: 3 } });
    const forward = must(redone(back.session)).session;
    expect(forward.counts).toEqual({ accepted: 1, rejected: 1, unset: 2 });
    expect(redone(judge(back.session, 'accepted'))).toBeNull();
    expect(undone(start())).toBeNull();
  });

  it('reaches what was said under another filter', () => {
    const judgedOne = judge(start(), 'accepted');
    const other = newSession({ ids: [12, 13, 14], counts: judgedOne.counts }, judgedOne);
    expect(must(undone(other)).said).toMatchObject({ jobId: 11 });
  });
});

describe('another version', () => {
  it('is among what can be taken back, in its turn, with what was said before and after', () => {
    const accepted = judge(start(), 'accepted', true);
    const again = versioned(accepted, { jobId: 11, from: 110, to: null }).session;
    // What was said was said of the result that is a version now.
    expect(again.reviews.has(11)).toBe(false);
    const there = landed(again, 11, 111);
    const back = must(undone(there));
    expect(back.said).toEqual({ kind: 'version', jobId: 11, from: 111, to: 110 });
    expect(must(undone(back.session)).said).toMatchObject({ kind: 'review', resultId: 110 });
    expect(must(redone(back.session)).said).toEqual({ kind: 'version', jobId: 11, from: 110, to: 111 });
  });

  it('that was refused leaves the sitting as it was', () => {
    const accepted = judge(start(), 'accepted', true);
    const step = versioned(accepted, { jobId: 11, from: 110, to: 111 });
    expect(unsaid(step.session, step, accepted).past).toEqual(accepted.past);
  });
});

describe('what could not be written down', () => {
  it('was never said; all that was said since can still be taken back', () => {
    const first = judged(start(), shownAt(start()), { verdict: 'accepted', stay: false });
    const later = judge(judge(first.session, 'rejected'), 'accepted');
    const back = unsaid(later, first, start());
    expect(back.past.map(({ jobId }) => jobId)).toEqual([12, 13]);
    expect(back.at).toBe(3);
    expect(restored(back, 11, NO_REVIEW).counts).toEqual({ accepted: 1, rejected: 1, unset: 2 });
  });

  it('leaves what was not taken back on the way back, in its place', () => {
    const said = judge(judge(judge(start(), 'accepted'), 'rejected'), 'accepted');
    const one = must(undone(said));
    const two = must(undone(one.session));
    const ids = ({ past, future }: ReviewSession) =>
      [past, future].map((all) => all.map(({ jobId }) => jobId));
    const back = unsaid(two.session, one, said);
    expect(ids(back)).toEqual([[11, 13], [12]]);
    expect(ids(unsaid(back, two, one.session))).toEqual([[11, 12, 13], []]);
  });

  it('can be said again where it had been taken back before', () => {
    const none = must(undone(must(undone(judge(judge(start(), 'accepted'), 'rejected'))).session)).session;
    const one = must(redone(none));
    const two = must(redone(one.session));
    const back = unsaid(two.session, one, none);
    expect(back.past.map(({ jobId }) => jobId)).toEqual([12]);
    expect(back.future.map(({ jobId }) => jobId)).toEqual([11]);
    // Something new was said, and nothing that had been taken back comes after it.
    expect(unsaid(judge(two.session, 'rejected'), one, none).future).toEqual([]);
  });
});

describe('a sitting that was left', () => {
  it('goes on in its place, with what is there now behind what was there then', () => {
    const before = moved(judge(start(), 'accepted'), 1);
    const counts = { accepted: 1, rejected: 1, unset: 5 };
    // 11 was judged here, 12 elsewhere; 15 came.
    const back = resumed(left(before), { ids: [13, 14, 15], counts });
    expect(back).toMatchObject({ ids: [11, 13, 14, 15], at: 1, counts, past: before.past });
    // What it knew of may have been changed by others.
    expect(back.reviews.size).toBe(0);
  });
});

it('finds the next one without a verdict, by what the library and the sitting know', () => {
  const session = { ...judge(moved(start(), 1), 'accepted', true), at: 0 };
  const known = (jobId: number): Review | undefined =>
    jobId === 13 ? { verdict: 'rejected', reasons: [], note: '' } : undefined;
  expect(movedToUnset(session, known).at).toBe(3);
  expect(movedToUnset({ ...session, at: 3 }, known).at).toBe(3);
});
