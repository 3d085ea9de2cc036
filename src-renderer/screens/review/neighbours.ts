/** How many results around the one shown are known and stand in the filmstrip: as many as the window has room for. */
import { useSyncExternalStore } from 'react';

/** On each side; in a narrow window they are drawn smaller. */
const LEAST = 7;
/** Of each the details are asked for. */
const MOST = 16;
/** A small picture with the gap beside it, and the ends of the strip, as in review.css. */
const STEP_PX = 70;
const ENDS_PX = 32;

export function neighboursIn(widthPx: number): number {
  const fitting = Math.floor((widthPx - ENDS_PX) / STEP_PX);
  return Math.min(MOST, Math.max(LEAST, Math.floor((fitting - 1) / 2)));
}

export function useNeighbours(): number {
  return useSyncExternalStore(onResize, () => neighboursIn(window.innerWidth));
}

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}
