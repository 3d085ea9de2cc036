/**
 * Files dropped anywhere, and pictures or text pasted where nothing is being typed, start a new run; in the studio,
 * pictures come in to be edited, on the Text screen all media to be asked about. Paths stay in main: a dropped file arrives as a grant; pictures are handed over as they are.
 */
import { useEffect, useState } from 'react';
import type { Grant } from '@shared/contract';
import { bringOrOffer, isImageFile, isImageName, offerAll, offerRun } from '../screens/studio/bring';
import { useModel } from '../state/app-model';
import type { AppModel } from '../state/app-model';
import { dropOnForm } from '../state/picture-recipe';
import {
  awaitPictures,
  MOST_IMAGES,
  openGrant,
  openImages,
  openPictures,
  openPrompts,
  promiseSource,
  refuseSource,
} from '../state/sources';
import { withGrants } from '../state/attachments';
import { toast } from '../state/ui-store';
import type { View } from '../state/ui-store';
import { attachFiles } from '../screens/text/text-actions';
import { isTyping } from './shortcuts';

/** Whether something is being dragged over the window. */
export function useDropTarget(): boolean {
  const model = useModel();
  const [isDragging, setDragging] = useState(false);
  useEffect(() => listenForDrops(model, window, setDragging), [model]);
  return isDragging;
}

export function listenForDrops(model: AppModel, page: Window, onDrag: (isOver: boolean) => void): () => void {
  /** Whether more pictures were dropped than are handed over themselves: their grants follow. */
  let isAwaited = false;
  /** Whether a file or folder was dropped on the form of a run, which waits for its grant. */
  let isExpected = false;
  function onDragOver(event: DragEvent): void {
    if (event.dataTransfer?.types.includes('Files') === true) {
      event.preventDefault();
      onDrag(true);
    }
  }
  function onDragLeave(event: DragEvent): void {
    if (event.relatedTarget === null) {
      onDrag(false);
    }
  }
  function onDrop(event: DragEvent): void {
    event.preventDefault();
    onDrag(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (isShown(model, 'text')) {
      attachFiles(model, files);
      return;
    }
    const images = files.filter(isImageFile);
    // Among other files they are part of what a run would read; the studio takes what it can.
    if (images.length > 0 && (images.length === files.length || isShown(model, 'studio'))) {
      isAwaited = images.length > MOST_IMAGES && !isShown(model, 'studio');
      if (isAwaited) {
        // So many are not copied: main reads them where they lie, and tells what it calls them in a moment.
        isAwaited = awaitPictures(model, images.length);
      } else {
        takeImages(model, images);
      }
    } else if (files.length > 0 && isShown(model, 'newRun')) {
      isExpected = true;
      promiseSource(model);
    }
  }
  function onPaste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (isShown(model, 'text')) {
      // Words go where the caret is.
      if (files.length > 0) {
        event.preventDefault();
        attachFiles(model, files);
      }
      return;
    }
    if (areAllImages(files)) {
      event.preventDefault();
      takeImages(model, files);
      return;
    }
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const isFree = model.ui.getState().overlay.kind === 'none' && !isShown(model, 'studio');
    if (text.trim() !== '' && !isTyping(event.target) && isFree) {
      void openPrompts(model, text);
    }
  }
  const stopGrants = model.backend.onGranted(({ grants, target, problem }) => {
    const wasExpected = isExpected && target === 'drop';
    isExpected &&= !wasExpected;
    if (problem !== undefined) {
      if (isAwaited || wasExpected) {
        isAwaited = false;
        refuseSource(model, problem);
      } else {
        toast(model.ui, problem);
      }
      return;
    }
    if (isShown(model, 'text')) {
      model.text.setState(({ files }) => ({ files: withGrants(files, grants) }));
      return;
    }
    // What is chosen on the form is chosen for its recipe, and read there.
    if (target === 'input' && isShown(model, 'newRun')) {
      return;
    }
    const pictures = grants.filter(({ name, isDirectory }) => !isDirectory && isImageName(name));
    const isMany = isAwaited || isShown(model, 'studio');
    isAwaited = false;
    if (isMany && offerOrOpen(model, grants, pictures)) {
      return;
    }
    // Pictures were already handed over by the drop itself.
    const [first, ...others] = grants.filter((grant) => !isImageName(grant.name));
    if (first !== undefined) {
      takeGrant(model, first);
    } else if (wasExpected) {
      refuseSource(model, 'What was dropped is no file of this computer: save it first, then open it here.');
    }
    if (others.length > 0) {
      toast(model.ui, `${first?.name} is opened; drop one file or folder at a time`);
    }
  });
  page.addEventListener('dragover', onDragOver);
  page.addEventListener('dragleave', onDragLeave);
  page.addEventListener('drop', onDrop);
  page.addEventListener('paste', onPaste);
  return () => {
    stopGrants();
    page.removeEventListener('dragover', onDragOver);
    page.removeEventListener('dragleave', onDragLeave);
    page.removeEventListener('drop', onDrop);
    page.removeEventListener('paste', onPaste);
  };
}

/** The studio edits pictures one by one; everywhere else they are rows, or tell the form how they were made. */
function takeImages(model: AppModel, files: readonly File[]): void {
  const [first, ...others] = files;
  if (isShown(model, 'studio')) {
    bringOrOffer(model, files);
  } else if (first !== undefined && others.length === 0 && isShown(model, 'newRun')) {
    void dropOnForm(model, first);
  } else {
    void openImages(model, files);
  }
}

/** More pictures than are handed over, by their files, or by the folder that a browser sent them into. False: it was another drop. */
function offerOrOpen(model: AppModel, grants: readonly Grant[], pictures: readonly Grant[]): boolean {
  const [folder] = grants.filter(({ isDirectory }) => isDirectory);
  const open = () =>
    void (pictures.length > 0 ? openPictures(model, pictures) : folder && openGrant(model, folder));
  if (isShown(model, 'studio')) {
    return (pictures.length > MOST_IMAGES || folder !== undefined) && offerAll(model, open);
  }
  if (grants.length > 0) {
    open();
  } else {
    refuseSource(model, 'None of these pictures is there any more: drop them again.');
  }
  return true;
}

/** What is no picture is not taken from the studio into a run without asking. */
function takeGrant(model: AppModel, grant: Grant): void {
  if (isShown(model, 'studio')) {
    offerRun(model, grant);
  } else {
    void openGrant(model, grant);
  }
}

function isShown({ ui }: AppModel, kind: View['kind']): boolean {
  return ui.getState().view.kind === kind;
}

function areAllImages(files: readonly File[]): boolean {
  return files.length > 0 && files.every(isImageFile);
}
