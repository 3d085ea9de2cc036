/**
 * Focus that goes down with what had it: an item that is taken away, a button that is switched off. On the page itself the
 * next key would mean the whole screen.
 */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { FocusEvent } from 'react';

export interface LostFocus {
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
}

/** For the element around the items. `onLost` finds the focus another place; it is told what had it, which may be gone. */
export function useLostFocus(onLost: (held: Element) => void): LostFocus {
  const held = useRef<Element | null>(null);
  const find = useEffectEvent(onLost);
  useEffect(() => {
    // A button that is switched off is left without a word, and what has the focus next is often elsewhere.
    const onFocusIn = ({ target }: Event) => {
      if (target !== held.current) {
        held.current = null;
      }
    };
    // Before `onFocus` below.
    document.addEventListener('focusin', onFocusIn, true);
    return () => document.removeEventListener('focusin', onFocusIn, true);
  }, []);
  useEffect(() => {
    const before = held.current;
    if (before === null || document.activeElement !== document.body) {
      return;
    }
    if (before instanceof HTMLElement && before.isConnected && !isOff(before)) {
      before.focus({ preventScroll: true });
    } else {
      // Found no place now, it is not taken from another later.
      held.current = null;
      find(before);
    }
  });
  return {
    onFocus: ({ target }) => {
      held.current = target;
    },
    onBlur: ({ target }) => {
      // A button that is switched off is left by nobody. What is taken away tells nothing.
      if (!isOff(target)) {
        held.current = null;
      }
    },
  };
}

function isOff(element: Element): boolean {
  return element.matches(':disabled');
}
