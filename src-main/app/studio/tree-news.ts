/** Tells open pages which nodes changed: gathered, at most ten times a second, as they stand when they leave. */
import type { AppEvent } from '@shared/contract';
import type { Clock } from '../../engine/ports';
import type { Store } from '../../store/store';
import type { StoredNode } from '../../store/studio/studio-store';
import { nodeView, treeView } from './node-views';

const INTERVAL_MS = 100;

export interface TreeNewsOptions {
  readonly store: Pick<Store, 'studioTrees' | 'studioTree' | 'studioNodesById' | 'studioNodesOfJobs'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  tell(event: AppEvent): void;
  /** Version of the partial image of a job; undefined: none has come. */
  partialOf(jobId: number): number | undefined;
  onError(error: unknown): void;
}

export interface TreeNews {
  touchTree(treeId: number): void;
  touchNodes(nodeIds: readonly number[]): void;
  touchJob(jobId: number): void;
  /** At once: it is shown no more. */
  removed(treeId: number): void;
  close(): void;
}

export function createTreeNews(options: TreeNewsOptions): TreeNews {
  let trees = new Set<number>();
  let nodes = new Set<number>();
  let jobs = new Set<number>();
  let cancelTimer: (() => void) | null = null;
  let isClosed = false;

  function arm(): void {
    if (!isClosed) {
      cancelTimer ??= options.clock.setTimer(INTERVAL_MS, () => void flush());
    }
  }

  async function flush(): Promise<void> {
    const [treeIds, nodeIds, jobIds] = [trees, nodes, jobs];
    [trees, nodes, jobs] = [new Set(), new Set(), new Set()];
    try {
      const changed = [
        ...(await options.store.studioNodesById([...nodeIds])),
        ...(await options.store.studioNodesOfJobs([...jobIds])),
      ];
      const byId = new Map(changed.map((node) => [node.id, node]));
      for (const treeId of new Set([...treeIds, ...changed.map((node) => node.treeId)])) {
        await tellTree(
          treeId,
          [...byId.values()].filter((node) => node.treeId === treeId && !node.isPruned),
        );
      }
    } catch (error) {
      options.onError(error);
    }
    cancelTimer = null;
    if (trees.size + nodes.size + jobs.size > 0) {
      arm();
    }
  }

  async function tellTree(treeId: number, changed: readonly StoredNode[]): Promise<void> {
    const tree = await options.store.studioTree(treeId);
    if (tree !== null && !tree.isRemoved && !isClosed) {
      options.tell({
        kind: 'tree',
        treeId,
        tree: treeView(tree),
        nodes: changed.map((node) =>
          nodeView(node, node.job === null ? undefined : options.partialOf(node.job.id)),
        ),
      });
    }
  }

  return {
    touchTree(treeId) {
      trees.add(treeId);
      arm();
    },
    touchNodes(nodeIds) {
      nodeIds.forEach((id) => nodes.add(id));
      arm();
    },
    touchJob(jobId) {
      jobs.add(jobId);
      arm();
    },
    removed(treeId) {
      options.tell({ kind: 'tree', treeId, tree: null, nodes: [] });
    },
    close() {
      isClosed = true;
      cancelTimer?.();
    },
  };
}
