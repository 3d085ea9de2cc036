/** Opens the mask editor on the picture that is edited; says whether something is painted. */
import { useModel } from '../../state/app-model';
import { giveUpMask } from '../../state/studio';
import { subjectOf } from '../../state/studio-draft';
import { livingMask } from './mask-file';
import { toggleMask } from './studio-actions';
import { usePaintedNode, useStudioState } from './use-studio';
import type { StudioView } from './use-studio';
import { Keys } from '../../ui/keys';

export function MaskButton({ view }: { readonly view: StudioView }) {
  const model = useModel();
  const isMasking = usePaintedNode(view) !== undefined;
  const isPainted = useStudioState(({ masks }) => livingMask(masks, view.draft) !== undefined);
  const subject = subjectOf(view.draft.inputs);
  const isLost = useStudioState(({ lost }) => subject !== undefined && lost.has(subject.nodeId));
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
        {isMasking ? 'Done' : isPainted ? 'Painted' : 'Paint'} <Keys press={isMasking ? 'Esc' : 'B'} />
      </button>
      {isLost && subject !== undefined && (
        <button className="btn" onClick={() => giveUpMask(model.studio, subject.nodeId)} type="button">
          Go without
        </button>
      )}
    </div>
  );
}
