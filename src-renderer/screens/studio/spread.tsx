/** All variants of one request, as large as they fit; each fills in at its place. */
import type { Picture, TreeNode } from '@shared/model/studio';
import { useRef } from 'react';
import type { CSSProperties } from 'react';
import { gridOf } from '../../compare/compare-model';
import { useSize } from '../../compare/use-zoom';
import type { Size } from '../../compare/zoom';
import { Thumbnail, unreadablePicture } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { selectNode } from '../../state/studio';
import { DRAGGED_NODES, putIds } from './drag-types';
import { NodeState } from './node-state';
import { isReady, pictureOf, resultOf, spokenName } from './node-words';

interface SpreadProps {
  readonly variants: readonly TreeNode[];
  readonly selectedId: number;
  /** What they are made from: most likely of their shape. */
  readonly source: Picture | undefined;
  onOpen(): void;
}

/** The shape of pictures made from nothing until the first is there, and of the room before the first look at it. */
const SQUARE: Size = { width: 1, height: 1 };

export function Spread({ variants, selectedId, source, onOpen }: SpreadProps) {
  const { studio } = useModel();
  const list = useRef<HTMLUListElement>(null);
  const room = useSize(list);
  const picture = variants
    .filter(isReady)
    .map(pictureOf)
    .find((one) => one !== undefined);
  const { columns, rows } = gridOf(variants.length, room ?? SQUARE, picture ?? source ?? SQUARE);
  const style = { '--columns': columns, '--rows': rows } as CSSProperties;
  return (
    <ul aria-label="Variants" className="spread" ref={list} style={style}>
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
  return src === undefined ? null : <Thumbnail sentence={unreadablePicture(spokenName(node))} src={src} />;
}
