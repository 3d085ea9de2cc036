/**
 * Whether a list rushes past faster than anyone can look: then its pictures are not fetched. Each that is shown for a
 * frame alone costs the page, main and the disk as much as one that is looked at.
 */
import { createContext, useContext, useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** Pixels a millisecond: a screen in a fifth of a second. */
const RUSH = 4;
/** So long after the last rushing step, milliseconds. */
const CALM_AFTER_MS = 120;
/** So many are told in one frame: all of a screen at once would be one long frame. */
const AT_ONCE = 12;
/** Of a display: two events within one are one. */
const FRAME_MS = 16;

export interface Haste {
  readonly isRushing: boolean;
  /** Called once, when it is calm again; returns what takes that back. */
  whenCalm(told: () => void): () => void;
}

/** What scrolls. */
export interface Motion extends Haste {
  /** It stands there now; both from anywhere, pixels and milliseconds. */
  moved(top: number, now: number): void;
}

export function createMotion(): Motion {
  const waiting = new Set<() => void>();
  let last: { readonly top: number; readonly at: number } | null = null;
  let calm: ReturnType<typeof setTimeout> | null = null;

  function rest(): void {
    const told = [...waiting].slice(0, AT_ONCE);
    told.forEach((tell) => waiting.delete(tell));
    calm = waiting.size === 0 ? null : setTimeout(rest, FRAME_MS);
    told.forEach((tell) => tell());
  }

  return {
    get isRushing() {
      return calm !== null;
    },
    whenCalm(told) {
      waiting.add(told);
      // It may have become calm since it was drawn.
      calm ??= setTimeout(rest, 0);
      return () => void waiting.delete(told);
    },
    moved(top, now) {
      const isRush = last !== null && Math.abs(top - last.top) > RUSH * Math.max(FRAME_MS, now - last.at);
      last = { top, at: now };
      if (isRush) {
        clearTimeout(calm ?? undefined);
        calm = setTimeout(rest, CALM_AFTER_MS);
      }
    },
  };
}

const CALM: Haste = { isRushing: false, whenCalm: () => () => undefined };

/** Of the list around; without one, nothing rushes. */
export const HasteContext = createContext<Haste>(CALM);

/** Whether what is drawn may fetch its picture: once it may, it goes on showing it. */
export function useMayFetch(): boolean {
  const haste = useContext(HasteContext);
  const [mayFetch, setMayFetch] = useState(!haste.isRushing);
  useEffect(() => (mayFetch ? undefined : haste.whenCalm(() => setMayFetch(true))), [haste, mayFetch]);
  return mayFetch;
}

/** Follows the scrolling of `scroller`. */
export function useMotion(scroller: RefObject<HTMLElement | null>): Haste {
  const [motion] = useState(createMotion);
  useEffect(() => {
    const element = scroller.current;
    const follow = (event: Event): void => motion.moved(element?.scrollTop ?? 0, event.timeStamp);
    element?.addEventListener('scroll', follow, { passive: true });
    return () => element?.removeEventListener('scroll', follow);
  }, [scroller, motion]);
  return motion;
}
