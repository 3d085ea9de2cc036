/** The keys of the gallery. Bare letters never act while the user types, nor over a dialog. */
import { useEffect } from 'react';
import { GALLERY_KEYS, VERDICT_KEYS } from '../../keys/gallery-keys';
import { actOf, isWriting } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { isCovered, isTyping } from '../../shell/shortcuts';
import { useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { clear, countSelected } from '../../state/gallery-selection';
import { createGalleryActions } from './gallery-actions';
import { focusSearch } from './focus-search';

export function useGalleryKeys(): void {
  const model = useModel();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => obey(model, event);
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [model]);
}

function obey(model: AppModel, event: KeyboardEvent): void {
  const { isLoupeOpen } = model.ui.getState();
  if (isCovered('dialog[open]:not(.loupe)') || event.defaultPrevented) {
    return;
  }
  const verdict = actOf(VERDICT_KEYS, event);
  // The close look keeps its own keys; verdicts and ratings work over it, too.
  const walk = isLoupeOpen ? undefined : actOf(GALLERY_KEYS, event);
  // While text is typed, only what cannot be meant for the text.
  const isAllowed = !isTyping(event.target) || (!isWriting(event) && (walk === 'search' || walk === 'jump'));
  if (!isAllowed || (verdict === undefined && walk === undefined)) {
    return;
  }
  event.preventDefault();
  if (event.repeat && verdict !== 'undo' && verdict !== 'redo') {
    // A key that is held would go through one picture after the other, into the trash, too.
    return;
  }
  if (verdict !== undefined) {
    VERDICTS[verdict](model, event);
  } else if (walk !== undefined) {
    WALKS[walk](model);
  }
}

const VERDICTS: Readonly<
  Record<ActOf<typeof VERDICT_KEYS>, (model: AppModel, event: KeyboardEvent) => void>
> = {
  accept: (model) => createGalleryActions(model).verdict('accepted'),
  reject: (model) => createGalleryActions(model).verdict('rejected'),
  unset: (model) => {
    const actions = createGalleryActions(model);
    if (isInTrash(model)) {
      actions.change({ kind: 'restore' });
    } else {
      actions.verdict(null);
    }
  },
  rate: (model, event) => createGalleryActions(model).rating(Number(event.key)),
  unrate: (model) => createGalleryActions(model).rating(null),
  undo: ({ gallery }) => void gallery.work.undo(),
  redo: ({ gallery }) => void gallery.work.redo(),
};

const WALKS: Readonly<Record<ActOf<typeof GALLERY_KEYS>, (model: AppModel) => void>> = {
  search: () => focusSearch(),
  grid: ({ gallery }) => gallery.store.setState({ look: 'grid' }),
  table: ({ gallery }) => gallery.store.setState({ look: 'table' }),
  look: ({ gallery, ui }) => {
    if (gallery.focused() !== undefined) {
      ui.setState({ isLoupeOpen: true });
    }
  },
  saveView: ({ gallery }) => gallery.store.setState({ dialog: 'saveView' }),
  jump: (model) => createGalleryActions(model).open('jump'),
  selectAll: (model) => createGalleryActions(model).selectAll(),
  selectNone: ({ gallery }) => {
    const { selection } = gallery.store.getState();
    if (countSelected(selection) > 0) {
      gallery.select(clear(selection));
    }
  },
  tag: (model) => createGalleryActions(model).open('tag'),
  rerun: (model) => createGalleryActions(model).open('rerun'),
  review: (model) => createGalleryActions(model).review(),
  arena: (model) => createGalleryActions(model).open('arena'),
  edit: (model) => void createGalleryActions(model).editInStudio(),
  export: (model) => createGalleryActions(model).export(),
  trash: (model) => {
    if (!isInTrash(model)) {
      createGalleryActions(model).change({ kind: 'trash' });
    }
  },
};

function isInTrash({ gallery }: AppModel): boolean {
  return gallery.store.getState().query.place === 'trash';
}
