/** Closing and opening what grew from a picture, for mouse and keys. What is selected never lies in a closed branch. */
import type { AppModel } from '../../state/app-model';
import { closeBranches, openBranches, selectNode } from '../../state/studio';
import { pathTo } from './node-words';
import { grownFrom } from './tree-layout';
import { studioNow } from './use-studio';

/** A picture that would be hidden gives the selection to the one that hides it. */
export function setBranchClosed(model: AppModel, nodeId: number, isClosed: boolean): void {
  const { selected, nodes } = studioNow(model);
  if (!isClosed) {
    openBranches(model.studio, [nodeId]);
    return;
  }
  const isInside =
    selected !== undefined &&
    selected.id !== nodeId &&
    pathTo(selected.id, nodes).some(({ id }) => id === nodeId);
  const node = nodes.get(nodeId);
  if (isInside && node !== undefined) {
    selectNode(model.studio, node.treeId, nodeId);
  }
  closeBranches(model.studio, [nodeId]);
}

/** What grew from the selected picture; where that is nothing or closed already, the branch it is part of. */
export function closeSelected(model: AppModel): void {
  const { selected, nodes } = studioNow(model);
  if (selected === undefined) {
    return;
  }
  const isOpen = grownFrom(nodes).has(selected.id) && !model.studio.getState().closed.has(selected.id);
  const branch = isOpen ? selected.id : selected.parentId;
  if (branch !== null && nodes.has(branch)) {
    setBranchClosed(model, branch, true);
  }
}

export function openSelected(model: AppModel): void {
  const { selected } = studioNow(model);
  if (selected !== undefined) {
    openBranches(model.studio, [selected.id]);
  }
}

/** All of the open tree; where none is closed, all are. */
export function toggleAllBranches(model: AppModel): void {
  const { selected, nodes, treeId } = studioNow(model);
  const { closed } = model.studio.getState();
  const branches = [...grownFrom(nodes).keys()];
  if (branches.some((id) => closed.has(id))) {
    openBranches(model.studio, branches);
    return;
  }
  const root = selected === undefined ? undefined : pathTo(selected.id, nodes)[0];
  if (root !== undefined && treeId !== null) {
    selectNode(model.studio, treeId, root.id);
  }
  closeBranches(model.studio, branches);
}
