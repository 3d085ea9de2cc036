/** Where the focus goes in the queue: into it when it is unfolded by its key, from run to run, and after a run that moves. */
import { useEffect, useRef } from 'react';
import type { FocusEvent } from 'react';

const RUNS = '.dock [data-run-id] > .link';

/** Once it is drawn. */
export function focusQueue(): void {
  setTimeout(() => document.querySelector<HTMLElement>(RUNS)?.focus(), 0);
}

/** What is folded away takes the focus with it. */
export function leaveQueue(): void {
  if (document.activeElement?.closest('.dock') !== null) {
    document.querySelector<HTMLElement>('.dock-toggle')?.focus();
  }
}

/** It stops at both ends. */
export function focusBeside(runId: number, step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>(RUNS)];
  const at = links.findIndex((link) => idOf(link) === String(runId));
  links[at + step]?.focus();
}

function idOf(element: Element): string | undefined {
  return element.closest<HTMLElement>('[data-run-id]')?.dataset['runId'];
}

/** A run that changes its priority is drawn anew among others: the focus that it had goes with it. */
export function useHeldFocus() {
  const held = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (held.current !== undefined && document.activeElement === document.body) {
      const links = [...document.querySelectorAll<HTMLElement>(RUNS)];
      links.find((link) => idOf(link) === held.current)?.focus();
    }
  });
  return {
    onFocus: (event: FocusEvent): void => {
      held.current = idOf(event.target);
    },
    onBlur: (): void => {
      held.current = undefined;
    },
  };
}
