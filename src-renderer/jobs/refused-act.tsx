/** Why something asked of a run was refused, and the way out where the app knows one. */
import { ADOPT } from '@shared/adopt';
import type { RunControls } from '../state/run-controls';
import { Notice } from '../ui/notice';

export function RefusedAct({ controls }: { readonly controls: RunControls }) {
  const { error, isBusy } = controls.action;
  if (error === null) {
    return null;
  }
  const adopt = error.field === ADOPT && (
    <button className="btn small" disabled={isBusy} onClick={controls.adopt} type="button">
      Count intact pictures as done
    </button>
  );
  return (
    <Notice action={adopt} tone="bad">
      {error.sentence}
    </Notice>
  );
}
