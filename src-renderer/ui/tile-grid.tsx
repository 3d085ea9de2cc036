/**
 * A virtualised ARIA grid of square tiles with roving focus. It draws only what is in view, whatever the count, and a row that
 * stays in view is not drawn again while the list scrolls. With `many`, several tiles can be selected.
 */
import { memo, useEffect, useLayoutEffect, useRef } from 'react';
import type { DragEvent, KeyboardEvent, MouseEvent, ReactNode, RefObject } from 'react';
import { CHOOSE_KEYS } from '../keys/gallery-keys';
import { actNamed, actOf } from '../keys/key-line';
import type { ActOf } from '../keys/key-line';
import { OPEN_KEYS, WALK_KEYS } from '../keys/picture-keys';
import { HasteContext, useMotion } from './haste';
import { type Box, placesIn, useMarquee } from './marquee';
import { useRowWindow } from './row-window';
import { GAP, layoutOf, PADDING, PADDING_ENDS, useRoom } from './tile-layout';

export interface PressKeys {
  readonly shift: boolean;
  readonly ctrl: boolean;
}

/** How several tiles are selected. `selected` is then the one in focus. */
export interface ManyTiles {
  /** Another number: the tile in focus is to be scrolled to. */
  readonly reveals: number;
  /** Another function whenever the selection is another. */
  isSelected(offset: number): boolean;
  onPress(offset: number, keys: PressKeys): void;
  onMove(offset: number, keys: PressKeys): void;
  /** Ctrl and Space. */
  onToggle(): void;
  /** The tiles a marquee touches. */
  onMarquee(offsets: readonly number[], isAdding: boolean): void;
  onDragStart?(offset: number, event: DragEvent<HTMLElement>): void;
}

interface TileGridProps {
  readonly label: string;
  readonly count: number;
  /** The smallest width of a tile in pixels; tiles grow to fill the row. */
  readonly tileSize: number;
  /** Tiles that all fit grow so far to fill the grid; absent: they do not. */
  readonly largest?: number | undefined;
  readonly selected: number | undefined;
  /** A close look lies over the grid, which follows it, and gives the focus to the selected tile where it ends. */
  readonly isCovered?: boolean;
  /** Another number: the selected tile is to be scrolled to. */
  readonly reveals?: number;
  onSelect(offset: number): void;
  onOpen(offset: number): void;
  /** Tells which offsets are in view, so that they can be fetched. */
  onRange(first: number, last: number): void;
  /** Another function whenever tiles are others. `side`: of the tile, pixels. */
  renderTile(offset: number, side: number): { readonly name: string; readonly content: ReactNode };
  /**
   * What a tile is drawn from: where it is the same as before, a row is not drawn again though `renderTile` is another.
   * `look` stands for all else that it is drawn by.
   */
  readonly source?: TileSource;
  readonly many?: ManyTiles;
}

export interface TileSource {
  readonly look: string;
  at(offset: number): unknown;
}

export function TileGrid(props: TileGridProps) {
  const { count, tileSize, largest, selected, isCovered = false, onSelect, onOpen, onRange, many } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const motion = useMotion(scroller);
  const { columns, side } = layoutOf({ count, tileSize, largest }, useRoom(scroller));
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

  const reveals = many?.reveals ?? props.reveals;
  const focusSoon = useFocusOf(scroller, selected, isCovered);
  useRevealed(selected, { columns, count, scrollTo: view.scrollTo, reveals, isCovered });
  const acts = useLatest({ onSelect, onOpen, many, selected });
  const marquee = useMarquee(scroller, {
    onMarquee: (box: Box, isAdding) =>
      many?.onMarquee(
        placesIn(box, {
          count,
          columns,
          cellWidth: side,
          cellHeight: side,
          gap: GAP,
          left: PADDING,
          top: view.topOf(0),
        }),
        isAdding,
      ),
    onEmptyPress: () => many?.onMarquee([], false),
  });

  function onKeyDown(event: KeyboardEvent): void {
    const current = selected ?? 0;
    const keys = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    if (actOf(CHOOSE_KEYS, event) === 'toggle' && many !== undefined) {
      event.preventDefault();
      if (!event.repeat) {
        many.onToggle();
      }
      return;
    }
    if (actOf(OPEN_KEYS, event) === 'open') {
      event.preventDefault();
      if (!event.repeat) {
        onSelect(current);
        onOpen(current);
      }
      return;
    }
    const next = nextOffset(event.key, { current, count, columns, page: Math.max(1, shown.length - 3) });
    if (next === null) {
      return;
    }
    event.preventDefault();
    focusSoon();
    view.scrollTo(Math.floor(next / columns));
    if (many === undefined) {
      onSelect(next);
    } else {
      many.onMove(next, keys);
    }
  }

  const drawing =
    many === undefined
      ? {}
      : {
          onPointerDown: marquee.onPointerDown,
          onPointerMove: marquee.onPointerMove,
          onPointerUp: marquee.onPointerUp,
          onPointerCancel: marquee.onPointerUp,
        };
  return (
    <div
      aria-colcount={columns}
      aria-label={props.label}
      aria-multiselectable={many === undefined ? undefined : true}
      aria-rowcount={rows}
      className="tile-grid"
      onKeyDown={onKeyDown}
      ref={scroller}
      role="grid"
      tabIndex={-1}
      {...drawing}
    >
      <div className="tile-canvas" role="rowgroup" style={{ height: view.canvasHeight }}>
        <HasteContext value={motion}>
          {shown.map((row) => (
            <div
              aria-rowindex={row + 1}
              className="tile-row"
              key={row}
              role="row"
              style={{ transform: `translateY(${view.topOf(row)}px)`, height: side }}
            >
              <Cells
                acts={acts}
                columns={Math.min(columns, count - row * columns)}
                first={row * columns}
                focused={isIn(selected ?? 0, row, columns) ? (selected ?? 0) : null}
                isFocusKnown={selected !== undefined}
                isSelected={many?.isSelected}
                renderTile={props.renderTile}
                source={props.source}
                side={side}
              />
            </div>
          ))}
        </HasteContext>
        {marquee.box !== null && <div aria-hidden="true" className="marquee" style={{ ...marquee.box }} />}
      </div>
    </div>
  );
}

function isIn(offset: number, row: number, columns: number): boolean {
  return Math.floor(offset / columns) === row;
}

/**
 * Moves the focus to the selected cell once it is drawn, after it was asked for: a far cell appears only when scrolled to.
 * And along with a job that came to another place: the cell it has left would choose the job now there when the window is
 * come back to.
 */
function useFocusOf(
  scroller: RefObject<HTMLElement | null>,
  selected: number | undefined,
  isCovered: boolean,
): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    if (!isCovered) {
      return;
    }
    return () => {
      isWanted.current = true;
    };
  }, [isCovered]);
  useEffect(() => {
    const focused = document.activeElement?.closest('[data-offset]') ?? null;
    if (focused !== null && scroller.current?.contains(focused) === true) {
      const cell = scroller.current.querySelector<HTMLElement>(`[data-offset="${selected}"]`);
      cell?.focus({ preventScroll: true });
    }
  }, [scroller, selected]);
  useEffect(() => {
    const cell = isWanted.current
      ? scroller.current?.querySelector<HTMLElement>(`[data-offset="${selected}"]`)
      : null;
    if (cell !== null && cell !== undefined) {
      isWanted.current = false;
      cell.focus({ preventScroll: true });
    }
  });
  return () => {
    isWanted.current = true;
  };
}

interface Reveal {
  readonly columns: number;
  readonly count: number;
  /** Undefined: never. */
  readonly reveals: number | undefined;
  readonly isCovered: boolean;
  scrollTo(row: number): void;
}

/** A tile that another control put in focus (a jump, the loupe) is scrolled to; and after the tiles changed their size. */
function useRevealed(selected: number | undefined, reveal: Reveal): void {
  const { columns, count, reveals, isCovered, scrollTo } = reveal;
  const row = selected === undefined || selected >= count ? null : Math.floor(selected / columns);
  const latest = useLatest({ row, scrollTo });
  useEffect(() => {
    if (reveals !== undefined && latest.current.row !== null) {
      latest.current.scrollTo(latest.current.row);
    }
  }, [reveals, columns, latest]);
  useEffect(() => {
    if (isCovered && row !== null) {
      latest.current.scrollTo(row);
    }
  }, [isCovered, row, latest]);
}

/** The newest value, without drawing anew what only calls it. */
function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

interface CellsProps {
  readonly first: number;
  readonly columns: number;
  readonly side: number;
  /** The offset in focus, where it is in this row. */
  readonly focused: number | null;
  readonly isFocusKnown: boolean;
  readonly isSelected: ManyTiles['isSelected'] | undefined;
  readonly renderTile: TileGridProps['renderTile'];
  readonly source: TileSource | undefined;
  readonly acts: RefObject<
    Pick<TileGridProps, 'onSelect' | 'onOpen' | 'selected'> & { many: ManyTiles | undefined }
  >;
}

const Cells = memo(CellsOfRow, isSameRow);

function isSameRow(one: CellsProps, other: CellsProps): boolean {
  const offsets = Array.from({ length: Math.max(0, one.columns) }, (_, column) => one.first + column);
  return (
    one.first === other.first &&
    one.columns === other.columns &&
    one.side === other.side &&
    one.focused === other.focused &&
    one.isFocusKnown === other.isFocusKnown &&
    (one.renderTile === other.renderTile || isSameSource(one.source, other.source, offsets)) &&
    (one.isSelected === other.isSelected ||
      offsets.every((offset) => one.isSelected?.(offset) === other.isSelected?.(offset)))
  );
}

function isSameSource(
  one: TileSource | undefined,
  other: TileSource | undefined,
  offsets: readonly number[],
): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.look === other.look &&
    offsets.every((offset) => one.at(offset) === other.at(offset))
  );
}

function CellsOfRow({ first, columns, side, focused, isSelected, ...row }: CellsProps) {
  const offsets = Array.from({ length: Math.max(0, columns) }, (_, column) => first + column);
  const { acts } = row;
  const press = (offset: number, event: MouseEvent) => {
    const { many, onSelect } = acts.current;
    if (many === undefined) {
      onSelect(offset);
    } else {
      many.onPress(offset, { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey });
    }
  };
  return offsets.map((offset, column) => {
    const { name, content } = row.renderTile(offset, side);
    const isFocused = offset === focused;
    return (
      <div
        aria-colindex={column + 1}
        aria-label={name}
        aria-selected={isSelected === undefined ? isFocused && row.isFocusKnown : isSelected(offset)}
        className={
          isSelected !== undefined && isFocused && row.isFocusKnown ? 'tile-cell viewed' : 'tile-cell'
        }
        data-offset={offset}
        draggable={isSelected === undefined ? undefined : true}
        key={offset}
        onClick={(event) => press(offset, event)}
        onDoubleClick={() => acts.current.onOpen(offset)}
        onDragStart={(event) => acts.current.many?.onDragStart?.(offset, event)}
        onFocus={() => {
          if (acts.current.many === undefined && acts.current.selected !== offset) {
            acts.current.onSelect(offset);
          }
        }}
        role="gridcell"
        style={{ width: side, height: side }}
        tabIndex={isFocused ? 0 : -1}
      >
        {content}
      </div>
    );
  });
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
  const steps: Readonly<Record<ActOf<typeof WALK_KEYS>, number>> = {
    right: 1,
    left: -1,
    down: columns,
    up: -columns,
    pageDown: columns * page,
    pageUp: -columns * page,
    first: -count,
    last: count,
  };
  const act = actNamed(WALK_KEYS, key);
  return act === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, current + steps[act]));
}
