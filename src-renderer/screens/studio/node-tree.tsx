/**
 * The open tree: one row per request, its variants side by side, what grew from them below. One stop for the Tab key;
 * arrows go through it. Branches close and open; of thousands of rows those in sight are drawn.
 */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { useSize } from '../../compare/use-zoom';
import { useModel } from '../../state/app-model';
import { selectNode } from '../../state/studio';
import { setBranchClosed } from './fold-branches';
import { itemId, NodeRow } from './node-row';
import { heightOf, moveInTree, rowOf, treeShape } from './tree-layout';
import type { TreeRow } from './tree-layout';
import { useStudioState } from './use-studio';
import type { StudioView } from './use-studio';

interface TreeProps {
  readonly view: StudioView;
  readonly selectedId: number | undefined;
}

export function NodeTree({ view, selectedId }: TreeProps) {
  const model = useModel();
  const { nodes, treeId } = view;
  const closed = useStudioState((state) => state.closed);
  const shape = useMemo(() => treeShape(nodes, closed, selectedId), [nodes, closed, selectedId]);
  const { rows } = shape;
  const scroller = useRef<HTMLDivElement>(null);
  const selectedRow = useMemo(() => rowOf(rows, selectedId), [rows, selectedId]);
  const list = useRowsInSight(scroller, rows, selectedRow);
  const focusSoon = useFocusSoon(selectedId);
  const onKeyDown = (event: KeyboardEvent) => {
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!isPlain || selectedId === undefined || treeId === null) {
      return;
    }
    if (event.key === 'ArrowRight' && shape.closed.has(selectedId)) {
      event.preventDefault();
      setBranchClosed(model, selectedId, false);
      return;
    }
    const next = moveInTree(rows, selectedId, event.key);
    if (next !== null) {
      event.preventDefault();
      focusSoon();
      selectNode(model.studio, treeId, next);
    }
  };
  return (
    <div
      aria-label={view.tree?.name ?? 'Tree'}
      className="node-tree"
      onKeyDown={onKeyDown}
      ref={scroller}
      role="tree"
    >
      <div className="node-canvas" role="none" style={{ height: list.total }}>
        {list.items.map(({ index, start, size }) => {
          const row = rows[index];
          return (
            row !== undefined && (
              <NodeRow
                height={size}
                key={row.nodes[0]?.id}
                row={row}
                selectedId={selectedId}
                shape={shape}
                top={start}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** The rows in sight, and the selected one wherever it is: the focus must have somewhere to stand. */
function useRowsInSight(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly TreeRow[],
  selectedRow: number,
) {
  const width = useSize(scroller)?.width ?? 0;
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.nodes[0]?.id ?? index,
    estimateSize: (index) => heightOf(rows[index], width),
    overscan: 6,
    rangeExtractor(range) {
      const inSight = defaultRangeExtractor(range);
      return selectedRow < 0 || inSight.includes(selectedRow)
        ? inSight
        : [...inSight, selectedRow].sort((one, other) => one - other);
    },
  });
  useLayoutEffect(() => virtual.measure(), [virtual, rows, width]);
  useEffect(() => {
    // At once: heights are known, and what is scrolled to in steps would be seen half on the way.
    const [top] = selectedRow < 0 ? [] : (virtual.getOffsetForIndex(selectedRow, 'auto') ?? []);
    if (top !== undefined && scroller.current !== null) {
      scroller.current.scrollTop = top;
    }
  }, [virtual, scroller, selectedRow]);
  return { items: virtual.getVirtualItems(), total: virtual.getTotalSize() };
}

/** The selected picture takes the focus once it is drawn, after it was asked for. */
function useFocusSoon(selectedId: number | undefined): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    const item =
      isWanted.current && selectedId !== undefined ? document.getElementById(itemId(selectedId)) : null;
    if (item !== null) {
      isWanted.current = false;
      item.focus({ preventScroll: true });
    }
  });
  return () => {
    isWanted.current = true;
  };
}
