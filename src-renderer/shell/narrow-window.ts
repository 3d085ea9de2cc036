/** Whether the window has room for panels beside the work: less of it the larger everything is drawn. */
import type { UiStore } from '../state/ui-store';
import { setNarrow } from '../state/ui-store';

/** As in shell.css. */
const NARROW_PX = 900;

/** Returns the undo. */
export function followWidth(
  ui: UiStore,
  page: Pick<Window, 'innerWidth' | 'addEventListener' | 'removeEventListener'>,
) {
  const measure = (): void => setNarrow(ui, page.innerWidth < NARROW_PX);
  measure();
  page.addEventListener('resize', measure);
  return () => page.removeEventListener('resize', measure);
}
