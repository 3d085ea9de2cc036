/** The steps of the studio that can be taken back: what is pruned, removed, renamed. */
import type { StudioInput, Tree, TreeNode } from '@shared/model/studio';
import type { AppModel } from '../../state/app-model';
import { changeDraft, draftOf, selectNode, stepAgain, stepBack, takeStep } from '../../state/studio';
import type { Step } from '../../state/studio';
import { withInputsBack } from '../../state/studio-draft';
import { loadTree, withoutNodes } from '../../state/trees';
import { endActions, show, toast } from '../../state/ui-store';
import { plural } from '../../ui/format';
import { nameOf } from './node-words';
import { attempt, openTree } from './studio-actions';

/** Takes a step, tells of it with a way back as long as there is one, and remembers it. */
async function take(model: AppModel, given: Step): Promise<void> {
  const of = `studio step ${given.label} ${model.studio.getState().done.length}`;
  const step: Step = {
    ...given,
    undo: async () => {
      await given.undo();
      endActions(model.ui, of);
    },
  };
  await attempt(model, async () => {
    if (await takeStep(model.studio, step)) {
      toast(model.ui, step.label, { label: 'Undo', of, run: () => void undo(model, step) });
    }
  });
}

/** The last step, or `only` that one, whatever was done since. */
export async function undo(model: AppModel, only?: Step): Promise<void> {
  await attempt(model, async () => {
    const label = await stepBack(model.studio, only);
    if (label !== null) {
      toast(model.ui, `Undone: ${label}`);
    } else if (only !== undefined) {
      toast(model.ui, 'That was already undone');
    }
  });
}

export async function redo(model: AppModel): Promise<void> {
  await attempt(model, async () => {
    const label = await stepAgain(model.studio);
    if (label !== null) {
      toast(model.ui, label);
    }
  });
}

/** A node and all that grew from it; the selection goes to its parent. */
export async function prune(model: AppModel, node: TreeNode): Promise<void> {
  const { client } = model.backend;
  const { treeId } = node;
  let pruned: readonly number[] = [];
  let inputs: readonly StudioInput[] = [];
  const count = descendants(model, node);
  await take(model, {
    label: count === 1 ? `Pruned “${nameOf(node)}”` : `Pruned ${plural(count, 'picture')}`,
    redo: async () => {
      const now = await client.studio.prune({ nodeId: node.id });
      model.catchUp();
      // It was asked for twice, or elsewhere too.
      if (now.length === 0) {
        return false;
      }
      pruned = now;
      model.trees.setState((state) => withoutNodes(state, treeId, pruned), true);
      const gone = new Set(pruned);
      inputs = draftOf(model.studio.getState(), treeId).inputs;
      changeDraft(model.studio, treeId, (draft) => ({
        ...draft,
        inputs: draft.inputs.filter(({ nodeId }) => !gone.has(nodeId)),
      }));
      if (node.parentId !== null) {
        selectNode(model.studio, treeId, node.parentId);
      }
      return true;
    },
    undo: async () => {
      await client.studio.restore({ nodeIds: [...pruned] });
      await loadTree(model.trees, client, treeId);
      const back = new Set(pruned);
      changeDraft(model.studio, treeId, (draft) => withInputsBack(draft, inputs, back));
      selectNode(model.studio, treeId, node.id);
    },
  });
}

function descendants(model: AppModel, node: TreeNode): number {
  const nodes = model.trees.getState().nodes.get(node.treeId);
  const found = new Set([node.id]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const other of nodes?.values() ?? []) {
      if (other.parentId !== null && found.has(other.parentId)) {
        found.add(other.id);
      }
    }
  }
  return found.size;
}

export async function removeTree(model: AppModel, tree: Tree): Promise<void> {
  const { client } = model.backend;
  await take(model, {
    label: `Removed “${tree.name}”`,
    redo: async () => {
      await client.studio.removeTree({ treeId: tree.id });
      model.accept({ kind: 'tree', treeId: tree.id, tree: null, nodes: [] });
      if (model.studio.getState().openId === tree.id) {
        model.studio.setState({ openId: null });
        show(model.ui, { kind: 'studio', treeId: null });
      }
      return true;
    },
    undo: async () => {
      await client.studio.restoreTree({ treeId: tree.id });
      model.accept({ kind: 'tree', treeId: tree.id, tree, nodes: [] });
      openTree(model, tree.id);
    },
  });
}

export async function renameTree(model: AppModel, tree: Tree, name: string): Promise<void> {
  const to = name.trim();
  const rename = async (text: string) => {
    await model.backend.client.studio.renameTree({ treeId: tree.id, name: text });
    model.catchUp();
    const { trees } = model.trees.getState();
    const now = trees === null ? tree : trees.get(tree.id);
    // One that was removed meanwhile stays so.
    if (now !== undefined) {
      model.accept({ kind: 'tree', treeId: tree.id, tree: { ...now, name: text }, nodes: [] });
    }
  };
  if (to !== '' && to !== tree.name) {
    await take(model, {
      label: `Renamed to “${to}”`,
      redo: async () => {
        await rename(to);
        return true;
      },
      undo: () => rename(tree.name),
    });
  }
}

/** Blank: its instruction is its name again. */
export async function renameNode(model: AppModel, node: TreeNode, name: string): Promise<void> {
  const to = name.trim();
  const rename = async (text: string) => {
    await model.backend.client.studio.renameNode({ nodeId: node.id, name: text });
    model.catchUp();
    const { trees, nodes } = model.trees.getState();
    const tree = trees?.get(node.treeId);
    const now = nodes.get(node.treeId)?.get(node.id);
    // One that was pruned meanwhile stays so.
    if (tree !== undefined && now !== undefined) {
      model.accept({ kind: 'tree', treeId: node.treeId, tree, nodes: [{ ...now, name: text }] });
    }
  };
  if (to !== node.name) {
    await take(model, {
      label: to === '' ? 'Removed the name' : `Renamed to “${to}”`,
      redo: async () => {
        await rename(to);
        return true;
      },
      undo: () => rename(node.name),
    });
  }
}
