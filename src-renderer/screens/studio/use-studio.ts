/** The open tree as the panel and the screen see it: fetched when it is looked at, selected node, draft. */
import type { Tree, TreeNode } from '@shared/model/studio';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { useLive, useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { likelyChoice } from '../../state/served-models';
import { changeDraft, draftOf, NEW_TREE } from '../../state/studio';
import type { StudioState } from '../../state/studio';
import { subjectOf } from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';
import { isStale, loadTree, loadTrees, treesNewestFirst } from '../../state/trees';
import type { TreesState } from '../../state/trees';
import type { AskContext } from './composer-rules';
import { pictureOf } from './node-words';
import { newestNode } from './tree-layout';

const NO_NODES: ReadonlyMap<number, TreeNode> = new Map();

export interface StudioView {
  /** Null: a tree that is yet to begin. */
  readonly treeId: number | null;
  readonly tree: Tree | undefined;
  readonly nodes: ReadonlyMap<number, TreeNode>;
  readonly selected: TreeNode | undefined;
  readonly draft: StudioDraft;
  change(part: Partial<StudioDraft> | ((draft: StudioDraft) => StudioDraft)): void;
}

export function useStudioState<Value>(selector: (state: StudioState) => Value): Value {
  return useStore(useModel().studio, selector);
}

export function useTrees<Value>(selector: (state: TreesState) => Value): Value {
  return useStore(useModel().trees, selector);
}

/** Which tree is shown: the one asked for, else the one left open, else the one that changed last. */
export function openTreeId(
  asked: number | null,
  openId: number | null,
  trees: TreesState['trees'],
): number | null {
  if (asked !== null || openId === NEW_TREE) {
    return asked;
  }
  const isThere = openId !== null && trees?.has(openId) === true;
  return isThere ? openId : (treesNewestFirst(trees)[0]?.id ?? null);
}

export function useStudio(asked: number | null): StudioView {
  const model = useModel();
  const trees = useTrees((state) => state.trees);
  const openId = useStudioState((state) => state.openId);
  const treeId = openTreeId(asked, openId, trees);
  const nodes = useTrees((state) => (treeId === null ? undefined : state.nodes.get(treeId))) ?? NO_NODES;
  const selectedId = useStudioState((state) => (treeId === null ? undefined : state.selected.get(treeId)));
  const studio = useStudioState((state) => state.drafts);
  const draft = useMemo(
    () => draftOf({ ...model.studio.getState(), drafts: studio }, treeId),
    [model, studio, treeId],
  );
  return {
    treeId,
    tree: treeId === null ? undefined : trees?.get(treeId),
    nodes,
    selected: (selectedId === undefined ? undefined : nodes.get(selectedId)) ?? newestNode(nodes),
    draft,
    change: (part) =>
      changeDraft(model.studio, treeId, (old) =>
        typeof part === 'function' ? part(old) : { ...old, ...part },
      ),
  };
}

/** What the open tree is now, for actions that outlive a render. */
export function studioNow(model: AppModel): Omit<StudioView, 'change'> {
  const { view } = model.ui.getState();
  const { trees, nodes: all } = model.trees.getState();
  const studio = model.studio.getState();
  const treeId = openTreeId(view.kind === 'studio' ? view.treeId : null, studio.openId, trees);
  const nodes = (treeId === null ? undefined : all.get(treeId)) ?? NO_NODES;
  const selectedId = treeId === null ? undefined : studio.selected.get(treeId);
  return {
    treeId,
    tree: treeId === null ? undefined : trees?.get(treeId),
    nodes,
    selected: (selectedId === undefined ? undefined : nodes.get(selectedId)) ?? newestNode(nodes),
    draft: draftOf(studio, treeId),
  };
}

/** The picture a mask is painted on; none once it is gone, or no longer what is edited. */
export function paintedNode(
  { draft, nodes }: Pick<StudioView, 'draft' | 'nodes'>,
  masking: StudioState['masking'],
): TreeNode | undefined {
  const isEdited = masking !== null && subjectOf(draft.inputs)?.nodeId === masking;
  const node = isEdited ? nodes.get(masking) : undefined;
  return pictureOf(node) === undefined ? undefined : node;
}

export function usePaintedNode(view: Pick<StudioView, 'draft' | 'nodes'>): TreeNode | undefined {
  return paintedNode(
    view,
    useStudioState((state) => state.masking),
  );
}

/** Fetches the trees, and the open one, when they are first looked at and after the connection was lost. */
export function useLoadedTree(treeId: number | null): void {
  const model = useModel();
  const { trees, backend, studio } = model;
  const isLive = useLive((state) => state.connection.kind === 'live');
  // Once per change of the tree: a count that never agrees must not fetch for ever.
  const stamp = useTrees((state) => {
    const tree = treeId === null ? undefined : state.trees?.get(treeId);
    return tree === undefined ? '' : `${tree.id} ${tree.changedAt} ${tree.nodes}`;
  });
  useEffect(() => {
    if (isLive) {
      // What happened while nobody listened was not told: those that were open are fetched again too.
      const opened = [...trees.getState().nodes.keys()];
      Promise.all([
        loadTrees(trees, backend.client),
        ...opened.map((id) => loadTree(trees, backend.client, id)),
      ]).catch((error: unknown) => studio.setState({ problems: [sentenceOf(error)] }));
    }
  }, [isLive, trees, backend, studio]);
  useEffect(() => {
    if (treeId === null || !isLive) {
      return;
    }
    if (isStale(trees.getState(), treeId)) {
      loadTree(trees, backend.client, treeId).catch((error: unknown) =>
        studio.setState({ problems: [sentenceOf(error)] }),
      );
    }
    if (studio.getState().openId !== treeId) {
      studio.setState({ openId: treeId });
    }
  }, [treeId, stamp, isLive, trees, backend, studio]);
}

export function useAskContext(view: Pick<StudioView, 'nodes' | 'draft'>): AskContext {
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  const isArriving = useStudioState((state) => state.arriving > 0);
  const lost = useStudioState((state) => state.lost);
  const task = view.draft.inputs.length > 0 ? 'edit' : 't2i';
  return useMemo(
    () => ({
      nodes: view.nodes,
      models,
      likely: likelyChoice(task, { models, endpoints }),
      isArriving,
      lost,
    }),
    [task, models, endpoints, view.nodes, isArriving, lost],
  );
}

/** The same without a render. */
export function askContextNow(model: AppModel, view: Pick<StudioView, 'nodes' | 'draft'>): AskContext {
  const live = model.live.getState();
  const task = view.draft.inputs.length > 0 ? 'edit' : 't2i';
  const { arriving, lost } = model.studio.getState();
  const isArriving = arriving > 0;
  return { nodes: view.nodes, models: live.models, likely: likelyChoice(task, live), isArriving, lost };
}
