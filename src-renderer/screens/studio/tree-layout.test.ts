import type { TreeNode } from '@shared/model/studio';
import { describe, expect, it } from 'vitest';
import { resultNode, sourceNode } from '../../testing/fake-nodes';
import { pathTo, variantsOf } from './node-words';
import { grownFrom, heightOf, moveInTree, newestNode, treeRows, treeShape } from './tree-layout';

const map = (nodes: readonly TreeNode[]) => new Map(nodes.map((node) => [node.id, node]));

/** 1 has two requests: one of three variants (3, 4, 5), the second of which went on (6), and one alone (7); 2 stands apart. */
const NODES = map([
  sourceNode(1),
  sourceNode(2),
  resultNode(5, { parentId: 1, runId: 9, variant: 2 }),
  resultNode(3, { parentId: 1, runId: 9, variant: 0 }),
  resultNode(4, { parentId: 1, runId: 9, variant: 1 }),
  resultNode(6, { parentId: 4 }),
  resultNode(7, { parentId: 1 }),
]);
const ROWS = treeRows(NODES);

describe('a tree as rows', () => {
  it('has one row per request, variants in order, children below their own', () => {
    expect(ROWS.map(({ nodes, depth }) => `${depth}: ${nodes.map(({ id }) => id).join(' ')}`)).toEqual([
      '0: 1',
      '1: 3 4 5',
      '2: 6',
      '1: 7',
      '0: 2',
    ]);
  });

  it('keeps a node whose parent was taken out', () => {
    expect(treeRows(map([resultNode(8, { parentId: 99 })])).map(({ depth }) => depth)).toEqual([0]);
  });

  it('does not mind a chain of thousands', () => {
    const chain = map(
      Array.from({ length: 5000 }, (_, at) => resultNode(at + 1, at === 0 ? {} : { parentId: at })),
    );
    const rows = treeRows(chain);
    expect(rows).toHaveLength(5000);
    expect(rows.at(-1)?.depth).toBe(4999);
    expect(pathTo(5000, chain)).toHaveLength(5000);
  });
});

describe('branches', () => {
  const idsOf = (shape: { readonly rows: typeof ROWS }) =>
    shape.rows.map(({ nodes }) => nodes.map(({ id }) => id).join(' '));

  it('that are closed are not shown, but those that the selection lies in', () => {
    const closed = new Set([1, 4, 7]);
    const shape = treeShape(NODES, closed, 2);
    expect(idsOf(shape)).toEqual(['1', '2']);
    // Nothing grew from 7.
    expect([...shape.closed]).toEqual([1, 4]);
    expect(idsOf(treeShape(NODES, closed, 7))).toEqual(['1', '3 4 5', '7', '2']);
    expect(idsOf(treeShape(NODES, closed, 6))).toEqual(['1', '3 4 5', '6', '7', '2']);
    expect(idsOf(treeShape(NODES, closed, 1))).toEqual(['1', '2']);
  });

  it('tell how many pictures grew from each, over all generations', () => {
    expect([...grownFrom(NODES)].sort(([one], [other]) => one - other)).toEqual([
      [1, 5],
      [4, 1],
    ]);
  });

  it('have rows as high as their variants need in the width there is', () => {
    const [single, wide] = ROWS;
    expect(heightOf(single, 220)).toBe(44);
    const oneLine = heightOf(wide, 220);
    expect(heightOf(wide, 70)).toBe(oneLine + 2 * 42);
  });
});

describe('the arrows', () => {
  const walk = (from: number, ...keys: readonly string[]) =>
    keys.reduce<number | null>((at, key) => (at === null ? null : moveInTree(ROWS, at, key)), from);

  it('go up and down by rows, staying at the same variant where there is one', () => {
    expect(walk(5, 'ArrowDown')).toBe(6);
    expect(walk(6, 'ArrowUp')).toBe(3);
    expect(walk(1, 'ArrowUp')).toBeNull();
    expect(walk(1, 'End')).toBe(2);
    expect(walk(2, 'Home')).toBe(1);
  });

  it('go left and right over variants, then to the parent and the first child', () => {
    expect(walk(3, 'ArrowRight', 'ArrowRight')).toBe(5);
    expect(walk(5, 'ArrowRight')).toBeNull();
    expect(walk(1, 'ArrowRight')).toBe(3);
    expect(walk(6, 'ArrowLeft')).toBe(4);
    expect(walk(3, 'ArrowLeft')).toBe(1);
    expect(walk(3, 'a')).toBeNull();
  });
});

describe('what belongs together', () => {
  it('is the request of a node, in order', () => {
    expect(variantsOf(NODES.get(4), NODES).map(({ id }) => id)).toEqual([3, 4, 5]);
    expect(variantsOf(NODES.get(1), NODES).map(({ id }) => id)).toEqual([1]);
  });

  it('is the way from the root', () => {
    expect(pathTo(6, NODES).map(({ id }) => id)).toEqual([1, 4, 6]);
    expect(newestNode(NODES)?.id).toBe(7);
  });
});
