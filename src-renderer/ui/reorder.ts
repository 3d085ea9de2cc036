/** Moving an item of a list: by dragging it, or with Alt and an arrow key. */
import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { actOf } from '../keys/key-line';
import { QUEUE_KEYS } from '../keys/work-keys';

export interface Reordering {
  /** The item under way and the place it would get; null while nothing is dragged. */
  readonly drag: { readonly from: number; readonly place: number } | null;
  onPointerDown(event: PointerEvent<HTMLElement>, at: number): void;
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  onPointerUp(): void;
  onPointerCancel(): void;
  onKeyDown(event: KeyboardEvent, at: number): void;
  /** True once, right after a drag: the click that ends it is no click. */
  takeClick(): boolean;
}

/** A press moves the item only after this many pixels; before, it is a click. */
const THRESHOLD_PX = 6;

/** `count` items, shown as the children of the element that the events bubble from. */
export function useReorder(count: number, onMove: (from: number, place: number) => void): Reordering {
  const press = useRef<{ readonly from: number; readonly y: number; readonly list: HTMLElement } | null>(
    null,
  );
  const wasDragged = useRef(false);
  const [drag, setDrag] = useState<Reordering['drag']>(null);
  const end = () => {
    press.current = null;
    setDrag(null);
  };
  return {
    drag,
    onPointerDown(event, at) {
      const list = event.currentTarget.parentElement;
      wasDragged.current = false;
      press.current = event.button === 0 && list !== null ? { from: at, y: event.clientY, list } : null;
    },
    onPointerMove(event) {
      const held = press.current;
      if (held === null || (drag === null && Math.abs(event.clientY - held.y) < THRESHOLD_PX)) {
        return;
      }
      if (drag === null) {
        event.currentTarget.setPointerCapture(event.pointerId);
        wasDragged.current = true;
      }
      setDrag({ from: held.from, place: placeAt(middlesOf(held.list, held.from), event.clientY) });
    },
    onPointerUp() {
      if (drag !== null && drag.place !== drag.from) {
        onMove(drag.from, drag.place);
      }
      end();
    },
    onPointerCancel: end,
    onKeyDown(event, at) {
      const act = actOf(QUEUE_KEYS, event);
      const place = at + (act === 'earlier' ? -1 : 1);
      if (act !== undefined && place >= 0 && place < count) {
        event.preventDefault();
        onMove(at, place);
      }
    },
    takeClick() {
      const was = wasDragged.current;
      wasDragged.current = false;
      return was;
    },
  };
}

/** The middles of all other items, top down. */
function middlesOf(list: HTMLElement, without: number): readonly number[] {
  return [...list.children].flatMap((child, at) => {
    const { top, height } = child.getBoundingClientRect();
    return at === without ? [] : [top + height / 2];
  });
}

/** The place something dropped at `y` gets among the others. */
export function placeAt(middles: readonly number[], y: number): number {
  return middles.filter((middle) => middle < y).length;
}

/** How an item of the list looks while one of them is dragged. */
export function dragClass(drag: Reordering['drag'], at: number): string | undefined {
  if (drag === null || drag.place === drag.from) {
    return drag?.from === at ? 'dragged' : undefined;
  }
  if (drag.from === at) {
    return 'dragged';
  }
  const isTarget = at === drag.place;
  return isTarget ? (drag.place > drag.from ? 'drop-below' : 'drop-above') : undefined;
}
