/** The keys of the settings: from section to section, and what a section adds to. */
import { SETTINGS_KEYS } from '../../keys/settings-keys';
import { useKeys } from '../../keys/use-keys';
import { saveField } from '../../ui/save-field';

export function useSettingsKeys(): void {
  useKeys(SETTINGS_KEYS, {
    next: () => goTo(1),
    previous: () => goTo(-1),
    add: () => presentPart()?.querySelector<HTMLElement>('button[aria-keyshortcuts="n"]')?.click(),
    save: saveField,
  });
}

/** The one that has the focus. */
function presentPart(): Element | null {
  return document.activeElement?.closest('.settings-part') ?? null;
}

/** The heading takes the focus, so that it is told, and Tab goes on to what stands below it. It stops at both ends. */
function goTo(step: 1 | -1): void {
  const parts = [...document.querySelectorAll('.settings .settings-part')];
  const present = presentPart();
  const at = present === null ? 0 : parts.indexOf(present) + step;
  const heading = parts[at]?.querySelector('h2');
  if (heading !== null && heading !== undefined) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: 'start' });
  }
}
