/** A picture with what it was made from: alone, side by side, under a slider, or as their difference. */
import type { TreeNode } from '@shared/model/studio';
import { CompareView } from '../../compare/compare-view';
import type { ComparedPicture } from '../../compare/compare-model';
import type { CompareState } from '../../compare/use-compare';
import { useModel } from '../../state/app-model';
import { nameOf, pictureOf, resultOf } from './node-words';
import { useStudioState } from './use-studio';

interface PairProps {
  readonly node: TreeNode;
  readonly parent: TreeNode | undefined;
  /** Stand beside it instead of its parent; none: the parent does. */
  readonly kept: readonly TreeNode[];
  readonly compare: CompareState;
}

export function PairStage({ node, parent, kept, compare }: PairProps) {
  const { studio } = useModel();
  const isHeatMapShown = useStudioState((state) => state.isHeatMapShown);
  const opacity = useStudioState((state) => state.heatMapOpacity);
  const heatMap = resultOf(node)?.heatMap;
  return (
    <CompareView
      {...compare}
      alt={nameOf(node)}
      overlay={
        isHeatMapShown && heatMap !== undefined
          ? {
              url: heatMap,
              label: 'What changed',
              opacity,
              onOpacity: (heatMapOpacity) => studio.setState({ heatMapOpacity }),
            }
          : undefined
      }
      pictures={kept.length > 0 ? keptBeside(node, kept) : comparedOf(node, parent)}
    />
  );
}

/** What it was made from, the answer as it came where that was locked to its source, and what the node shows. */
export function comparedOf(node: TreeNode, parent: TreeNode | undefined): readonly ComparedPicture[] {
  const before = pictureOf(parent);
  const after = pictureOf(node);
  const isLocked = resultOf(node)?.locked !== undefined;
  return [
    ...(before === undefined ? [] : [comparedPicture('Before', before)]),
    ...(isLocked && node.picture !== undefined ? [comparedPicture('As it came', node.picture)] : []),
    ...(after === undefined
      ? []
      : [comparedPicture(isLocked ? 'Locked' : before === undefined ? nameOf(node) : 'After', after)]),
  ];
}

function comparedPicture(
  label: string,
  { view, width, height }: NonNullable<TreeNode['picture']>,
): ComparedPicture {
  return { label, url: view, width, height };
}

/** Each by its name; the selected one last, as the result. */
export function keptBeside(node: TreeNode, kept: readonly TreeNode[]): readonly ComparedPicture[] {
  return [...kept, node].flatMap((one) => {
    const picture = pictureOf(one);
    return picture === undefined ? [] : [comparedPicture(labelOf(one), picture)];
  });
}

function labelOf(node: TreeNode): string {
  const origin = resultOf(node);
  return origin === undefined || origin.ask.variants === 1
    ? nameOf(node)
    : `${nameOf(node)} (${origin.variant + 1})`;
}
