/** What a reviewer does: the sitting changes at once, the library hears of it, and what it refuses is taken back. */
import type { Review } from '@shared/model/review';
import type { JobDetail } from '@shared/model/run';
import type { Client } from '../../api';
import { withVault } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import type { UiStore } from '../../state/ui-store';
import { createReviewSaves } from './review-saves';
import {
  judged,
  landed,
  moved,
  movedToUnset,
  noted,
  rated,
  reasoned,
  redone,
  rejectedOne,
  shownOf,
  undone,
  versioned,
  withoutReasons,
} from './review-session';
import type { ReviewSession, Said, Shown, Step } from './review-session';

export interface ReviewActs {
  judge(verdict: 'accepted' | 'rejected' | null, stay: boolean): void;
  rate(rating: number): void;
  /** What is not saved is kept for that result. */
  note(text: string): Promise<void>;
  /** Gives the rejection that is asked about that reason, or takes it off again. False: none is asked about. */
  reason(reason: string): boolean;
  /** Asks about no rejection until another one is shown. False: none was asked about. */
  closeReasons(): boolean;
  undo(): void;
  redo(): void;
  move(step: number): void;
  moveTo(at: number): void;
  nextUnset(): void;
  setAutoAdvance(isOn: boolean): void;
  /** Does the one shown again in place, with another instruction where one is given. False: it was refused. */
  rerun(instruction?: string): Promise<boolean>;
  /** Shows that version of the one shown from now on. */
  takeBack(resultId: number): void;
}

export interface ReviewActsParts {
  readonly client: Client;
  readonly ui: UiStore;
  session(): ReviewSession | null;
  put(session: ReviewSession): void;
  detail(jobId: number): JobDetail | undefined;
  /** Whether the picture at that address was to be shown, and could not be read. */
  isUnreadable(url: string): boolean;
  /** Its result, and the counts with it, may be others by now. */
  refresh(jobId: number): void;
  /** Null: all is well again. */
  fail(sentence: string | null): void;
  /** Keeps the note of a result that could not be saved; null: there is none any more. */
  keepNote(jobId: number, text: string | null): void;
}

const IN_FLIGHT: ReadonlySet<string> = new Set(['pending', 'leased', 'sent']);
const UNDER_WAY = 'This result is still being made. Wait until it is done, then try again.';
/** Named, since the sentence stays when one goes on to others. */
const notAccepted = (fileName: string): string =>
  `“${fileName}” was not accepted, since it cannot be read: put the file back and try again, or reject it.`;
const NO_RESULT = 'There is no result to save this note for. Rerun it, then leave the note field once more.';

export function createReviewActs(parts: ReviewActsParts): ReviewActs {
  const { session: now, put, detail } = parts;
  const saves = createReviewSaves();

  async function save(step: Step, write: (said: Said) => Promise<void>): Promise<boolean> {
    const before = now();
    if (before === null) {
      return false;
    }
    put(step.session);
    parts.fail(null);
    saves.sent(step);
    try {
      await write(step.said);
      saves.saved(step);
      return true;
    } catch (failure) {
      parts.fail(sentenceOf(failure));
      change((session) => saves.refused(session, { step, before }));
      parts.refresh(step.said.jobId);
      return false;
    }
  }

  function say(step: Step | null): void {
    if (step !== null) {
      void save(step, (said) => written(parts, said));
    }
  }

  function shownDetail(): JobDetail | undefined {
    const session = now();
    const jobId = session?.ids[session.at];
    return jobId === undefined ? undefined : detail(jobId);
  }

  const shown = (): Shown | null => shownOf(shownDetail());

  function act(work: (session: ReviewSession, shown: Shown) => Step): void {
    const session = now();
    const one = shown();
    say(session === null || one === null ? null : work(session, one));
  }

  function change(work: (session: ReviewSession) => ReviewSession): void {
    const session = now();
    if (session !== null) {
      put(work(session));
    }
  }

  /** Which result a rerun has brought must be known before it can be exchanged. */
  function settled(said: Said | undefined): boolean {
    if (said?.kind !== 'version') {
      return true;
    }
    const { job, result } = detail(said.jobId) ?? {};
    if (job !== undefined && IN_FLIGHT.has(job.state)) {
      parts.fail(UNDER_WAY);
      return false;
    }
    if (result !== undefined && result.id !== said.from) {
      change((session) => landed(session, said.jobId, result.id));
    }
    return true;
  }

  function back(step: (session: ReviewSession) => Step | null, which: 'past' | 'future'): void {
    const session = now();
    const last = session?.[which].at(-1);
    if (session === null || !settled(last)) {
      return;
    }
    if (which === 'future' && last?.kind === 'version' && last.to === null) {
      // It brought nothing that could be shown again.
      put({ ...session, future: session.future.slice(0, -1) });
      return;
    }
    say(step(now() ?? session));
  }

  const stored = (jobId: number): Review | undefined => detail(jobId)?.review;
  return {
    judge(verdict, stay) {
      const { output, result, review } = shownDetail() ?? {};
      const isUnseen = output !== undefined && parts.isUnreadable(output);
      if (verdict === 'accepted' && review?.verdict !== 'accepted' && isUnseen && result !== undefined) {
        parts.fail(notAccepted(result.fileName));
      } else {
        act((session, one) => judged(session, one, { verdict, stay }));
      }
    },
    rate: (rating) => act((session, one) => rated(session, one, rating)),
    async note(text) {
      const session = now();
      const jobId = session?.ids[session.at];
      if (session === null || jobId === undefined) {
        return;
      }
      const one = shown();
      if (one === null) {
        const { job } = shownDetail() ?? {};
        parts.keepNote(jobId, text);
        parts.fail(job !== undefined && !IN_FLIGHT.has(job.state) ? NO_RESULT : UNDER_WAY);
        return;
      }
      parts.keepNote(jobId, null);
      if (!(await save(noted(session, one, text), (said) => written(parts, said)))) {
        parts.keepNote(jobId, text);
      }
    },
    reason(reason) {
      const session = now();
      const step = session === null ? null : reasoned(session, shown(), reason);
      say(step);
      return step !== null;
    },
    closeReasons() {
      const session = now();
      const isAsked = session !== null && rejectedOne(session, shown()) !== null;
      if (isAsked) {
        put(withoutReasons(session));
      }
      return isAsked;
    },
    undo: () => back(undone, 'past'),
    redo: () => back(redone, 'future'),
    move: (step) => change((session) => moved(session, step)),
    moveTo: (at) => change((session) => moved(session, at - session.at)),
    nextUnset: () => change((session) => movedToUnset(session, stored)),
    setAutoAdvance: (isOn) => change((session) => ({ ...session, autoAdvance: isOn })),
    async rerun(instruction) {
      const { job, result } = shownDetail() ?? {};
      const session = now();
      if (job === undefined || session === null || IN_FLIGHT.has(job.state)) {
        parts.fail(job === undefined ? null : UNDER_WAY);
        return false;
      }
      const step = versioned(session, { jobId: job.id, from: result?.id ?? null, to: null });
      return await save(step, () => rerun(parts, job.id, instruction));
    },
    takeBack(resultId) {
      const one = shownDetail();
      if (one !== undefined) {
        act((session) =>
          versioned(session, { jobId: one.job.id, from: one.result?.id ?? null, to: resultId }),
        );
      }
    },
  };
}

async function rerun(
  { client, ui, refresh }: ReviewActsParts,
  jobId: number,
  instruction: string | undefined,
): Promise<void> {
  await withVault(ui, () =>
    client.review.rerun({ jobId, ...(instruction === undefined ? {} : { instruction }) }),
  );
  refresh(jobId);
}

async function written({ client, refresh }: ReviewActsParts, said: Said): Promise<void> {
  const { jobId } = said;
  if (said.kind === 'version') {
    if (said.to !== null) {
      await client.review.takeBack({ jobId, resultId: said.to });
    }
    refresh(jobId);
    return;
  }
  await client.review.set({ jobId, resultId: said.resultId, review: said.after });
}
