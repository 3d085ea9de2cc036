/** Which file a node's picture is when it leaves the library, and what its menu and keys do with it. */
import type { PictureRef } from '@shared/model/picture';
import type { TreeNode } from '@shared/model/studio';
import type { AppModel } from '../../state/app-model';
import { askToSave, copyPicture, editElsewhere, pictureMenu } from '../../pictures/picture-actions';
import type { MenuItem } from '../../ui/menu';
import { pictureOf, resultOf } from './node-words';

/** What the node shows; null while nothing has come. */
export function refOf(node: TreeNode): Extract<PictureRef, { kind: 'node' }> | null {
  if (pictureOf(node) === undefined) {
    return null;
  }
  return { kind: 'node', nodeId: node.id, part: resultOf(node)?.locked === undefined ? 'picture' : 'locked' };
}

type Work = (model: AppModel, picture: NonNullable<ReturnType<typeof refOf>>) => unknown;

function onPicture(work: Work): (model: AppModel, node: TreeNode) => void {
  return (model, node) => {
    const picture = refOf(node);
    if (picture !== null) {
      work(model, picture);
    }
  };
}

export const savePicture = onPicture(askToSave);
export const copyNode = onPicture((model, picture) => void copyPicture(model, picture));
export const openElsewhere = onPicture((model, picture) => void editElsewhere(model, picture));

const KEYS = { save: 'Ctrl+S', copy: 'Ctrl+C', edit: 'Shift+O' } as const;

export function pictureItems(model: AppModel, node: TreeNode): readonly MenuItem[] {
  const picture = refOf(node);
  return picture === null ? [] : pictureMenu(model, picture, KEYS);
}
