/**
 * Which rows of a long list of equal rows are in view, and where each of them stands. A browser lays out no element
 * taller than some 33 million pixels, and places nothing exactly beyond 16 million; so a longer list is scrolled in a
 * lower canvas, each pixel of which stands for several of the list.
 */
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

export const TALLEST_CANVAS_PX = 10_000_000;
/** Rows drawn beyond both edges, so that the next are there when they are scrolled to. */
const OVERSCAN = 2;

export interface RowLayout {
  readonly rows: number;
  /** Pixels, with the gap below. */
  readonly rowHeight: number;
  /** Above the first and below the last, pixels. */
  readonly padding: number;
}

export interface RowScale {
  /** Pixels. */
  readonly canvasHeight: number;
  /** Pixels of the list for one of the canvas; 1 unless the list is too long. */
  readonly ratio: number;
}

export function scaleOf({ rows, rowHeight, padding }: RowLayout, viewHeight: number): RowScale {
  const total = rows * rowHeight + 2 * padding;
  return total <= TALLEST_CANVAS_PX
    ? { canvasHeight: total, ratio: 1 }
    : { canvasHeight: TALLEST_CANVAS_PX, ratio: (total - viewHeight) / (TALLEST_CANVAS_PX - viewHeight) };
}

/** What is drawn. `offset`: how far the rows stand above their place in the canvas; 0 unless it is scaled. */
export interface RowsInView {
  readonly first: number;
  readonly last: number;
  readonly offset: number;
}

export function rowsInView(
  layout: RowLayout,
  { scrollTop, viewHeight }: { readonly scrollTop: number; readonly viewHeight: number },
): RowsInView {
  const { rows, rowHeight, padding } = layout;
  const { ratio } = scaleOf(layout, viewHeight);
  const from = scrollTop * ratio - padding;
  return {
    first: Math.max(0, Math.min(rows - 1, Math.floor(from / rowHeight) - OVERSCAN)),
    last: Math.max(0, Math.min(rows - 1, Math.floor((from + viewHeight) / rowHeight) + OVERSCAN)),
    offset: scrollTop * (ratio - 1),
  };
}

/** The scroll position that shows a row, the nearest to the present one. */
export function scrollTopFor(
  row: number,
  layout: RowLayout,
  { scrollTop, viewHeight }: { readonly scrollTop: number; readonly viewHeight: number },
): number {
  const { rowHeight, padding } = layout;
  const { ratio } = scaleOf(layout, viewHeight);
  const now = scrollTop * ratio;
  const top = row * rowHeight;
  const bottom = top + rowHeight + 2 * padding - viewHeight;
  return Math.max(0, Math.min(top, Math.max(bottom, now))) / ratio;
}

export interface RowWindow extends RowsInView {
  readonly canvasHeight: number;
  /** Pixels from the top of the canvas. */
  topOf(row: number): number;
  scrollTo(row: number): void;
}

export function useRowWindow(scroller: RefObject<HTMLElement | null>, layout: RowLayout): RowWindow {
  const { rows, rowHeight, padding } = layout;
  const [viewHeight, setViewHeight] = useState(0);
  const [view, setView] = useState<RowsInView>({ first: 0, last: 0, offset: 0 });
  const position = useRef({ scrollTop: 0, viewHeight: 0 });

  const look = useCallback(
    (element: HTMLElement) => {
      position.current = { scrollTop: element.scrollTop, viewHeight: element.clientHeight };
      setViewHeight(element.clientHeight);
      const next = rowsInView({ rows, rowHeight, padding }, position.current);
      setView((old) =>
        old.first === next.first && old.last === next.last && old.offset === next.offset ? old : next,
      );
    },
    [rows, rowHeight, padding],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const lookAgain = () => look(element);
    lookAgain();
    element.addEventListener('scroll', lookAgain, { passive: true });
    const observer = new ResizeObserver(lookAgain);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', lookAgain);
      observer.disconnect();
    };
  }, [scroller, look]);

  return {
    ...view,
    // The list may have become shorter since it was last looked at.
    last: Math.min(view.last, rows - 1),
    canvasHeight: scaleOf(layout, viewHeight).canvasHeight,
    topOf: (row) => padding + row * rowHeight - view.offset,
    scrollTo: (row) => {
      const element = scroller.current;
      if (element !== null) {
        element.scrollTo({ top: scrollTopFor(row, layout, position.current) });
        // The event of the scroll comes a frame later; the focus is to follow at once.
        look(element);
      }
    },
  };
}
