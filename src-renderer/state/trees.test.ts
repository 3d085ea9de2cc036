import type { Tree, TreeNode } from '@shared/model/studio';
import { describe, expect, it } from 'vitest';
import type { Client } from '../api';
import { resultNode, sourceNode } from '../testing/fake-nodes';
import {
  createTreesStore,
  isStale,
  loadTree,
  treesNewestFirst,
  withoutNodes,
  withTree,
  withTreeEvent,
} from './trees';
import type { TreeWithNodes } from './trees';

const tree = (part: Partial<Tree> = {}): Tree => ({
  id: 1,
  name: 'hats',
  createdAt: 0,
  changedAt: 0,
  nodes: 2,
  ...part,
});
const event = (nodes: TreeNode[], of: Tree | null = tree()) => ({
  kind: 'tree' as const,
  treeId: 1,
  tree: of,
  nodes,
});
const stateIn = (store: ReturnType<typeof createTreesStore>, id: number) => {
  const origin = store.getState().nodes.get(1)?.get(id)?.origin;
  return origin?.kind === 'result' ? origin.state : undefined;
};

/** A client that answers the one call when it is told to. */
function slowClient() {
  let answer: (value: TreeWithNodes) => void = () => undefined;
  let asked = 0;
  const studio = {
    tree: () => {
      asked += 1;
      return new Promise<TreeWithNodes>((resolve) => {
        answer = resolve;
      });
    },
  };
  // Only the one call under test is there.
  const client = { studio } as unknown as Client;
  return { client, answer: (value: TreeWithNodes) => answer(value), asked: () => asked };
}

describe('trees', () => {
  it('keep what an event told while their fetch was on its way', async () => {
    const store = createTreesStore();
    const { client, answer, asked } = slowClient();
    const loaded = loadTree(store, client, 1);
    void loadTree(store, client, 1);
    store.setState((state) => withTreeEvent(state, event([resultNode(2)])), true);
    answer({ tree: tree(), nodes: [sourceNode(1), resultNode(2, { state: 'sent' })] });
    await loaded;
    expect(asked()).toBe(1);
    expect(stateIn(store, 2)).toBe('done');
    expect(store.getState().nodes.get(1)?.size).toBe(2);
    store.setState((state) => withTreeEvent(state, event([resultNode(2, { state: 'failed' })])), true);
    expect(stateIn(store, 2)).toBe('failed');
  });

  it('are asked for again after a fetch that failed', async () => {
    const store = createTreesStore();
    const studio = { tree: () => Promise.reject(new Error('gone')) };
    await expect(loadTree(store, { studio } as unknown as Client, 1)).rejects.toThrow('gone');
    expect(store.getState().heard.size).toBe(0);
    expect(isStale(store.getState(), 1)).toBe(true);
  });

  it('are stale when something else changed how many nodes there are', () => {
    const store = createTreesStore();
    store.setState((state) => withTree(state, { tree: tree(), nodes: [sourceNode(1), resultNode(2)] }), true);
    expect(isStale(store.getState(), 1)).toBe(false);
    store.setState((state) => withoutNodes(state, 1, [2]), true);
    expect(store.getState().nodes.get(1)?.size).toBe(1);
    expect(isStale(store.getState(), 1)).toBe(false);
    store.setState((state) => withTreeEvent(state, event([], tree({ nodes: 2 }))), true);
    expect(isStale(store.getState(), 1)).toBe(true);
  });

  it('leave with their nodes, and stand in the order they changed', () => {
    const store = createTreesStore();
    store.setState((state) => withTree(state, { tree: tree(), nodes: [sourceNode(1)] }), true);
    store.setState((state) => withTree(state, { tree: tree({ id: 2, changedAt: 5 }), nodes: [] }), true);
    expect(treesNewestFirst(store.getState().trees).map(({ id }) => id)).toEqual([2, 1]);
    store.setState((state) => withTreeEvent(state, event([], null)), true);
    expect(store.getState().trees?.has(1)).toBe(false);
    expect(store.getState().nodes.has(1)).toBe(false);
  });
});
