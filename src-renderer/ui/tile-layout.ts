/** How many tiles stand in a row of a grid, and how large they are. */
import { useLayoutEffect, useState } from 'react';
import type { RefObject } from 'react';

export const GAP = 8;
export const PADDING = 16;
export const PADDING_ENDS = 12;

export interface TileLayout {
  readonly columns: number;
  /** Pixels; tiles are square. */
  readonly side: number;
}

interface TilesToPlace {
  readonly count: number;
  /** The smallest side, pixels. */
  readonly tileSize: number;
  /** Absent: tiles grow to fill their row, and no further. */
  readonly largest?: number | undefined;
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

/**
 * Tiles that are so few that all of them fit grow until they fill the room, at most to `largest`. Whether they do is
 * asked of their smallest side alone: a scroll bar that comes and goes with the answer cannot change it.
 */
export function layoutOf({ count, tileSize, largest }: TilesToPlace, room: Room): TileLayout {
  const columns = columnsFor(room.width, tileSize);
  const usual = { columns, side: sideIn(room.width, columns) };
  if (largest === undefined) {
    return usual;
  }
  const bound = Math.max(largest, usual.side);
  const [best] = Array.from({ length: Math.min(columns, count) }, (_, at) => at + 1)
    .map((across) => ({ columns: across, side: Math.min(bound, sideOfAll(count, across, room)) }))
    .sort((one, other) => other.side - one.side || other.columns - one.columns);
  return best !== undefined && best.side >= tileSize ? best : usual;
}

export function columnsFor(width: number, tileSize: number): number {
  return Math.max(1, Math.floor((width - 2 * PADDING + GAP) / (tileSize + GAP)));
}

function sideIn(width: number, columns: number): number {
  return (width - 2 * PADDING - GAP * (columns - 1)) / columns;
}

/** With which all of them are in sight; whole pixels, so that no fraction of one brings a scroll bar. */
function sideOfAll(count: number, columns: number, { width, height }: Room): number {
  const rows = Math.ceil(count / columns);
  return Math.floor(Math.min(sideIn(width, columns), (height - 2 * PADDING_ENDS) / rows - GAP));
}

export function useRoom(ref: RefObject<HTMLElement | null>): Room {
  const [room, setRoom] = useState<Room>({ width: 640, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setRoom((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return room;
}
