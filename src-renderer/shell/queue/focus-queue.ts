/** Where the focus goes in the queue: into it when it is unfolded by its key, from run to run, and out again. */

const RUNS = '.dock [data-item] > .link';

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
  const at = links.findIndex(
    (link) => link.closest<HTMLElement>('[data-item]')?.dataset['item'] === String(runId),
  );
  links[at + step]?.focus();
}
