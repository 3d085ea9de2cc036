/** A marquee: a rectangle drawn over the empty space of a grid, and which places it touches. Pure, but for the hook. */
import { useRef, useState } from 'react';
import type { PointerEvent, RefObject } from 'react';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface GridShape {
  readonly count: number;
  readonly columns: number;
  /** Pixels, without the gap. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  /** Of the first cell, in the canvas. */
  readonly left: number;
  /** Of the first row, in the canvas, as the rows stand now. */
  readonly top: number;
}

export function boxOf(from: Point, to: Point): Box {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    width: Math.abs(to.x - from.x),
    height: Math.abs(to.y - from.y),
  };
}

/** Places whose cells the box touches, ascending. */
export function placesIn(box: Box, shape: GridShape): number[] {
  const { columns, cellWidth, cellHeight, gap, count } = shape;
  const rows = spanOf(box.top - shape.top, box.height, { cell: cellHeight, gap });
  const across = spanOf(box.left - shape.left, box.width, { cell: cellWidth, gap });
  const firstColumn = Math.max(0, across.first);
  const lastColumn = Math.min(columns - 1, across.last);
  const places: number[] = [];
  for (
    let row = Math.max(0, rows.first);
    row <= Math.min(rows.last, Math.ceil(count / columns) - 1);
    row += 1
  ) {
    for (let column = firstColumn; column <= lastColumn; column += 1) {
      const place = row * columns + column;
      if (place < count) {
        places.push(place);
      }
    }
  }
  return places;
}

/** Cells of a line that a stretch of it touches; the gap after a cell is none of it. */
function spanOf(
  start: number,
  length: number,
  { cell, gap }: { readonly cell: number; readonly gap: number },
): { first: number; last: number } {
  const step = cell + gap;
  const before = Math.floor(start / step);
  const isInGap = start - before * step > cell;
  return { first: isInGap ? before + 1 : before, last: Math.floor((start + length) / step) };
}

/** Nearer to an edge than this, the list scrolls along. */
const EDGE_PX = 28;
const SCROLL_PX = 18;
/** A press that moves less is a click. */
const SLACK_PX = 4;

interface MarqueeOptions {
  /** Places of what is drawn; called with each move. */
  onMarquee(box: Box, isAdding: boolean): void;
  /** A click on empty space. */
  onEmptyPress(): void;
}

/** Draws in the coordinates of the canvas within the scroller. */
export function useMarquee(
  scroller: RefObject<HTMLElement | null>,
  { onMarquee, onEmptyPress }: MarqueeOptions,
) {
  const [box, setBox] = useState<Box | null>(null);
  const start = useRef<(Point & { isAdding: boolean; isDrawn: boolean }) | null>(null);

  function pointIn(element: HTMLElement, event: PointerEvent): Point {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top + element.scrollTop };
  }

  return {
    box,
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      const element = scroller.current;
      const isOnCell = event.target instanceof Element && event.target.closest('[data-offset]') !== null;
      if (
        element === null ||
        isOnCell ||
        event.button !== 0 ||
        event.clientX > element.getBoundingClientRect().left + element.clientWidth
      ) {
        return;
      }
      start.current = {
        ...pointIn(element, event),
        isAdding: event.ctrlKey || event.metaKey || event.shiftKey,
        isDrawn: false,
      };
      element.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>): void {
      const element = scroller.current;
      const from = start.current;
      if (element === null || from === null) {
        return;
      }
      const { top, bottom } = element.getBoundingClientRect();
      if (event.clientY > bottom - EDGE_PX) {
        element.scrollBy({ top: SCROLL_PX });
      } else if (event.clientY < top + EDGE_PX) {
        element.scrollBy({ top: -SCROLL_PX });
      }
      const next = boxOf(from, pointIn(element, event));
      from.isDrawn ||= next.width > SLACK_PX || next.height > SLACK_PX;
      if (from.isDrawn) {
        setBox(next);
        onMarquee(next, from.isAdding);
      }
    },
    onPointerUp(): void {
      if (start.current?.isDrawn === false && !start.current.isAdding) {
        onEmptyPress();
      }
      start.current = null;
      setBox(null);
    },
  };
}
