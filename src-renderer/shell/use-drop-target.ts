/**
 * Files dropped anywhere, and pictures or text pasted where nothing is being typed, start a new run. Paths stay in
 * main: a dropped file arrives as a grant; pictures are handed over as they are.
 */
import { useEffect, useState } from 'react';
import { useModel } from '../state/app-model';
import type { AppModel } from '../state/app-model';
import { openGrant, openImages, openPrompts } from '../state/sources';
import { toast } from '../state/ui-store';
import { isTyping } from './shortcuts';

/** Whether something is being dragged over the window. */
export function useDropTarget(): boolean {
  const model = useModel();
  const [isDragging, setDragging] = useState(false);
  useEffect(() => listenForDrops(model, window, setDragging), [model]);
  return isDragging;
}

export function listenForDrops(model: AppModel, page: Window, onDrag: (isOver: boolean) => void): () => void {
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
    if (areAllImages(files)) {
      void openImages(model, files);
    }
  }
  function onPaste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (areAllImages(files)) {
      event.preventDefault();
      void openImages(model, files);
      return;
    }
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() !== '' && !isTyping(event.target) && model.ui.getState().overlay.kind === 'none') {
      void openPrompts(model, text);
    }
  }
  const stopGrants = model.backend.onGranted(({ grants }) => {
    // Pictures were already handed over by the drop itself.
    const [first, ...others] = grants.filter((grant) => !isImageName(grant.name));
    if (first !== undefined) {
      void openGrant(model, first);
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

function areAllImages(files: readonly File[]): boolean {
  return files.length > 0 && files.every((file) => file.type.startsWith('image/') || isImageName(file.name));
}

function isImageName(name: string): boolean {
  return /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic)$/i.test(name);
}
