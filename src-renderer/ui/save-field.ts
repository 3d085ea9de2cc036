/** Saves a field that is saved when it is left, without leaving it. */
import { isTyping } from '../shell/shortcuts';

export function saveField(): void {
  const field = document.activeElement;
  if (field instanceof HTMLElement && isTyping(field)) {
    field.blur();
    field.focus();
  }
}
