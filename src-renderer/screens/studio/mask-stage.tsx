/** The mask editor on the picture that is edited next; what is painted belongs to that picture alone. */
import type { Picture } from '@shared/model/studio';
import { emptyMask } from '../../canvas/mask-document';
import { MaskEditor } from '../../canvas/mask-editor';
import { useModel } from '../../state/app-model';
import { paint } from '../../state/studio';
import { useStudioState } from './use-studio';

interface MaskStageProps {
  readonly nodeId: number;
  readonly picture: Picture;
}

export function MaskStage({ nodeId, picture }: MaskStageProps) {
  const { studio } = useModel();
  const mask = useStudioState((state) => state.masks.get(nodeId));
  const { view, width, height } = picture;
  return (
    <MaskEditor
      hand={studio.getState().hand}
      key={nodeId}
      onChange={(document) => paint(studio, nodeId, document)}
      onClose={() => studio.setState({ masking: null })}
      onHand={(hand) => studio.setState({ hand })}
      source={{ url: view, width, height }}
      value={mask ?? emptyMask(picture)}
    />
  );
}
