import type { AppEvent } from '@shared/contract';
import { expect, it } from 'vitest';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import type { StoredNode, StoredTree } from '../../store/studio/studio-store';
import { createTreeNews } from './tree-news';

const PICTURE = { file: 'a.png', width: 1, height: 1, mimeType: 'image/png', sizeBytes: 1, sha256: 'a' };

function scene() {
  const clock = createVirtualClock();
  const told: Extract<AppEvent, { kind: 'tree' }>[] = [];
  const removed = new Set<number>();
  const errors: unknown[] = [];
  const node = (id: number): StoredNode => ({
    id,
    treeId: id < 100 ? 1 : 2,
    parentId: null,
    name: '',
    createdAt: 0,
    isPruned: id === 7,
    origin: { kind: 'source', fileName: 'a.png', picture: PICTURE },
    job: null,
    outcome: null,
  });
  const tree = (id: number): StoredTree => ({
    id,
    name: 't',
    createdAt: 0,
    changedAt: 0,
    isRemoved: removed.has(id),
    nodes: 1,
    cover: null,
  });
  const news = createTreeNews({
    clock,
    store: {
      studioTrees: () => Promise.resolve([]),
      studioTree: (id) => Promise.resolve(tree(id)),
      studioNodesById: (ids) => Promise.resolve(ids.map(node)),
      studioNodesOfJobs: (ids) => Promise.resolve(ids.map((id) => node(id + 10))),
    },
    tell: (event) => event.kind === 'tree' && told.push(event),
    partialOf: () => undefined,
    onError: (error) => errors.push(error),
  });
  return { clock, told, removed, errors, news };
}

it('tells of a tree at most ten times a second, with each node once', async () => {
  const { clock, told, news } = scene();
  for (let at = 0; at < 100; at += 1) {
    news.touchJob(1);
    news.touchNodes([11, 2]);
    await clock.advance(10);
  }
  await clock.advance(1_000);
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThanOrEqual(11);
  expect(told.every(({ nodes }) => nodes.length === 2)).toBe(true);
  const before = told.length;
  await clock.advance(10_000);
  expect(told).toHaveLength(before);
});

it('tells of each tree by itself, without what was pruned, and of none that was removed', async () => {
  const { clock, told, news, removed, errors } = scene();
  news.touchNodes([1, 7, 101]);
  await clock.advance(200);
  expect(told.map(({ treeId, nodes }) => [treeId, nodes.map(({ id }) => id)])).toEqual([
    [1, [1]],
    [2, [101]],
  ]);
  removed.add(2);
  news.touchTree(2);
  await clock.advance(200);
  expect(told).toHaveLength(2);
  news.removed(2);
  expect(told.at(-1)).toEqual({ kind: 'tree', treeId: 2, tree: null, nodes: [] });
  news.close();
  news.touchTree(1);
  await clock.advance(200);
  expect(told).toHaveLength(3);
  expect(errors).toEqual([]);
});
