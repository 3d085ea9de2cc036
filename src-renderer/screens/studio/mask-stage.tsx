/** The mask editor on the picture that is edited next; what is painted belongs to that picture alone. */
import type { Picture } from '@shared/model/studio';
import { emptyMask } from '../../canvas/mask-document';
import { MaskEditor } from '../../canvas/mask-editor';
import { useModel } from '../../state/app-model';
import { useStudioState } from './use-studio';

interface MaskStageProps {
  readonly nodeId: number;
  readonly picture: Picture;
  /** `NEW_TREE` where it is yet to begin. */
  readonly treeId: number;
}

export function MaskStage({ nodeId, picture, treeId }: MaskStageProps) {
  const { studio } = useModel();
  const mask = useStudioState((state) => state.masks.get(treeId));
  const { view, width, height } = picture;
  return (
    <MaskEditor
      key={nodeId}
      onChange={(document) =>
        studio.setState(({ masks }) => ({ masks: new Map(masks).set(treeId, { nodeId, document }) }))
      }
      onClose={() => studio.setState({ masking: null })}
      source={{ url: view, width, height }}
      value={mask?.nodeId === nodeId ? mask.document : emptyMask(picture)}
    />
  );
}
