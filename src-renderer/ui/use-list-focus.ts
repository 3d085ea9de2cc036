/** A list whose items are taken away, or drawn anew at another place: the focus stays in it. */
import { useEffect, useRef } from 'react';
import type { FocusEvent, RefObject } from 'react';
import { useLostFocus } from './use-lost-focus';
import type { LostFocus } from './use-lost-focus';

const ITEM = '[data-item]';

/**
 * The focus follows its item; from one that is gone it goes to the one now at its place, else to the last, else to what
 * the list has besides. Items say who they are by `data-item`; their first button takes the focus.
 */
export function useListFocus(list: RefObject<HTMLElement | null>): LostFocus {
  const heldId = useRef<string | undefined>(undefined);
  const before = useRef<readonly (string | undefined)[]>([]);
  const focus = useLostFocus(() => {
    const items = itemsOf(list.current);
    const place = Math.min(before.current.indexOf(heldId.current), items.length - 1);
    const item = items.find((one) => idOf(one) === heldId.current) ?? items[place] ?? list.current;
    item?.querySelector<HTMLElement>('button, input')?.focus();
  });
  useEffect(() => {
    before.current = itemsOf(list.current).map(idOf);
  });
  return {
    onFocus: (event: FocusEvent) => {
      // What is taken away may have left its item by then.
      heldId.current = idOf(event.target);
      focus.onFocus(event);
    },
    onBlur: focus.onBlur,
  };
}

function itemsOf(list: HTMLElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>(ITEM) ?? [])];
}

function idOf(element: Element): string | undefined {
  return element.closest<HTMLElement>(ITEM)?.dataset['item'];
}
