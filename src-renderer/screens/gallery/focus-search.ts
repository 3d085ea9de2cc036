/** The search of the gallery, from anywhere in the window. */
export const SEARCH_FIELD_ID = 'gallery-search';

export function focusSearch(): void {
  const field = document.getElementById(SEARCH_FIELD_ID);
  if (field instanceof HTMLInputElement) {
    field.focus();
    field.select();
  }
}
