/** The studio's keys: one table, obeyed wherever the focus is; bare letters never act while something is typed. */
import { useEffect, useEffectEvent } from 'react';
import { actOf, pressName } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { STUDIO_ALWAYS_KEYS, STUDIO_KEYS } from '../../keys/studio-keys';
import { isCovered, isTyping } from '../../shell/shortcuts';
import { IMPROVE_CLASS } from '../../text/improve-dialog';
import { useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { toggleKept } from '../../state/studio';
import { pictureOf, resultOf, variantsOf } from './node-words';
import { closeSelected, openSelected, toggleAllBranches } from './fold-branches';
import { itemId } from './node-row';
import { PICK_CLASS } from './pick-pictures';
import { copyNode, openElsewhere, savePicture } from './picture-actions';
import {
  cancelSelected,
  editThis,
  focusInstruction,
  newTree,
  retry,
  reuse,
  sendDraft,
  toggleLock,
  toggleMask,
} from './studio-actions';
import { prune, redo, undo } from './studio-steps';
import { EXPORT_CLASS } from './tree-export';
import { paintedNode, studioNow } from './use-studio';

type Act = (model: AppModel) => void;

const ALWAYS: Readonly<Record<ActOf<typeof STUDIO_ALWAYS_KEYS>, Act>> = {
  send: (model) => void sendDraft(model),
  save: (model) => withSelected(model, (node) => savePicture(model, node)),
};

const NOT_WHILE_TYPING: Readonly<Record<ActOf<typeof STUDIO_KEYS>, Act>> = {
  undo: (model) => void undo(model),
  redo: (model) => void redo(model),
  copy: (model) => withSelected(model, (node) => copyNode(model, node)),
  edit: (model) => withSelected(model, (node) => pictureOf(node) !== undefined && editThis(model, node.id)),
  instruct: () => focusInstruction(),
  spread: (model) => {
    const { selected, nodes } = studioNow(model);
    if (variantsOf(selected, nodes).length > 1) {
      model.studio.setState(({ isSpread }) => ({ isSpread: !isSpread }));
    }
  },
  keep: (model) =>
    withSelected(model, (node) => pictureOf(node) !== undefined && toggleKept(model.studio, node.id)),
  letGo: ({ studio }) => studio.setState({ kept: [] }),
  heatMap: ({ studio }) => studio.setState(({ isHeatMapShown }) => ({ isHeatMapShown: !isHeatMapShown })),
  mask: toggleMask,
  lock: toggleLock,
  improve: () => document.querySelector<HTMLButtonElement>(`.${IMPROVE_CLASS}`)?.click(),
  retry: (model) => void retry(model, variantsOf(studioNow(model).selected, studioNow(model).nodes)),
  newTree,
  closeBranch: closeSelected,
  openBranch: openSelected,
  allBranches: toggleAllBranches,
  choose: () => document.querySelector<HTMLInputElement>(`input.${PICK_CLASS}`)?.click(),
  library: ({ studio }) => studio.setState({ dialog: { kind: 'library' } }),
  reusePrompt: (model) => withSelected(model, (node) => reuse(model, node, 'prompt')),
  reuseSettings: (model) => withSelected(model, (node) => reuse(model, node, 'settings')),
  reuseAll: (model) => withSelected(model, (node) => reuse(model, node, 'all')),
  applyChain: (model) =>
    withSelected(model, (node) => {
      if (resultOf(node) !== undefined && node.parentId !== null) {
        model.studio.setState({ dialog: { kind: 'applyChain', nodeId: node.id } });
      }
    }),
  exportTree: () => document.querySelector<HTMLButtonElement>(`.${EXPORT_CLASS}`)?.click(),
  cancel: (model) => void cancelSelected(model),
  openElsewhere: (model) => withSelected(model, (node) => openElsewhere(model, node)),
  prune: (model) => withSelected(model, (node) => void prune(model, node)),
  rename: (model) =>
    withSelected(model, (node) => model.studio.setState({ renaming: { kind: 'node', id: node.id } })),
};

/** From wherever nothing else wants them, the arrows go to the tree. */
const ARROWS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** The keys of comparing have a listener of their own; see compare/use-compare.ts. */
export function useStudioKeys(): void {
  const model = useModel();
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const { masking, kept } = model.studio.getState();
    const isMasking = paintedNode(studioNow(model), masking) !== undefined;
    // Whatever dialog or menu it is, from here or elsewhere: its keys are its own.
    if (isCovered() || event.defaultPrevented) {
      return;
    }
    const always = actOf(STUDIO_ALWAYS_KEYS, event);
    // The mask editor has letters of its own.
    const other = isMasking || isTyping(event.target) ? undefined : actOf(STUDIO_KEYS, event);
    const isNothingKept = other === 'letGo' && kept.length === 0;
    // Text that is marked is what is to be copied.
    const isOfText = other === 'copy' && document.getSelection()?.isCollapsed === false;
    if (isNothingKept || isOfText) {
      return;
    }
    const act = always !== undefined ? ALWAYS[always] : other !== undefined ? NOT_WHILE_TYPING[other] : null;
    if (act !== null) {
      event.preventDefault();
      // A key held down sends, retries and prunes once.
      if (!event.repeat || other === 'undo' || other === 'redo') {
        act(model);
      }
    } else if (ARROWS.has(pressName(event)) && !isMasking && event.target === document.body) {
      // Else the tree, which has the focus by then, would be scrolled by the same press.
      event.preventDefault();
      withSelected(model, ({ id }) => document.getElementById(itemId(id))?.focus());
    }
  });
  useEffect(() => {
    const onDown = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', onDown);
    return () => window.removeEventListener('keydown', onDown);
  }, []);
}

function withSelected(
  model: AppModel,
  act: (node: NonNullable<ReturnType<typeof studioNow>['selected']>) => unknown,
): void {
  const { selected } = studioNow(model);
  if (selected !== undefined) {
    act(selected);
  }
}
