/** One sitting of a reviewer over a run: where they are, what they said, and the way back through all of it. Pure. */
import { NO_REVIEW } from '@shared/model/review';
import type { Review, ReviewCounts, Verdict } from '@shared/model/review';
import type { JobDetail } from '@shared/model/run';

/** One thing that was said, with what was said before. */
export interface SaidReview {
  readonly kind: 'review';
  readonly jobId: number;
  readonly resultId: number;
  readonly before: Review;
  readonly after: Review;
}

/** A job was made to show another of its results. */
export interface SaidVersion {
  readonly kind: 'version';
  readonly jobId: number;
  /** Null: none, or it is not known yet, as of a job that is being done again. */
  readonly from: number | null;
  readonly to: number | null;
}

export type Said = SaidReview | SaidVersion;

/** Of which rejection reasons are asked for. */
export type ReasonsOf =
  /** Of the one shown, where it is rejected. */
  | { readonly kind: 'shown' }
  /** Of the one that was rejected last, though the next is shown, until something else is done. */
  | { readonly kind: 'last'; readonly jobId: number; readonly resultId: number }
  /** Of none, until another one is shown. */
  | { readonly kind: 'none' };
const OF_SHOWN: ReasonsOf = { kind: 'shown' };

export interface ReviewSession {
  /** Jobs in their order, as the filter found them when it was chosen: what is judged stays in its place. */
  readonly ids: readonly number[];
  readonly at: number;
  /** Of the whole source. */
  readonly counts: ReviewCounts;
  /** Said in this sitting, by job. */
  readonly reviews: ReadonlyMap<number, Review>;
  readonly past: readonly Said[];
  readonly future: readonly Said[];
  readonly reasonsOf: ReasonsOf;
  readonly autoAdvance: boolean;
}

export interface Shown {
  readonly jobId: number;
  readonly resultId: number;
  /** What the library knows; the sitting may know better. */
  readonly review: Review | undefined;
}

/** Null: it has no result that something could be said of. */
export function shownOf(detail: JobDetail | undefined): Shown | null {
  return detail?.result === undefined
    ? null
    : { jobId: detail.job.id, resultId: detail.result.id, review: detail.review };
}

export function newSession(
  found: Pick<ReviewSession, 'ids' | 'counts'>,
  before?: Pick<ReviewSession, 'past' | 'future' | 'reviews' | 'autoAdvance'>,
): ReviewSession {
  return {
    ...found,
    at: 0,
    reviews: before?.reviews ?? new Map<number, Review>(),
    past: before?.past ?? [],
    future: before?.future ?? [],
    reasonsOf: OF_SHOWN,
    autoAdvance: before?.autoAdvance ?? true,
  };
}

/** Nobody sits here for now: what was said is told by the library, and others may say more. */
export function left(session: ReviewSession): ReviewSession {
  return { ...session, reviews: new Map<number, Review>(), reasonsOf: OF_SHOWN };
}

/**
 * Taken up again where it was left: what is there now stands behind what was there then. What was said in this sitting
 * stays in its place, whatever the filter makes of it.
 */
export function resumed(session: ReviewSession, found: Pick<ReviewSession, 'ids' | 'counts'>): ReviewSession {
  const shown = session.ids[session.at];
  const there = new Set(found.ids);
  const said = new Set([...session.past, ...session.future].map(({ jobId }) => jobId));
  const stay = session.ids.filter((jobId) => jobId === shown || there.has(jobId) || said.has(jobId));
  const old = new Set(stay);
  const ids = [...stay, ...found.ids.filter((jobId) => !old.has(jobId))];
  return {
    ...session,
    ids,
    at: shown === undefined ? 0 : ids.indexOf(shown),
    // What was said since the question is not in its answer.
    counts: session.reviews.size === 0 ? found.counts : session.counts,
  };
}

export function reviewNow(session: ReviewSession, { jobId, review }: Shown): Review {
  return session.reviews.get(jobId) ?? review ?? NO_REVIEW;
}

export interface Step {
  readonly session: ReviewSession;
  /** To be written down. */
  readonly said: Said;
  readonly way: 'said' | 'undone' | 'redone';
  /** What stands for it on the way back, and forward again. */
  readonly entry: Said;
}
interface ReviewStep extends Step {
  readonly said: SaidReview;
}

/** Accepts, rejects, or takes the verdict back; then the next one is shown, unless `stay`. */
export function judged(
  session: ReviewSession,
  shown: Shown,
  { verdict, stay }: { verdict: Verdict | null; stay: boolean },
): ReviewStep {
  const before = reviewNow(session, shown);
  const { verdict: _, ...rest } = before;
  const after: Review = {
    ...rest,
    ...(verdict === null ? {} : { verdict }),
    // Reasons are of a rejection alone.
    reasons: verdict === 'rejected' ? before.reasons : [],
  };
  const step = say(session, shown, after);
  const moves = session.autoAdvance && !stay && verdict !== null;
  return {
    ...step,
    session: {
      ...(moves ? moved(step.session, 1) : step.session),
      reasonsOf:
        verdict === 'rejected' ? { kind: 'last', jobId: shown.jobId, resultId: shown.resultId } : OF_SHOWN,
    },
  };
}

/** 1 to 5; 0 takes the rating back. */
export function rated(session: ReviewSession, shown: Shown, rating: number): ReviewStep {
  const { rating: _, ...rest } = reviewNow(session, shown);
  return say(session, shown, rating === 0 ? rest : { ...rest, rating });
}

export function noted(session: ReviewSession, shown: Shown, note: string): ReviewStep {
  return say(session, shown, { ...reviewNow(session, shown), note });
}

/** The rejection whose reasons are asked for, with what is said of it now; null: there is none. */
export function rejectedOne(session: ReviewSession, shown: Shown | null): Shown | null {
  const { reasonsOf, reviews } = session;
  const one =
    reasonsOf.kind === 'last'
      ? { ...reasonsOf, review: reviews.get(reasonsOf.jobId) }
      : reasonsOf.kind === 'shown' && shown !== null
        ? { ...shown, review: reviewNow(session, shown) }
        : null;
  return one?.review?.verdict === 'rejected' ? one : null;
}

/** Adds that reason to the rejection that is asked about, or takes it off again; null: there is none. */
export function reasoned(session: ReviewSession, shown: Shown | null, reason: string): ReviewStep | null {
  const one = rejectedOne(session, shown);
  if (one === null) {
    return null;
  }
  const before = one.review ?? NO_REVIEW;
  const reasons = before.reasons.includes(reason)
    ? before.reasons.filter((old) => old !== reason)
    : [...before.reasons, reason];
  const step = say(session, one, { ...before, reasons });
  return { ...step, session: { ...step.session, reasonsOf: session.reasonsOf } };
}

/** Number keys rate again. */
export function withoutReasons(session: ReviewSession): ReviewSession {
  return { ...session, reasonsOf: { kind: 'none' } };
}

function say(session: ReviewSession, shown: Shown, after: Review): ReviewStep {
  const before = reviewNow(session, shown);
  const { jobId, resultId } = shown;
  const said = { kind: 'review', jobId, resultId, before, after } as const;
  return {
    said,
    way: 'said',
    entry: said,
    session: {
      ...put(session, said, after),
      past: [...session.past, said],
      future: [],
      // Who closed them for this one wants to rate it, and perhaps to rate it otherwise.
      reasonsOf: session.reasonsOf.kind === 'none' ? session.reasonsOf : OF_SHOWN,
    },
  };
}

/** Another of its results is shown, or it is being done again (`to` null). */
export function versioned(session: ReviewSession, said: Omit<SaidVersion, 'kind'>): Step {
  const step = { kind: 'version', ...said } as const;
  return {
    said: step,
    way: 'said',
    entry: step,
    session: { ...applied(session, step), past: [...session.past, step], future: [], reasonsOf: OF_SHOWN },
  };
}

/** Null: there is nothing to take back. */
export function undone(session: ReviewSession): Step | null {
  const said = session.past.at(-1);
  if (said === undefined) {
    return null;
  }
  const reversed = reverseOf(said);
  const past = session.past.slice(0, -1);
  return {
    said: reversed,
    way: 'undone',
    entry: said,
    session: shownAgain(
      { ...applied(session, reversed), past, future: [...session.future, said] },
      said.jobId,
    ),
  };
}

export function redone(session: ReviewSession): Step | null {
  const said = session.future.at(-1);
  if (said === undefined) {
    return null;
  }
  const future = session.future.slice(0, -1);
  return {
    said,
    way: 'redone',
    entry: said,
    session: shownAgain({ ...applied(session, said), future, past: [...session.past, said] }, said.jobId),
  };
}

/**
 * What could not be written down was never said, and what could not be taken back stands: that alone, whatever was said
 * since. `before`: the sitting as it was then.
 */
export function unsaid(
  session: ReviewSession,
  { entry, way }: Pick<Step, 'entry' | 'way'>,
  before: ReviewSession,
): ReviewSession {
  const past = session.past.filter((one) => one !== entry);
  const future = session.future.filter((one) => one !== entry);
  const out = { ...session, past, future, reasonsOf: OF_SHOWN };
  if (way === 'undone' && session.future.includes(entry)) {
    return { ...out, past: withEntry(past, entry, before.past.length - 1) };
  }
  const at = session.past.indexOf(entry);
  const since = session.past.slice(at + 1);
  if (way === 'redone' && at >= 0 && since.every((one) => before.future.includes(one))) {
    return { ...out, future: withEntry(future, entry, before.future.length - 1) };
  }
  return out;
}

function withEntry(entries: readonly Said[], entry: Said, at: number): readonly Said[] {
  return [...entries.slice(0, at), entry, ...entries.slice(at)];
}

/** The job is again as the library holds it; the same where another of its results is shown. */
export function restored(session: ReviewSession, jobId: number, held: Review): ReviewSession {
  const before = session.reviews.get(jobId);
  return before === undefined ? session : put(session, { jobId, before }, held);
}

/** The result a job is shown with is known by now. */
export function landed(session: ReviewSession, jobId: number, resultId: number): ReviewSession {
  const named = (said: Said): Said =>
    said.kind === 'version' && said.jobId === jobId && said.to === null ? { ...said, to: resultId } : said;
  return { ...session, past: session.past.map(named) };
}

function reverseOf(said: Said): Said {
  return said.kind === 'review'
    ? { ...said, before: said.after, after: said.before }
    : { ...said, from: said.to, to: said.from };
}

function applied(session: ReviewSession, said: Said): ReviewSession {
  if (said.kind === 'review') {
    return put(session, said, said.after);
  }
  // What was said in this sitting was said of the other result; the library knows what was said of this one.
  const reviews = new Map(session.reviews);
  reviews.delete(said.jobId);
  return { ...session, reviews };
}

function put(
  session: ReviewSession,
  { jobId, before }: Pick<SaidReview, 'jobId' | 'before'>,
  after: Review,
): ReviewSession {
  return {
    ...session,
    reviews: new Map(session.reviews).set(jobId, after),
    counts: counted(session.counts, before.verdict, after.verdict),
  };
}

function counted(counts: ReviewCounts, from: Verdict | undefined, to: Verdict | undefined): ReviewCounts {
  const changed = { ...counts };
  changed[from ?? 'unset'] -= 1;
  changed[to ?? 'unset'] += 1;
  return changed;
}

/** A person sees what they take back. */
function shownAgain(session: ReviewSession, jobId: number): ReviewSession {
  const at = session.ids.indexOf(jobId);
  return { ...session, at: at < 0 ? session.at : at, reasonsOf: OF_SHOWN };
}

/** The places that are shown as a strip: those around the present one, always as many as there are. */
export function stripOf(
  { ids, at }: Pick<ReviewSession, 'ids' | 'at'>,
  neighbours: number,
): { readonly from: number; readonly to: number } {
  const length = 2 * neighbours + 1;
  const from = Math.max(0, Math.min(at - neighbours, ids.length - length));
  return { from, to: Math.min(ids.length, from + length) };
}

export function moved(session: ReviewSession, step: number): ReviewSession {
  const at = Math.min(Math.max(0, session.ids.length - 1), Math.max(0, session.at + step));
  return { ...session, at, reasonsOf: OF_SHOWN };
}

/** The next one behind this that has no verdict; the same where there is none. `known`: verdicts of the library. */
export function movedToUnset(
  session: ReviewSession,
  known: (jobId: number) => Review | undefined,
): ReviewSession {
  for (let at = session.at + 1; at < session.ids.length; at += 1) {
    const jobId = session.ids[at] ?? 0;
    if ((session.reviews.get(jobId) ?? known(jobId))?.verdict === undefined) {
      return { ...session, at, reasonsOf: OF_SHOWN };
    }
  }
  return session;
}
