/** What the studio does, whichever button, key or drop asked for it. A refusal becomes a sentence on the screen. */
import type { StudioAsk, Tree, TreeNode } from '@shared/model/studio';
import type { AppModel } from '../../state/app-model';
import { withVault } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import {
  adoptDraft,
  changeDraft,
  NEW_TREE,
  selectNode,
  stepAgain,
  stepBack,
  takeStep,
} from '../../state/studio';
import type { Step } from '../../state/studio';
import { settingsOf, subjectOf, withInputs } from '../../state/studio-draft';
import { loadTree, withoutNodes, withTree } from '../../state/trees';
import type { TreeWithNodes } from '../../state/trees';
import { show, toast } from '../../state/ui-store';
import { plural } from '../../ui/format';
import { askOf } from './composer-rules';
import { maskFile } from './mask-file';
import { askedFor, canRetry, isBusy, nameOf, variantsOf } from './node-words';
import { askContextNow, paintedNode, studioNow } from './use-studio';

/** Runs a call; what it was refused with is shown until the next action. */
export async function attempt(model: AppModel, work: () => Promise<void>): Promise<void> {
  model.studio.setState({ problems: [], offer: null });
  try {
    await withVault(model.ui, work);
  } catch (error) {
    model.studio.setState({ problems: [sentenceOf(error)] });
  }
}

export function openTree({ ui, studio }: AppModel, treeId: number): void {
  studio.setState({ openId: treeId, masking: null, problems: [], offer: null });
  show(ui, { kind: 'studio', treeId });
}

export function newTree({ ui, studio }: AppModel): void {
  studio.setState({ openId: NEW_TREE, masking: null, problems: [], offer: null });
  show(ui, { kind: 'studio', treeId: null });
  focusInstruction();
}

/** Takes over a tree that a call answered with, and shows it where it was asked from. */
function arrive(model: AppModel, from: number | null, answer: TreeWithNodes): void {
  model.catchUp();
  model.trees.setState((state) => withTree(state, answer), true);
  if (from === null) {
    adoptDraft(model.studio, answer.tree.id);
    const { view } = model.ui.getState();
    if (view.kind === 'studio') {
      show(model.ui, { kind: 'studio', treeId: answer.tree.id });
    }
  }
}

/** Until the pictures are there, nothing is sent: it would be paid for, and without them. */
async function whileArriving(model: AppModel, work: () => Promise<void>): Promise<void> {
  model.studio.setState(({ arriving }) => ({ arriving: arriving + 1 }));
  try {
    await attempt(model, work);
  } finally {
    model.studio.setState(({ arriving }) => ({ arriving: arriving - 1 }));
  }
}

/** Pictures become sources of the open tree and inputs of the composer. */
export async function bringImages(model: AppModel, images: readonly File[]): Promise<void> {
  const { client } = model.backend;
  const { treeId } = studioNow(model);
  await whileArriving(model, async () => {
    const answer = await client.studio.bring({ treeId, images: [...images] });
    taken(model, treeId, answer);
  });
}

export async function bringResults(model: AppModel, resultIds: readonly number[]): Promise<void> {
  const { client } = model.backend;
  const { treeId } = studioNow(model);
  await whileArriving(model, async () => {
    const answer = await client.studio.bringResults({ treeId, resultIds: [...resultIds] });
    taken(model, treeId, answer);
  });
}

interface Brought extends TreeWithNodes {
  readonly problems: readonly string[];
  readonly broughtIds: readonly number[];
}

/** A picture of ours may lead to another tree than the one it was dropped on: that one is shown. */
function taken(model: AppModel, treeId: number | null, answer: Brought): void {
  const isElsewhere = treeId !== null && answer.tree.id !== treeId;
  arrive(model, treeId, answer);
  if (isElsewhere) {
    openTree(model, answer.tree.id);
  }
  changeDraft(model.studio, answer.tree.id, (draft) => withInputs(draft, answer.broughtIds));
  const [first] = answer.broughtIds;
  if (first !== undefined) {
    selectNode(model.studio, answer.tree.id, first);
  }
  model.studio.setState({ problems: answer.problems });
  if (isElsewhere) {
    toast(model.ui, `This picture came from “${answer.tree.name}”, which is open now`);
  }
}

export function addInputs(model: AppModel, nodeIds: readonly number[]): void {
  const { treeId } = studioNow(model);
  changeDraft(model.studio, treeId, (draft) => withInputs(draft, nodeIds));
}

/** The node becomes the one picture that is edited next. */
export function editThis(model: AppModel, nodeId: number): void {
  const { treeId } = studioNow(model);
  changeDraft(model.studio, treeId, (draft) => ({ ...draft, inputs: [{ nodeId, role: 'subject' }] }));
  focusInstruction();
}

export async function sendDraft(model: AppModel): Promise<void> {
  const view = studioNow(model);
  const outcome = askOf(view.draft, askContextNow(model, view));
  if (outcome.kind === 'refused') {
    // Why stands below the button.
    focusInstruction();
    return;
  }
  if (model.studio.getState().isSending) {
    return;
  }
  model.studio.setState({ isSending: true });
  try {
    await attempt(model, () => send(model, view, outcome.ask));
  } finally {
    model.studio.setState({ isSending: false });
  }
}

async function send(
  model: AppModel,
  { treeId, draft }: ReturnType<typeof studioNow>,
  ask: StudioAsk,
): Promise<void> {
  const { masks } = model.studio.getState();
  const mask = await maskFile(masks.get(treeId ?? NEW_TREE), draft);
  const answer = await model.backend.client.studio.send({
    treeId,
    ask,
    ...(mask === undefined ? {} : { mask }),
  });
  arrive(model, treeId, answer);
  const [first] = answer.sentIds;
  if (first !== undefined) {
    selectNode(model.studio, answer.tree.id, first);
  }
  model.studio.setState({ isSpread: answer.sentIds.length > 1, masking: null });
}

/** The selected request, as far as it is still under way. */
export async function cancelSelected(model: AppModel): Promise<void> {
  const { selected, nodes } = studioNow(model);
  const nodeIds = variantsOf(selected, nodes)
    .filter(isBusy)
    .map(({ id }) => id);
  if (nodeIds.length > 0) {
    await attempt(model, () => model.backend.client.studio.cancel({ nodeIds }));
  }
}

/** The node alone, or all of its request that failed. */
export async function retry(model: AppModel, nodes: readonly TreeNode[]): Promise<void> {
  const nodeIds = nodes.filter(canRetry).map(({ id }) => id);
  if (nodeIds.length > 0) {
    await attempt(model, () => model.backend.client.studio.retry({ nodeIds }));
  }
}

export type Use = 'prompt' | 'settings' | 'all';

/** Puts what a node was made with into the composer. */
export function reuse(model: AppModel, node: TreeNode, what: Use): void {
  const ask = askedFor(node);
  if (ask === undefined) {
    return;
  }
  const { treeId, nodes } = studioNow(model);
  changeDraft(model.studio, treeId, (draft) => {
    const set = what === 'prompt' ? draft : { ...draft, ...settingsOf(draft, ask) };
    const worded = what === 'settings' ? set : { ...set, instruction: ask.instruction, values: {} };
    return what === 'all'
      ? { ...worded, inputs: (ask.inputs ?? worded.inputs).filter(({ nodeId }) => nodes.has(nodeId)) }
      : worded;
  });
  focusInstruction();
}

/** Takes a step, tells of it with a way back, and remembers it. */
async function take(model: AppModel, step: Step): Promise<void> {
  await attempt(model, async () => {
    await takeStep(model.studio, step);
    toast(model.ui, step.label, { label: 'Undo', run: () => void undo(model, step) });
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
  let pruned: readonly number[] = [node.id];
  const count = descendants(model, node);
  await take(model, {
    label: count === 1 ? `Pruned “${nameOf(node)}”` : `Pruned ${plural(count, 'picture')}`,
    redo: async () => {
      pruned = await client.studio.prune({ nodeId: node.id });
      model.catchUp();
      model.trees.setState((state) => withoutNodes(state, treeId, pruned), true);
      const gone = new Set(pruned);
      changeDraft(model.studio, treeId, (draft) => ({
        ...draft,
        inputs: draft.inputs.filter(({ nodeId }) => !gone.has(nodeId)),
      }));
      if (node.parentId !== null) {
        selectNode(model.studio, treeId, node.parentId);
      }
    },
    undo: async () => {
      await client.studio.restore({ nodeIds: [...pruned] });
      await loadTree(model.trees, client, treeId);
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
      redo: () => rename(to),
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
      redo: () => rename(to),
      undo: () => rename(node.name),
    });
  }
}

/** The picture that is painted on: the one that would be edited. */
export function maskSubject(model: AppModel): TreeNode | undefined {
  const { draft, nodes } = studioNow(model);
  const subject = subjectOf(draft.inputs);
  return subject === undefined ? undefined : nodes.get(subject.nodeId);
}

/** Opens the mask editor on the picture that is edited; the selected one becomes it where none was chosen. */
export function toggleMask(model: AppModel): void {
  const view = studioNow(model);
  const { selected, treeId } = view;
  if (paintedNode(view, model.studio.getState().masking) !== undefined) {
    model.studio.setState({ masking: null });
    return;
  }
  if (maskSubject(model) === undefined && selected?.picture !== undefined) {
    changeDraft(model.studio, treeId, (draft) => withInputs(draft, [selected.id]));
  }
  const subject = maskSubject(model);
  if (subject !== undefined) {
    model.studio.setState({ masking: subject.id });
  }
}

/** Where nothing is edited, there is nothing to keep. */
export function toggleLock(model: AppModel): void {
  if (maskSubject(model) !== undefined) {
    const { treeId } = studioNow(model);
    changeDraft(model.studio, treeId, (draft) => ({ ...draft, isLocked: !draft.isLocked }));
  }
}

export const INSTRUCTION_ID = 'studio-instruction';

/** With its text selected: what comes next is usually another sentence. */
export function focusInstruction(): void {
  // After the render that may bring it.
  requestAnimationFrame(() => {
    const field = document.getElementById(INSTRUCTION_ID);
    if (field instanceof HTMLTextAreaElement) {
      field.focus();
      field.select();
    }
  });
}
