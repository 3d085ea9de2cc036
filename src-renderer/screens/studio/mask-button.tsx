/** Opens the mask editor on the picture that is edited; says whether something is painted. */
import { useModel } from '../../state/app-model';
import { NEW_TREE } from '../../state/studio';
import { livingMask } from './mask-file';
import { toggleMask } from './studio-actions';
import { usePaintedNode, useStudioState } from './use-studio';
import type { StudioView } from './use-studio';

export function MaskButton({ view }: { readonly view: StudioView }) {
  const model = useModel();
  const isMasking = usePaintedNode(view) !== undefined;
  const mask = useStudioState((state) => state.masks.get(view.treeId ?? NEW_TREE));
  const isPainted = livingMask(mask, view.draft) !== undefined;
  return (
    <div className="field mask">
      <span className="legend">Mask</span>
      <button
        aria-keyshortcuts="B"
        aria-pressed={isMasking}
        className="btn"
        onClick={() => toggleMask(model)}
        title="Paint what may change"
        type="button"
      >
        {isMasking ? 'Done' : isPainted ? 'Painted' : 'Paint'} <kbd>{isMasking ? 'Esc' : 'B'}</kbd>
      </button>
    </div>
  );
}
