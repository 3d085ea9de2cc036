/** How results are selected and dragged in the grid and in the table: into the studio, or with Alt to other programs. */
import type { PictureRef } from '@shared/model/picture';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { PointerEvent } from 'react';
import { useStore } from 'zustand';
import { useDragOut } from '../../pictures/drag-out';
import { useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { type Chosen, countSelected, isSelected } from '../../state/gallery-selection';
import { tileAt } from '../../state/job-pages';
import type { ManyTiles } from '../../ui/tile-grid';
import { DRAGGED_RESULTS, putIds } from '../studio/drag-types';
import { chosenTiles } from './gallery-actions';

export interface Selecting {
  readonly many: ManyTiles;
  /** Files for a drag with Alt are looked up as soon as the button is down. */
  onPointerDown(event: PointerEvent): void;
}

export function useManyTiles(): Selecting {
  const model = useModel();
  const { gallery } = model;
  const selection = useStore(gallery.store, (state) => state.selection);
  const reveals = useStore(gallery.store, (state) => state.reveals);
  const { pages } = useStore(gallery.pages.store);
  const { chosen } = selection;
  const isChosen = useCallback(
    (offset: number) => {
      const id = tileAt({ total: null, pages, error: null }, offset)?.id;
      return id !== undefined && isSelected({ chosen, focus: null, anchor: null }, id);
    },
    [chosen, pages],
  );
  const dragged = useMemo(() => (pages.size === 0 ? [] : draggedOf(model, chosen)), [model, chosen, pages]);
  const dragOut = useDragOut(dragged, { onlyWithAlt: true });
  const startOut = useRef(dragOut.onDragStart);
  useEffect(() => {
    startOut.current = dragOut.onDragStart;
  });
  const many = useMemo<ManyTiles>(
    () => ({
      reveals,
      isSelected: isChosen,
      onPress: gallery.press,
      onMove: gallery.move,
      onToggle: gallery.toggleFocused,
      onMarquee: (offsets, isAdding) => void gallery.pickPlaces(offsets, isAdding),
      onDragStart: (offset, event) => {
        if (event.altKey) {
          startOut.current(event);
          return;
        }
        const tile = gallery.pages.tileAt(offset);
        const state = gallery.store.getState();
        const isOwn = tile !== undefined && isSelected(state.selection, tile.id);
        const dragged =
          isOwn && countSelected(state.selection) > 0 ? chosenTiles(model) : tile === undefined ? [] : [tile];
        putIds(
          event.dataTransfer,
          DRAGGED_RESULTS,
          dragged.flatMap(({ resultId }) => resultId ?? []),
        );
      },
    }),
    [gallery, model, isChosen, reveals],
  );
  return {
    many,
    onPointerDown: (event) => {
      if (event.altKey) {
        dragOut.onPointerDown();
      }
    },
  };
}

/** What a drag to another program takes along; only what is selected by hand, and never pages of it that are not here. */
function draggedOf(model: AppModel, chosen: Chosen): readonly PictureRef[] {
  return chosen.kind === 'ids' && chosen.ids.size > 0
    ? chosenTiles(model).flatMap(({ resultId }) =>
        resultId === undefined ? [] : { kind: 'result', resultId },
      )
    : [];
}
