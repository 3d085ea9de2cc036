/** What the studio does, whichever button, key or drop asked for it. A refusal becomes a sentence on the screen. */
import type { StudioAsk, TreeNode } from '@shared/model/studio';
import type { AppModel } from '../../state/app-model';
import { withVault } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import {
  adoptDraft,
  changeDraft,
  draftOf,
  inTree,
  NEW_TREE,
  openNewTree,
  selectNode,
} from '../../state/studio';
import type { Destination } from '../../state/studio';
import {
  isAnyLost,
  MOST_INPUTS,
  settingsOf,
  subjectOf,
  takenBack,
  withInputs,
} from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';
import { withTree } from '../../state/trees';
import type { TreeWithNodes } from '../../state/trees';
import { endActions, show, toast } from '../../state/ui-store';
import { plural } from '../../ui/format';
import { askOf } from './composer-rules';
import { maskFile } from './mask-file';
import { askedFor, canRetry, isBusy, resultOf, variantsOf } from './node-words';
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
  openNewTree(studio);
  show(ui, { kind: 'studio', treeId: null });
  focusInstruction();
}

/** What a toast puts back. */
const composerOf = (treeId: number | null) => `studio composer ${treeId ?? NEW_TREE}`;

/** Takes over a tree that a call answered with, and shows it where it was asked from. */
function arrive(model: AppModel, { treeId, isAwaited }: Destination, answer: TreeWithNodes): void {
  model.catchUp();
  model.trees.setState((state) => withTree(state, answer), true);
  if (treeId === null && isAwaited()) {
    endActions(model.ui, composerOf(null));
    adoptDraft(model.studio, answer.tree.id);
    const { view } = model.ui.getState();
    if (view.kind === 'studio') {
      show(model.ui, { kind: 'studio', treeId: answer.tree.id });
    }
  }
}

/** Into the open tree. Until the pictures are there, nothing is sent: it would be paid for, and without them. */
async function bring(model: AppModel, call: (treeId: number | null) => Promise<Brought>): Promise<void> {
  const { treeId: open } = studioNow(model);
  model.studio.setState(({ arriving }) => ({ arriving: arriving + 1 }));
  try {
    await attempt(model, () =>
      inTree(model.studio, open, async (to) => {
        const answer = await call(to.treeId);
        taken(model, to, answer);
        return answer.tree.id;
      }),
    );
  } finally {
    model.studio.setState(({ arriving }) => ({ arriving: arriving - 1 }));
  }
}

/** Pictures become sources of the open tree and inputs of the composer. */
export async function bringImages(model: AppModel, images: readonly File[]): Promise<void> {
  await bring(model, (treeId) => model.backend.client.studio.bring({ treeId, images: [...images] }));
}

export async function bringResults(model: AppModel, resultIds: readonly number[]): Promise<void> {
  await bring(model, (treeId) =>
    model.backend.client.studio.bringResults({ treeId, resultIds: [...resultIds] }),
  );
}

interface Brought extends TreeWithNodes {
  readonly problems: readonly string[];
  readonly broughtIds: readonly number[];
}

/** A picture of ours may lead to another tree than the one it was dropped on: that one is shown. */
function taken(model: AppModel, to: Destination, answer: Brought): void {
  const isElsewhere = to.treeId !== null && answer.tree.id !== to.treeId;
  arrive(model, to, answer);
  if (isElsewhere) {
    openTree(model, answer.tree.id);
  }
  const tooMany = putInputs(model, answer.tree.id, answer.broughtIds);
  const [first] = answer.broughtIds;
  if (first !== undefined) {
    selectNode(model.studio, answer.tree.id, first);
  }
  model.studio.setState(({ problems }) => ({ problems: [...problems, ...answer.problems, ...tooMany] }));
  if (isElsewhere) {
    toast(model.ui, `This picture came from “${answer.tree.name}”, which is open now`);
  }
}

/** As many as a request takes; what is left out is said. */
export function addInputs(model: AppModel, nodeIds: readonly number[]): void {
  model.studio.setState({ problems: putInputs(model, studioNow(model).treeId, nodeIds) });
}

function putInputs(model: AppModel, treeId: number | null, nodeIds: readonly number[]): readonly string[] {
  changeDraft(model.studio, treeId, (draft) => withInputs(draft, nodeIds));
  const { inputs } = draftOf(model.studio.getState(), treeId);
  const left = new Set(nodeIds.filter((id) => inputs.every(({ nodeId }) => nodeId !== id))).size;
  return left === 0
    ? []
    : [
        `One request takes ${MOST_INPUTS} pictures: ${plural(left, 'picture')} ${left === 1 ? 'was' : 'were'} left out of it. Take others out to make room.`,
      ];
}

/** Puts something else into the composer. What was put together there by hand can be had back. */
export function replaceDraft(
  model: AppModel,
  treeId: number | null,
  change: (draft: StudioDraft) => StudioDraft,
): void {
  const { studio, ui } = model;
  const before = draftOf(studio.getState(), treeId);
  changeDraft(studio, treeId, change);
  const after = draftOf(studio.getState(), treeId);
  if (isAnyLost(before, after)) {
    toast(ui, 'Replaced what was in the composer', {
      label: 'Undo',
      of: composerOf(treeId),
      run: () => {
        changeDraft(studio, treeId, (now) => withoutGone(model, treeId, takenBack(now, { before, after })));
        focusInstruction();
      },
    });
  }
  focusInstruction();
}

/** A picture may have been pruned since. */
function withoutGone({ trees }: AppModel, treeId: number | null, draft: StudioDraft): StudioDraft {
  const nodes = trees.getState().nodes.get(treeId ?? NEW_TREE);
  return { ...draft, inputs: draft.inputs.filter(({ nodeId }) => nodes?.has(nodeId) === true) };
}

/** The node becomes the one picture that is edited next. */
export function editThis(model: AppModel, nodeId: number): void {
  const { treeId } = studioNow(model);
  replaceDraft(model, treeId, (draft) => ({ ...draft, inputs: [{ nodeId, role: 'subject' }] }));
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
    await attempt(model, () =>
      inTree(model.studio, view.treeId, (to) => send(model, { ...to, draft: view.draft }, outcome.ask)),
    );
  } finally {
    model.studio.setState({ isSending: false });
  }
}

async function send(
  model: AppModel,
  { draft, ...to }: Destination & { readonly draft: StudioDraft },
  ask: StudioAsk,
): Promise<number> {
  const { masks } = model.studio.getState();
  const mask = await maskFile(masks, draft);
  const answer = await model.backend.client.studio.send({
    treeId: to.treeId,
    ask,
    ...(mask === undefined ? {} : { mask }),
  });
  endActions(model.ui, composerOf(answer.tree.id));
  arrive(model, to, answer);
  const [first] = answer.sentIds;
  if (first !== undefined) {
    selectNode(model.studio, answer.tree.id, first);
  }
  model.studio.setState({ isSpread: answer.sentIds.length > 1, masking: null });
  return answer.tree.id;
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

/** What waits in a request that stands still goes on; unlocking may have let it go on already. */
export async function resume(model: AppModel, node: TreeNode): Promise<void> {
  const origin = resultOf(node);
  const run = origin === undefined ? undefined : model.live.getState().runs.get(origin.runId);
  if (run?.state.kind === 'paused') {
    await attempt(model, () => model.backend.client.studio.retry({ nodeIds: [node.id] }));
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
  replaceDraft(model, treeId, (draft) => {
    const set = what === 'prompt' ? draft : { ...draft, ...settingsOf(draft, ask) };
    const worded = what === 'settings' ? set : { ...set, instruction: ask.instruction, values: {} };
    return what === 'all'
      ? { ...worded, inputs: (ask.inputs ?? worded.inputs).filter(({ nodeId }) => nodes.has(nodeId)) }
      : worded;
  });
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
  const { selected } = view;
  if (paintedNode(view, model.studio.getState().masking) !== undefined) {
    model.studio.setState({ masking: null });
    return;
  }
  if (maskSubject(model) === undefined && selected?.picture !== undefined) {
    addInputs(model, [selected.id]);
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
