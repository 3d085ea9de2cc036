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

/**
 * The items of these ids, shown in their order as the children of the element that the events bubble from. An item that
 * is held stays the one that was pressed, also when others come, go or change places under it.
 */
export function useReorder<Id extends string | number>(
  ids: readonly Id[],
  onMove: (id: Id, place: number) => void,
): Reordering {
  const press = useRef<{ readonly id: Id; readonly y: number; readonly list: HTMLElement } | null>(null);
  const wasDragged = useRef(false);
  const [held, setHeld] = useState<{ readonly id: Id; readonly place: number } | null>(null);
  const from = held === null ? -1 : ids.indexOf(held.id);
  const drag = held === null || from === -1 ? null : { from, place: Math.min(held.place, ids.length - 1) };
  const end = () => {
    press.current = null;
    setHeld(null);
  };
  return {
    drag,
    onPointerDown(event, at) {
      const list = event.currentTarget.parentElement;
      wasDragged.current = false;
      const id = ids[at];
      press.current =
        event.button === 0 && list !== null && id !== undefined ? { id, y: event.clientY, list } : null;
    },
    onPointerMove(event) {
      const pressed = press.current;
      if (pressed === null || (held === null && Math.abs(event.clientY - pressed.y) < THRESHOLD_PX)) {
        return;
      }
      if (held === null) {
        event.currentTarget.setPointerCapture(event.pointerId);
        wasDragged.current = true;
      }
      const { id, list } = pressed;
      setHeld({ id, place: placeAt(middlesOf(list, ids.indexOf(id)), event.clientY) });
    },
    onPointerUp() {
      if (held !== null && drag !== null && drag.place !== drag.from) {
        onMove(held.id, drag.place);
      }
      end();
    },
    onPointerCancel: end,
    onKeyDown(event, at) {
      const act = actOf(QUEUE_KEYS, event);
      const place = at + (act === 'earlier' ? -1 : 1);
      const id = ids[at];
      if (act !== undefined && id !== undefined && place >= 0 && place < ids.length) {
        event.preventDefault();
        onMove(id, place);
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
