/** The work itself: the selected picture beside what it was made from, all variants of its request, or the mask editor. */
import type { TreeNode } from '@shared/model/studio';
import { useState } from 'react';
import type { CompareState } from '../../compare/use-compare';
import { useModel } from '../../state/app-model';
import { NodeState } from './node-state';
import { isReady, nameOf, pictureOf, resultOf, variantsOf } from './node-words';
import { Spread } from './spread';
import { MaskStage } from './mask-stage';
import { PairStage } from './pair-stage';
import { usePaintedNode, useStudioState } from './use-studio';
import type { StudioView } from './use-studio';

interface StageProps {
  readonly node: TreeNode;
  readonly view: StudioView;
  readonly compare: CompareState;
}

export function Stage({ node, view, compare }: StageProps) {
  const { studio } = useModel();
  const isSpread = useStudioState((state) => state.isSpread);
  const keptIds = useStudioState((state) => state.kept);
  const painted = usePaintedNode(view);
  const masked = pictureOf(painted);
  const variants = variantsOf(node, view.nodes);
  const parent = node.parentId === null ? undefined : view.nodes.get(node.parentId);
  if (painted !== undefined && masked !== undefined) {
    return (
      <div className="studio-stage">
        <MaskStage nodeId={painted.id} picture={masked} />
      </div>
    );
  }
  if (isSpread && variants.length > 1) {
    return (
      <div className="studio-stage">
        <Spread
          onOpen={() => studio.setState({ isSpread: false })}
          selectedId={node.id}
          source={pictureOf(parent)}
          variants={variants}
        />
      </div>
    );
  }
  return (
    <div className="studio-stage">
      {pictureOf(node) === undefined || !isReady(node) ? (
        <Coming node={node} />
      ) : (
        <PairStage
          compare={compare}
          kept={keptIds.flatMap((id) => (id === node.id ? [] : (view.nodes.get(id) ?? [])))}
          node={node}
          parent={parent}
        />
      )}
    </div>
  );
}

/** A place that fills in: the partial image while the answer streams, else the state in words. */
function Coming({ node }: { readonly node: TreeNode }) {
  const told = resultOf(node)?.partial;
  const [gone, setGone] = useState<string | null>(null);
  // It is removed when its attempt ends: what is not there any more is not shown as broken.
  const partial = told === gone ? undefined : told;
  return (
    <div className={partial === undefined ? 'studio-coming' : 'studio-coming has-partial'}>
      {partial !== undefined && (
        <img
          alt={`${nameOf(node)}, not finished`}
          decoding="async"
          onError={() => setGone(partial)}
          src={partial}
        />
      )}
      <NodeState node={node} />
    </div>
  );
}
