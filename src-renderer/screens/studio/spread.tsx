/** All variants of one request, as large as they fit; each fills in at its place. */
import type { TreeNode } from '@shared/model/studio';
import type { CSSProperties } from 'react';
import { useModel } from '../../state/app-model';
import { selectNode } from '../../state/studio';
import { DRAGGED_NODES, putIds } from './drag-types';
import { NodeState } from './node-state';
import { isReady, pictureOf, resultOf, spokenName } from './node-words';

interface SpreadProps {
  readonly variants: readonly TreeNode[];
  readonly selectedId: number;
  onOpen(): void;
}

/** Columns for so many pictures in a wide room. */
const COLUMNS: readonly number[] = [1, 1, 2, 3, 4, 3, 3, 4, 4];

export function Spread({ variants, selectedId, onOpen }: SpreadProps) {
  const { studio } = useModel();
  const columns = COLUMNS[variants.length] ?? 4;
  const style = {
    '--columns': columns,
    '--rows': Math.ceil(variants.length / columns),
  } as CSSProperties;
  return (
    <ul aria-label="Variants" className="spread" style={style}>
      {variants.map((node) => (
        <li className={resultOf(node)?.partial === undefined ? undefined : 'has-partial'} key={node.id}>
          <button
            aria-current={node.id === selectedId ? 'true' : undefined}
            aria-label={spokenName(node)}
            draggable={pictureOf(node) !== undefined}
            onClick={() => selectNode(studio, node.treeId, node.id)}
            onDoubleClick={onOpen}
            onDragStart={(event) => putIds(event.dataTransfer, DRAGGED_NODES, [node.id])}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
                event.preventDefault();
                selectNode(studio, node.treeId, node.id);
                onOpen();
              }
            }}
            type="button"
          >
            <VariantPicture node={node} />
            <span aria-hidden="true" className="badge left">
              {(resultOf(node)?.variant ?? 0) + 1}
            </span>
          </button>
          {!(isReady(node) && pictureOf(node) !== undefined) && <NodeState isSmall node={node} />}
        </li>
      ))}
    </ul>
  );
}

function VariantPicture({ node }: { readonly node: TreeNode }) {
  const src = isReady(node) ? pictureOf(node)?.view : resultOf(node)?.partial;
  return src === undefined ? null : <img alt="" decoding="async" draggable={false} src={src} />;
}
