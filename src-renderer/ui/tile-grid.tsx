/** A virtualised ARIA grid of square tiles with roving focus. It draws only what is in view, whatever the count. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { useRowWindow } from './row-window';

const GAP = 8;
const PADDING = 16;
const PADDING_ENDS = 12;

interface TileGridProps {
  readonly label: string;
  readonly count: number;
  /** The smallest width of a tile in pixels; tiles grow to fill the row. */
  readonly tileSize: number;
  readonly selected: number | undefined;
  onSelect(offset: number): void;
  onOpen(offset: number): void;
  /** Tells which offsets are in view, so that they can be fetched. */
  onRange(first: number, last: number): void;
  renderTile(offset: number): { readonly name: string; readonly content: ReactNode };
}

export function TileGrid(props: TileGridProps) {
  const { count, tileSize, selected, onSelect, onOpen, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = columnsFor(width, tileSize);
  const side = (width - 2 * PADDING - GAP * (columns - 1)) / columns;
  const rows = Math.ceil(count / columns);
  const view = useRowWindow(scroller, { rows, rowHeight: side + GAP, padding: PADDING_ENDS });
  const shown = Array.from({ length: Math.max(0, view.last - view.first + 1) }, (_, at) => view.first + at);
  const first = view.first * columns;
  const last = Math.min(count, (view.last + 1) * columns) - 1;
  useEffect(() => {
    if (count > 0) {
      onRange(first, last);
    }
  }, [onRange, first, last, count]);

  const focusSoon = useFocusOf(scroller, selected);

  function onKeyDown(event: KeyboardEvent): void {
    const current = selected ?? 0;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect(current);
      onOpen(current);
      return;
    }
    const next = nextOffset(event.key, { current, count, columns, page: Math.max(1, shown.length - 3) });
    if (next === null) {
      return;
    }
    event.preventDefault();
    focusSoon();
    view.scrollTo(Math.floor(next / columns));
    onSelect(next);
  }

  return (
    <div
      aria-colcount={columns}
      aria-label={props.label}
      aria-rowcount={rows}
      className="tile-grid"
      onKeyDown={onKeyDown}
      ref={scroller}
      role="grid"
      tabIndex={-1}
    >
      <div className="tile-canvas" role="rowgroup" style={{ height: view.canvasHeight }}>
        {shown.map((row) => (
          <div
            aria-rowindex={row + 1}
            className="tile-row"
            key={row}
            role="row"
            style={{ transform: `translateY(${view.topOf(row)}px)`, height: side }}
          >
            <Cells columns={columns} grid={props} row={row} side={side} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Moves the focus to the selected cell once it is drawn, after it was asked for: a far cell appears only when scrolled to. */
function useFocusOf(scroller: RefObject<HTMLElement | null>, selected: number | undefined): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-offset="${selected}"]`);
    if (isWanted.current && cell !== null && cell !== undefined) {
      isWanted.current = false;
      cell.focus({ preventScroll: true });
    }
  });
  return () => {
    isWanted.current = true;
  };
}

interface CellsProps {
  readonly row: number;
  readonly columns: number;
  readonly side: number;
  readonly grid: TileGridProps;
}

function Cells({ row, columns, side, grid }: CellsProps) {
  const offsets = Array.from({ length: columns }, (_, column) => row * columns + column);
  return offsets
    .filter((offset) => offset < grid.count)
    .map((offset, column) => {
      const { name, content } = grid.renderTile(offset);
      const isSelected = offset === grid.selected;
      return (
        <div
          aria-colindex={column + 1}
          aria-label={name}
          aria-selected={isSelected}
          className="tile-cell"
          data-offset={offset}
          key={offset}
          onClick={() => grid.onSelect(offset)}
          onDoubleClick={() => grid.onOpen(offset)}
          onFocus={() => {
            if (!isSelected) {
              grid.onSelect(offset);
            }
          }}
          role="gridcell"
          style={{ width: side, height: side }}
          tabIndex={offset === (grid.selected ?? 0) ? 0 : -1}
        >
          {content}
        </div>
      );
    });
}

export function columnsFor(width: number, tileSize: number): number {
  return Math.max(1, Math.floor((width - 2 * PADDING + GAP) / (tileSize + GAP)));
}

interface Place {
  readonly current: number;
  readonly count: number;
  readonly columns: number;
  /** Rows that make a page. */
  readonly page: number;
}

/** Where a key leads, or null when it is none of the grid's. */
export function nextOffset(key: string, { current, count, columns, page }: Place): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: columns * page,
    PageUp: -columns * page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, current + step));
}

function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
