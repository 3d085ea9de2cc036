/** The studio: trees of pictures, and the requests that make them grow. Every request is a run like any other. */
import { join } from 'node:path';
import type { Progress } from '@shared/contract/base';
import type { Run, RunState } from '@shared/model/run';
import type { Tree, TreeNode } from '@shared/model/studio';
import type { NodePart } from '@shared/media-url';
import type { AttemptEnd } from '../../engine/ports';
import { Refusal } from '../../refusal';
import type { StoredNode, StoredTree } from '../../store/studio/studio-store';
import {
  adoptEdited,
  bringPictures,
  bringResults,
  type Brought,
  type GivenPicture,
  type InputRules,
} from './bring';
import { type ChainRequest, createChains } from './chains';
import { exportTree } from './export-tree';
import { createAnswerFinisher } from './finish-answers';
import { nodeView, rawAnswer, treeView } from './node-views';
import type { StudioParts } from './parts';
import { createPartials } from './partials';
import { createPresets, type Presets } from './presets';
import { createRequestsUnderWay } from './requests-under-way';
import { type SendRequest, sendRequest } from './send';
import { createTreeNews } from './tree-news';

export interface TreeWithNodes {
  readonly tree: Tree;
  readonly nodes: TreeNode[];
}

export interface BroughtView extends TreeWithNodes {
  readonly problems: string[];
  readonly broughtIds: number[];
}

export interface Studio {
  readonly presets: Presets;
  trees(): Promise<Tree[]>;
  tree(treeId: number): Promise<TreeWithNodes>;
  /** Throws a Refusal when none of them can be used. */
  bring(treeId: number | null, pictures: readonly GivenPicture[]): Promise<BroughtView>;
  bringResults(treeId: number | null, resultIds: readonly number[]): Promise<BroughtView>;
  send(request: SendRequest): Promise<TreeWithNodes & { readonly sentIds: number[] }>;
  cancel(nodeIds: readonly number[]): Promise<void>;
  retry(nodeIds: readonly number[]): Promise<void>;
  renameTree(treeId: number, name: string): Promise<void>;
  renameNode(nodeId: number, name: string): Promise<void>;
  prune(nodeId: number): Promise<number[]>;
  restore(nodeIds: readonly number[]): Promise<void>;
  removeTree(treeId: number): Promise<void>;
  restoreTree(treeId: number): Promise<void>;
  exportTree(treeId: number, into: string, signal?: AbortSignal): AsyncGenerator<Progress>;
  applyChain(request: ChainRequest): Promise<Run>;
  instructions(search: string, limit: number): Promise<{ instruction: string; usedAt: number }[]>;
  /** What another program saved of a node's picture becomes its child. Throws a Refusal for what is no picture. */
  adoptEdited(nodeId: number, path: string): Promise<TreeNode>;
  /** Absolute path; null: there is none. */
  pictureOf(nodeId: number, part: NodePart): Promise<string | null>;
  /** The answer of a job has come this far; `path` is shown until the next, or until it is whole. */
  onPartial(jobId: number, path: string): void;
  onJob(runId: number, jobId: number): void;
  onEnded(end: AttemptEnd): void;
  onOver(runId: number, state: RunState): void;
  /** What belongs to which tree. Once, before the first call. */
  load(): Promise<void>;
  /** Resolves when answers are composited and chains have gone on. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function createStudio(
  parts: StudioParts & {
    /** Where the inputs of a dataset may lie; null: it is gone. */
    inputRoots(datasetId: number): Promise<InputRules | null>;
  },
): Studio {
  const { store, log } = parts;
  /** Of which tree a run is a request. */
  const treeOfRun = new Map<number, number>();
  const partials = createPartials();
  const news = createTreeNews({
    store,
    clock: parts.clock,
    tell: parts.tell,
    partialOf: partials.versionOf,
    onError: (error) => log.error('studio', String(error)),
  });
  const finisher = createAnswerFinisher(parts, (nodeId) => news.touchNodes([nodeId]));
  const chains = createChains(parts);
  const underWay = createRequestsUnderWay(parts);
  /** Only once somebody looks: a command line that opens the library for a moment leaves it to the window. */
  let caughtUp: Promise<void> | null = null;
  const catchUp = (): void => {
    caughtUp ??= Promise.all([finisher.catchUp(), chains.catchUp()]).then(
      () => undefined,
      (error: unknown) => log.error('studio', String(error)),
    );
  };

  async function withNodes(treeId: number): Promise<TreeWithNodes> {
    const tree = await store.studioTree(treeId);
    if (tree === null || tree.isRemoved) {
      throw new Refusal('NOT_FOUND', 'That tree is no longer in the library.');
    }
    return whole(tree);
  }

  async function whole(tree: StoredTree): Promise<TreeWithNodes> {
    return { tree: treeView(tree), nodes: (await store.studioNodes(tree.id)).map(view) };
  }

  function view(node: StoredNode): TreeNode {
    return nodeView(node, node.job === null ? undefined : partials.versionOf(node.job.id));
  }

  async function broughtView({ treeId, nodeIds, problems }: Brought): Promise<BroughtView> {
    news.touchNodes(nodeIds);
    return { ...(await withNodes(treeId)), problems: [...problems], broughtIds: [...nodeIds] };
  }

  async function changeTree(treeId: number, change: () => Promise<boolean>): Promise<void> {
    if (!(await change())) {
      throw new Refusal('NOT_FOUND', 'That tree is no longer in the library.');
    }
    news.touchTree(treeId);
  }

  const nodesOf = async (treeId: number): Promise<readonly number[]> =>
    (await store.studioNodes(treeId)).map(({ id }) => id);

  /** As if it had never been away. */
  function goOn(nodeIds: readonly number[]): void {
    underWay.goOn(nodeIds).then(
      () => news.touchNodes(nodeIds),
      (error: unknown) => log.error('studio', `put back: ${String(error)}`),
    );
  }

  return {
    presets: createPresets(parts),
    async trees() {
      catchUp();
      return (await store.studioTrees()).map(treeView);
    },
    tree: withNodes,
    bring: async (treeId, pictures) => broughtView(await bringPictures(parts, treeId, pictures)),
    bringResults: async (treeId, resultIds) => broughtView(await bringResults(parts, treeId, resultIds)),
    async send(request) {
      // What a locked edit shows is its composite, not the answer that was here a moment before.
      await finisher.finished(request.ask.inputs.map(({ nodeId }) => nodeId));
      const sent = await sendRequest(parts, request, (runId, treeId) => treeOfRun.set(runId, treeId));
      news.touchNodes(sent.nodeIds);
      const tree = await store.studioTree(sent.treeId);
      if (tree === null) {
        throw new Error(`The tree ${sent.treeId} of a request that was sent is gone.`);
      }
      // Also where somebody removed it meanwhile: a request that went out is never told as one that failed.
      return { ...(await whole(tree)), sentIds: [...sent.nodeIds] };
    },
    cancel: async (nodeIds) => {
      await underWay.cancel(nodeIds);
      news.touchNodes(nodeIds);
    },
    retry: async (nodeIds) => {
      await underWay.retry(nodeIds);
      news.touchNodes(nodeIds);
    },
    renameTree: (treeId, name) => changeTree(treeId, () => store.renameStudioTree(treeId, name)),
    async renameNode(nodeId, name) {
      if (!(await store.renameStudioNode(nodeId, name))) {
        throw new Refusal('NOT_FOUND', 'That picture is no longer in the library.');
      }
      news.touchNodes([nodeId]);
    },
    async prune(nodeId) {
      const [node] = await store.studioNodesById([nodeId]);
      if (node === undefined) {
        throw new Refusal('NOT_FOUND', 'That picture is no longer in the library.');
      }
      const pruned = await store.pruneStudioNode(nodeId);
      news.touchTree(node.treeId);
      // What nobody sees any more is not sent: it would be paid for.
      await underWay.withdraw(pruned);
      return [...pruned];
    },
    async restore(nodeIds) {
      const restored = await withPrunedAncestors(store, nodeIds);
      await store.restoreStudioNodes(restored);
      news.touchNodes(restored);
      goOn(restored);
    },
    async removeTree(treeId) {
      if (!(await store.setStudioTreeRemoved(treeId, true))) {
        throw new Refusal('NOT_FOUND', 'That tree is no longer in the library.');
      }
      news.removed(treeId);
      await underWay.withdraw(await nodesOf(treeId));
    },
    async restoreTree(treeId) {
      await changeTree(treeId, () => store.setStudioTreeRemoved(treeId, false));
      goOn(await nodesOf(treeId));
    },
    async *exportTree(treeId, into, signal) {
      // With the composites of answers that came a moment ago.
      await finisher.finished((await store.studioNodes(treeId)).map(({ id }) => id));
      yield* exportTree(parts, { treeId, into }, signal);
    },
    applyChain: chains.apply,
    async instructions(search, limit) {
      const words = search.split(/\s+/).filter((word) => word !== '');
      return (await store.instructionsUsed(words, limit)).map((used) => ({ ...used }));
    },
    async adoptEdited(nodeId, path) {
      const id = await adoptEdited(parts, nodeId, path);
      news.touchNodes([id]);
      const [node] = await store.studioNodesById([id]);
      if (node === undefined) {
        throw new Refusal('NOT_FOUND', 'That picture is no longer in the library.');
      }
      return view(node);
    },
    async pictureOf(nodeId, part) {
      const [node] = await store.studioNodesById([nodeId]);
      return node === undefined ? null : pathOf(parts.folder, node, part, partials.pathOf);
    },
    onPartial(jobId, path) {
      partials.came(jobId, path);
      news.touchJob(jobId);
    },
    onJob(runId, jobId) {
      if (treeOfRun.has(runId)) {
        news.touchJob(jobId);
      }
    },
    onEnded({ runId, jobId, next }) {
      if (!treeOfRun.has(runId) || next.kind === 'again') {
        return;
      }
      partials.over(jobId);
      news.touchJob(jobId);
      if (next.kind === 'done') {
        void store
          .studioNodesOfJobs([jobId])
          .then(([node]) => node !== undefined && finisher.finish(node.id))
          .catch((error: unknown) => log.error('studio', String(error)));
      }
    },
    onOver: chains.onRunOver,
    async load() {
      await store.endNodelessRequests();
      for (const { runId, treeId } of await store.studioRuns()) {
        treeOfRun.set(runId, treeId);
      }
      await chains.load();
    },
    async idle() {
      await caughtUp;
      await finisher.idle();
      await chains.idle();
    },
    async close() {
      await caughtUp;
      news.close();
      await chains.close();
      await finisher.close();
    },
  };
}

/** A picture comes back with all that it grew from: without, it would stand as a root. */
async function withPrunedAncestors(
  store: StudioParts['store'],
  nodeIds: readonly number[],
): Promise<readonly number[]> {
  const all = new Set(nodeIds);
  for (let nodes = await store.studioNodesById(nodeIds); nodes.length > 0; ) {
    const above = new Set(
      nodes.flatMap(({ parentId }) => (parentId === null || all.has(parentId) ? [] : parentId)),
    );
    const parents = await store.studioNodesById([...above]);
    nodes = parents.filter(({ isPruned }) => isPruned);
    nodes.forEach(({ id }) => all.add(id));
  }
  return [...all];
}

function pathOf(
  folder: string,
  node: StoredNode,
  part: NodePart,
  partialOf: (jobId: number) => string | null,
): string | null {
  const { origin, outcome, job } = node;
  switch (part) {
    case 'picture':
      return origin.kind === 'result' ? (rawAnswer(node)?.path ?? null) : join(folder, origin.picture.file);
    case 'locked':
      return outcome?.locked === undefined ? null : join(folder, outcome.locked.file);
    case 'mask':
      return origin.kind === 'result' && origin.mask !== undefined ? join(folder, origin.mask.file) : null;
    case 'heatMap':
      return outcome?.heatMap === undefined ? null : join(folder, outcome.heatMap);
    case 'partial':
      return job === null ? null : partialOf(job.id);
  }
}
