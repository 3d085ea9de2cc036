/**
 * Files dropped anywhere, and pictures or text pasted where nothing is being typed, start a new run; in the studio,
 * pictures come in to be edited, on the Text screen all media to be asked about. Paths stay in main: a dropped file arrives as a grant; pictures are handed over as they are.
 */
import { useEffect, useState } from 'react';
import type { Grant } from '@shared/contract';
import type { Granted } from '../api';
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
import { isCovered, isTyping } from './shortcuts';

/** Whether something is being dragged over the window. */
export function useDropTarget(): boolean {
  const model = useModel();
  const [isDragging, setDragging] = useState(false);
  useEffect(() => listenForDrops(model, window, setDragging), [model]);
  return isDragging;
}

/** What dropped files are for. It stands when they are let go: how they are granted is told later, perhaps on another screen. */
type Purpose =
  /** To be asked about, on the Text screen. */
  | { readonly kind: 'ask' }
  /** In the studio. */
  | { readonly kind: 'edit' }
  /** The form of a run waits for them: more pictures than are handed over themselves, or a table or folder. */
  | { readonly kind: 'pictures' | 'source'; readonly of: number }
  | { readonly kind: 'run' };

export function listenForDrops(model: AppModel, page: Window, onDrag: (isOver: boolean) => void): () => void {
  /** Not answered so far. Pictures that the drop itself hands over never are, in a browser. */
  const drops: { readonly at: number; readonly purpose: Purpose }[] = [];
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
    if (files.length > 0) {
      drops.push({ at: event.timeStamp, purpose: takeDrop(model, files) });
    }
  }
  function onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (isCovered() || (isTyping(event.target) && isOfWords(event.clipboardData))) {
      return;
    }
    const files = [...(event.clipboardData?.files ?? [])];
    if (isShown(model, 'text')) {
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
    const isFree = model.ui.getState().overlay.kind === 'none' && !isShown(model, 'studio');
    if (text.trim() !== '' && !isTyping(event.target) && isFree) {
      void openPrompts(model, text);
    }
  }
  function purposeOf({ droppedAt }: Granted): Purpose {
    const at = drops.findIndex((drop) => drop.at === droppedAt);
    const [drop] = at === -1 ? [] : drops.splice(at, 1);
    return drop?.purpose ?? purposeNow(model);
  }
  const stopGrants = model.backend.onGranted((granted) => takeGranted(model, purposeOf(granted), granted));
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

function purposeNow(model: AppModel): Purpose {
  return { kind: isShown(model, 'text') ? 'ask' : isShown(model, 'studio') ? 'edit' : 'run' };
}

/** Takes what a drop hands over itself. */
function takeDrop(model: AppModel, files: readonly File[]): Purpose {
  const purpose = purposeNow(model);
  if (purpose.kind === 'ask') {
    attachFiles(model, files);
    return purpose;
  }
  const images = files.filter(isImageFile);
  // Among other files they are part of what a run would read; the studio takes what it can.
  if (images.length > 0 && (images.length === files.length || purpose.kind === 'edit')) {
    if (images.length > MOST_IMAGES && purpose.kind === 'run') {
      // So many are not copied: main reads them where they lie, and tells what it calls them in a moment.
      const of = awaitPictures(model, images.length);
      return of === null ? purpose : { kind: 'pictures', of };
    }
    takeImages(model, images);
    return purpose;
  }
  return isShown(model, 'newRun') ? { kind: 'source', of: promiseSource(model) } : purpose;
}

/** The number of the source that a form waits for. */
const promisedBy = (purpose: Purpose): number | undefined => ('of' in purpose ? purpose.of : undefined);

function takeGranted(model: AppModel, purpose: Purpose, { grants, target, problem }: Granted): void {
  const of = promisedBy(purpose);
  if (problem !== undefined) {
    if (of === undefined) {
      toast(model.ui, problem);
    } else {
      refuseSource(model, problem, of);
    }
    return;
  }
  if (purpose.kind === 'ask') {
    model.text.setState(({ files }) => ({ files: withGrants(files, grants) }));
    return;
  }
  // What is chosen on the form is chosen for its recipe, and read there.
  const isForRecipe = target === 'input' && isShown(model, 'newRun');
  if (isForRecipe || takeMany(model, purpose, grants)) {
    return;
  }
  // Pictures were already handed over by the drop itself.
  const [first, ...others] = grants.filter((grant) => !isImageName(grant.name));
  if (first !== undefined) {
    takeGrant(model, first, purpose);
  } else if (of !== undefined) {
    refuseSource(model, 'That is not a file on this computer: save it first, then open it here.', of);
  }
  if (others.length > 0) {
    toast(model.ui, `${first?.name} is opened; drop one file or folder at a time`);
  }
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
function takeMany(model: AppModel, purpose: Purpose, grants: readonly Grant[]): boolean {
  const of = promisedBy(purpose);
  const pictures = grants.filter(({ name, isDirectory }) => !isDirectory && isImageName(name));
  const [folder] = grants.filter(({ isDirectory }) => isDirectory);
  const open = () =>
    void (pictures.length > 0 ? openPictures(model, pictures, of) : folder && openGrant(model, folder, of));
  if (purpose.kind === 'edit') {
    return (pictures.length > MOST_IMAGES || folder !== undefined) && offerAll(model, open);
  }
  if (purpose.kind === 'pictures') {
    if (grants.length > 0) {
      open();
    } else {
      refuseSource(model, 'None of these pictures is there any more: drop them again.', of);
    }
  }
  return purpose.kind === 'pictures';
}

/** What is no picture is not taken from the studio into a run without asking. */
function takeGrant(model: AppModel, grant: Grant, purpose: Purpose): void {
  if (purpose.kind === 'edit') {
    offerRun(model, grant);
  } else {
    void openGrant(model, grant, promisedBy(purpose));
  }
}

function isShown({ ui }: AppModel, kind: View['kind']): boolean {
  return ui.getState().view.kind === kind;
}

/** Words go where the caret is. A spreadsheet puts a picture of its cells beside them, a file manager the paths of its files. */
function isOfWords(data: DataTransfer | null): boolean {
  return ['text/plain', 'text/html'].every((type) => (data?.getData(type) ?? '').trim() !== '');
}

function areAllImages(files: readonly File[]): boolean {
  return files.length > 0 && files.every(isImageFile);
}
