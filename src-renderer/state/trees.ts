/** The studio's trees as this page last heard of them: filled by calls, kept up to date by `tree` events. */
import type { AppEvent } from '@shared/contract';
import type { Tree, TreeNode } from '@shared/model/studio';
import { createStore } from 'zustand/vanilla';
import type { Client } from '../api';

type NodesById = ReadonlyMap<number, TreeNode>;

export interface TreesState {
  /** Null until they were asked for. */
  readonly trees: ReadonlyMap<number, Tree> | null;
  /** By tree; only of those that were opened. */
  readonly nodes: ReadonlyMap<number, NodesById>;
  /** Trees that are being fetched, with what events told meanwhile: that is newer than the answer. */
  readonly heard: ReadonlyMap<number, NodesById>;
}

export interface TreeWithNodes {
  readonly tree: Tree;
  readonly nodes: readonly TreeNode[];
}

export function createTreesStore() {
  return createStore<TreesState>(() => ({ trees: null, nodes: new Map(), heard: new Map() }));
}
export type TreesStore = ReturnType<typeof createTreesStore>;

export function withTreeEvent(state: TreesState, event: Extract<AppEvent, { kind: 'tree' }>): TreesState {
  const { treeId, tree } = event;
  const trees = state.trees === null ? null : new Map(state.trees);
  if (tree === null) {
    trees?.delete(treeId);
    return { ...state, trees, nodes: without(state.nodes, treeId) };
  }
  trees?.set(treeId, tree);
  return {
    trees,
    nodes: withNodes(state.nodes, treeId, event.nodes),
    heard: withNodes(state.heard, treeId, event.nodes),
  };
}

/** What a call answered is a whole tree. */
export function withTree(state: TreesState, { tree, nodes }: TreeWithNodes): TreesState {
  const newer = state.heard.get(tree.id) ?? [];
  return {
    trees: new Map(state.trees).set(tree.id, tree),
    nodes: new Map(state.nodes).set(tree.id, new Map([...byId(nodes), ...newer])),
    heard: without(state.heard, tree.id),
  };
}

/** At once, before the event that tells how many are left. */
export function withoutNodes(state: TreesState, treeId: number, nodeIds: readonly number[]): TreesState {
  const gone = new Set(nodeIds);
  const known = state.nodes.get(treeId);
  if (known === undefined) {
    return state;
  }
  const left = new Map([...known].filter(([nodeId]) => !gone.has(nodeId)));
  const tree = state.trees?.get(treeId);
  return {
    ...state,
    nodes: new Map(state.nodes).set(treeId, left),
    trees: tree === undefined ? state.trees : new Map(state.trees).set(treeId, { ...tree, nodes: left.size }),
  };
}

/** Whether the tree was never fetched, or something else than this page took nodes out or put them back. */
export function isStale(state: TreesState, treeId: number): boolean {
  const known = state.nodes.get(treeId);
  return known === undefined || known.size !== (state.trees?.get(treeId)?.nodes ?? known.size);
}

export function treesNewestFirst(trees: TreesState['trees']): readonly Tree[] {
  return [...(trees?.values() ?? [])].sort((a, b) => b.changedAt - a.changedAt || b.id - a.id);
}

export async function loadTrees(store: TreesStore, client: Client): Promise<void> {
  const trees = await client.studio.trees();
  store.setState({ trees: new Map(trees.map((tree) => [tree.id, tree])) });
}

export async function loadTree(store: TreesStore, client: Client, treeId: number): Promise<void> {
  if (store.getState().heard.has(treeId)) {
    return;
  }
  store.setState(({ heard }) => ({ heard: new Map(heard).set(treeId, new Map()) }));
  try {
    const answer = await client.studio.tree({ treeId });
    store.setState((state) => withTree(state, answer), true);
  } catch (error) {
    store.setState(({ heard }) => ({ heard: without(heard, treeId) }));
    throw error;
  }
}

/** Only where the tree is held already. */
function withNodes(
  held: ReadonlyMap<number, NodesById>,
  treeId: number,
  nodes: readonly TreeNode[],
): ReadonlyMap<number, NodesById> {
  const known = held.get(treeId);
  return known === undefined || nodes.length === 0
    ? held
    : new Map(held).set(treeId, new Map([...known, ...byId(nodes)]));
}

function without<Value>(held: ReadonlyMap<number, Value>, treeId: number): ReadonlyMap<number, Value> {
  return new Map([...held].filter(([id]) => id !== treeId));
}

function byId(nodes: readonly TreeNode[]): readonly (readonly [number, TreeNode])[] {
  return nodes.map((node) => [node.id, node] as const);
}
