/** The reviewer's sittings by what is reviewed: whoever comes back finds filter, place and the way back as they left them. */
import type { JobDetail } from '@shared/model/run';
import type { ReviewFilter, ReviewOrder, ReviewSource, SuspicionFilter } from '@shared/model/review';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { left } from './review-session';
import type { ReviewSession } from './review-session';

/** Which results are shown, and in which order. */
export interface ReviewLook {
  readonly filter: ReviewFilter;
  readonly order: ReviewOrder;
  /** Null: suspicious or not. */
  readonly suspicion: SuspicionFilter | null;
}

export interface SittingState {
  readonly look: ReviewLook;
  /** Null: what is to be reviewed was not listed yet. */
  readonly session: ReviewSession | null;
  /** The question that the list of the session answers. */
  readonly answered: string | null;
  /** Why the last word was not saved, or cannot be taken back yet. */
  readonly error: string | null;
  /** By job, notes that could not be saved: each stands in its field until it can. */
  readonly unsavedNotes: ReadonlyMap<number, string>;
}

export type Sitting = StoreApi<SittingState>;

export interface ReviewSittings {
  /** The same as long as it is among the last few. */
  of(source: ReviewSource): Sitting;
  /** By job, what is known of the results around the one on screen. */
  readonly details: StoreApi<ReadonlyMap<number, JobDetail>>;
}

const KEPT_SITTINGS = 8;
const NEW: SittingState = {
  look: { filter: 'unset', order: 'source', suspicion: null },
  session: null,
  answered: null,
  error: null,
  unsavedNotes: new Map(),
};

export function createReviewSittings(): ReviewSittings {
  const sittings = new Map<string, Sitting>();
  return {
    details: createStore(() => new Map()),
    of(source) {
      const key = JSON.stringify(source);
      const sitting = sittings.get(key) ?? createStore<SittingState>(() => NEW);
      sittings.delete(key);
      sittings.set(key, sitting);
      for (const oldest of [...sittings.keys()].slice(0, Math.max(0, sittings.size - KEPT_SITTINGS))) {
        sittings.delete(oldest);
      }
      return sitting;
    },
  };
}

/** Null: nothing of it is left to be saved. */
export function keepNote(sitting: Sitting, jobId: number, text: string | null): void {
  sitting.setState(({ unsavedNotes }) => {
    const kept = new Map(unsavedNotes);
    kept.delete(jobId);
    return { unsavedNotes: text === null ? kept : kept.set(jobId, text) };
  });
}

/** The library is asked anew when the reviewer comes back: until then others may have said something, too. */
export function leave(sitting: Sitting): void {
  sitting.setState(({ session }) => ({ session: session === null ? null : left(session), error: null }));
}
