/** One request of the tree: its variants side by side, each with the branch that grew from it to open or close, and words. */
import type { TreeNode } from '@shared/model/studio';
import type { CSSProperties } from 'react';
import { Thumbnail, unreadablePicture } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { selectNode, toggleKept } from '../../state/studio';
import type { StudioStore } from '../../state/studio';
import { formatCount, formatUsd, plural } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { DRAGGED_NODES, putIds } from './drag-types';
import { setBranchClosed } from './fold-branches';
import { nameOf, pictureOf, resultOf, spokenName, stateOf } from './node-words';
import type { TreeRow, TreeShape } from './tree-layout';
import { indentOf, isWide } from './tree-layout';
import { useStudioState } from './use-studio';

export function itemId(nodeId: number): string {
  return `studio-node-${nodeId}`;
}

interface RowProps {
  readonly row: TreeRow;
  readonly shape: TreeShape;
  readonly selectedId: number | undefined;
  /** Pixels, in the canvas of all rows. */
  readonly top: number;
  readonly height: number;
}

export function NodeRow({ row, shape, selectedId, top, height }: RowProps) {
  const named = row.nodes.find(({ id }) => id === selectedId) ?? row.nodes[0];
  const style = { '--indent': indentOf(row), top, height } as CSSProperties;
  const isSelected = row.nodes.some(({ id }) => id === selectedId);
  return (
    <div
      className={`node-row${isSelected ? ' is-selected' : ''}${isWide(row) ? ' is-wide' : ''}`}
      role="none"
      style={style}
    >
      <span className="node-thumbs" role="none">
        {row.nodes.map((node, at) => (
          <Item
            at={at}
            grown={shape.grown.get(node.id) ?? 0}
            isClosed={shape.closed.has(node.id)}
            isSelected={node.id === selectedId}
            key={node.id}
            node={node}
            row={row}
          />
        ))}
      </span>
      {named !== undefined && <RowWords node={named} />}
    </div>
  );
}

/** Whoever chooses a picture wants to see it, and paints no more. */
function choose(studio: StudioStore, node: TreeNode): void {
  selectNode(studio, node.treeId, node.id);
  studio.setState({ masking: null });
}

interface ItemProps {
  readonly node: TreeNode;
  readonly row: TreeRow;
  readonly at: number;
  readonly isSelected: boolean;
  /** How many grew from it, over all generations. */
  readonly grown: number;
  readonly isClosed: boolean;
}

function Item({ node, row, at, isSelected, grown, isClosed }: ItemProps) {
  const { studio } = useModel();
  const isKept = useStudioState((state) => state.kept.includes(node.id));
  const picture = pictureOf(node)?.thumbnail ?? resultOf(node)?.partial;
  return (
    <div
      aria-expanded={grown === 0 ? undefined : !isClosed}
      aria-label={isKept ? `${spokenName(node)}, kept for comparison` : spokenName(node)}
      aria-level={row.depth + 1}
      aria-posinset={at + 1}
      aria-selected={isSelected}
      aria-setsize={row.nodes.length}
      className={isKept ? 'node-item is-kept' : 'node-item'}
      draggable={pictureOf(node) !== undefined}
      id={itemId(node.id)}
      onClick={(event) => {
        if (event.altKey) {
          toggleKept(studio, node.id);
          return;
        }
        choose(studio, node);
        event.currentTarget.focus();
      }}
      onDragStart={(event) => putIds(event.dataTransfer, DRAGGED_NODES, [node.id])}
      role="treeitem"
      tabIndex={isSelected ? 0 : -1}
      title={spokenName(node)}
    >
      {picture === undefined ? (
        <Mark tone={stateOf(node).tone} />
      ) : (
        <Thumbnail sentence={unreadablePicture(spokenName(node))} src={picture} />
      )}
      {grown > 0 && <Fold grown={grown} isClosed={isClosed} node={node} />}
    </div>
  );
}

/** For the mouse; the keys that do the same are the tree's own, and `aria-expanded` tells how it stands. */
function Fold({ node, grown, isClosed }: Pick<ItemProps, 'node' | 'grown' | 'isClosed'>) {
  const model = useModel();
  return (
    <span
      aria-hidden="true"
      className={isClosed ? 'node-fold is-closed' : 'node-fold'}
      onClick={(event) => {
        event.stopPropagation();
        setBranchClosed(model, node.id, !isClosed);
      }}
      title={
        isClosed
          ? `Show the ${plural(grown, 'picture')} that grew from it (+)`
          : `Hide the ${plural(grown, 'picture')} that grew from it (−)`
      }
    >
      {isClosed ? `+${formatCount(grown)}` : '−'}
    </span>
  );
}

/** A click on the words is a click on the picture they belong to. */
function RowWords({ node }: { readonly node: TreeNode }) {
  const { studio } = useModel();
  const { word, tone } = stateOf(node);
  const cost = resultOf(node)?.costUsd;
  return (
    <span
      aria-hidden="true"
      className="node-words"
      onClick={() => choose(studio, node)}
      onDoubleClick={() => studio.setState({ renaming: { kind: 'node', id: node.id } })}
    >
      <span className="clip">{nameOf(node)}</span>
      <span className="hint">
        <Mark tone={tone} /> {word}
        {cost !== undefined && cost > 0 && <span className="num"> {formatUsd(cost)}</span>}
      </span>
    </span>
  );
}
