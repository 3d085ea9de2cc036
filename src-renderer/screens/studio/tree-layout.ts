/** A tree as rows: one per request, its variants side by side; and where the arrow keys lead. Pure. */
import type { TreeNode } from '@shared/model/studio';
import { pathTo } from './node-words';

export interface TreeRow {
  /** At least one; the variants of one request in their order. */
  readonly nodes: readonly TreeNode[];
  /** 0: a root. */
  readonly depth: number;
  readonly parentId: number | null;
}

type Nodes = ReadonlyMap<number, TreeNode>;

/** The tree as it is drawn. */
export interface TreeShape {
  readonly rows: readonly TreeRow[];
  /** Nodes whose branches are not shown. */
  readonly closed: ReadonlySet<number>;
  /** By node, of those that have any: how many grew from it, over all generations. */
  readonly grown: ReadonlyMap<number, number>;
}

/** A branch that was closed shows itself as long as what is selected lies in it. */
export function treeShape(
  nodes: Nodes,
  closed: ReadonlySet<number>,
  selectedId: number | undefined,
): TreeShape {
  const path = closed.size === 0 || selectedId === undefined ? [] : pathTo(selectedId, nodes).slice(0, -1);
  const hidden = new Set(closed);
  path.forEach(({ id }) => hidden.delete(id));
  const grown = grownFrom(nodes);
  const shown = new Set([...hidden].filter((id) => grown.has(id)));
  return { rows: treeRows(nodes, shown), closed: shown, grown };
}

/** By node, of those that have any: how many grew from it, over all generations. */
export function grownFrom(nodes: Nodes): ReadonlyMap<number, number> {
  const grown = new Map<number, number>();
  // Children are younger than what they grew from: each is counted before it counts for its parent.
  for (const { id, parentId } of [...nodes.values()].sort((one, other) => other.id - one.id)) {
    if (parentId !== null && nodes.has(parentId)) {
      grown.set(parentId, (grown.get(parentId) ?? 0) + 1 + (grown.get(id) ?? 0));
    }
  }
  return grown;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Depth first, the oldest branch first, without what grew from `closed`. A node whose parent is gone stands as a root.
 */
export function treeRows(nodes: Nodes, closed: ReadonlySet<number> = NONE): readonly TreeRow[] {
  const children = grouped([...nodes.values()], ({ parentId }) =>
    parentId !== null && nodes.has(parentId) ? parentId : null,
  );
  const rows: TreeRow[] = [];
  // Not by recursion: a chain of a thousand edits is no reason to fail.
  const open: TreeRow[] = requestsOf(children.get(null) ?? [], { depth: 0, parentId: null });
  for (let row = open.shift(); row !== undefined; row = open.shift()) {
    rows.push(row);
    const { depth } = row;
    open.unshift(
      ...row.nodes.flatMap(({ id }) =>
        closed.has(id) ? [] : requestsOf(children.get(id) ?? [], { depth: depth + 1, parentId: id }),
      ),
    );
  }
  return rows;
}

function requestsOf(nodes: readonly TreeNode[], place: Pick<TreeRow, 'depth' | 'parentId'>): TreeRow[] {
  const requests = grouped(nodes, ({ id, origin }) =>
    origin.kind === 'result' ? `run ${origin.runId}` : `node ${id}`,
  );
  return [...requests.values()]
    .map((group) => ({ ...place, nodes: group.sort((a, b) => variant(a) - variant(b) || a.id - b.id) }))
    .sort((a, b) => firstOf(a).createdAt - firstOf(b).createdAt || firstOf(a).id - firstOf(b).id);
}

function grouped<Key>(nodes: readonly TreeNode[], keyOf: (node: TreeNode) => Key): Map<Key, TreeNode[]> {
  const groups = new Map<Key, TreeNode[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    const group = groups.get(key) ?? [];
    group.push(node);
    groups.set(key, group);
  }
  return groups;
}

function variant({ origin }: TreeNode): number {
  return origin.kind === 'result' ? origin.variant : 0;
}

function firstOf(row: TreeRow): TreeNode {
  const [first] = row.nodes;
  if (first === undefined) {
    throw new Error('a row of the tree is empty');
  }
  return first;
}

/** -1: it is in none. */
export function rowOf(rows: readonly TreeRow[], nodeId: number | undefined): number {
  return rows.findIndex(({ nodes }) => nodes.some(({ id }) => id === nodeId));
}

/** Deeper rows are not moved further to the right: their names must stay readable. */
const MOST_INDENTS = 8;
export const INDENT_PX = 12;

export function indentOf({ depth }: TreeRow): number {
  return Math.min(depth, MOST_INDENTS);
}

/** Its words stand below its pictures, not beside them. */
export function isWide({ nodes }: TreeRow): boolean {
  return nodes.length > 1;
}

/** As studio.css has them, pixels. */
const ROW_PX = 44;
const THUMB_PX = 42;
const WIDE_WORDS_PX = 42;
const ROW_EDGES_PX = 9;

/** `width`: pixels of the panel; 0 where it is not known yet. */
export function heightOf(row: TreeRow | undefined, width: number): number {
  if (row === undefined || !isWide(row)) {
    return ROW_PX;
  }
  const room = width - ROW_EDGES_PX - indentOf(row) * INDENT_PX;
  const columns = Math.max(1, Math.floor((room + 4) / THUMB_PX));
  return Math.ceil(row.nodes.length / columns) * THUMB_PX + WIDE_WORDS_PX;
}

/**
 * The node a key leads to: up and down by rows, left and right over variants, then to the parent and the first child.
 * Null for other keys, or where it goes no further.
 */
export function moveInTree(rows: readonly TreeRow[], nodeId: number, key: string): number | null {
  const at = rowOf(rows, nodeId);
  const row = rows[at];
  if (row === undefined) {
    return rows[0]?.nodes[0]?.id ?? null;
  }
  const place = row.nodes.findIndex(({ id }) => id === nodeId);
  switch (key) {
    case 'ArrowUp':
      return idAt(rows[at - 1], place);
    case 'ArrowDown':
      return idAt(rows[at + 1], place);
    case 'ArrowLeft':
      return row.nodes[place - 1]?.id ?? row.parentId;
    case 'ArrowRight':
      return (
        row.nodes[place + 1]?.id ??
        idAt(
          rows.find(({ parentId }) => parentId === nodeId),
          0,
        )
      );
    case 'Home':
      return idAt(rows[0], 0);
    case 'End':
      return idAt(rows.at(-1), 0);
    default:
      return null;
  }
}

function idAt(row: TreeRow | undefined, place: number): number | null {
  return row?.nodes[Math.min(place, row.nodes.length - 1)]?.id ?? null;
}

/** What is shown when a tree opens: the newest node; of one request, its first variant. */
export function newestNode(nodes: Nodes): TreeNode | undefined {
  let newest: TreeNode | undefined;
  for (const node of nodes.values()) {
    if (newest === undefined || node.createdAt > newest.createdAt) {
      newest = node;
    }
  }
  return newest;
}
