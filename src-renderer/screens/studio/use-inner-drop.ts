/** What is dragged within the window onto the studio: tiles of any gallery, nodes of the tree, inputs to another place. */
import { useState } from 'react';
import type { DragEvent } from 'react';
import { useModel } from '../../state/app-model';
import { withInputMoved } from '../../state/studio-draft';
import { DRAGGED_INPUT, DRAGGED_NODES, DRAGGED_RESULTS, draggedIds } from './drag-types';
import { addInputs, bringResults } from './studio-actions';
import type { StudioView } from './use-studio';

/** Files are taken by the window itself. */
export function useInnerDrop(view: StudioView) {
  const model = useModel();
  const [isOver, setOver] = useState(false);
  const takes = (event: DragEvent) =>
    [DRAGGED_RESULTS, DRAGGED_NODES, DRAGGED_INPUT].some((type) => event.dataTransfer.types.includes(type));
  return {
    isOver,
    onDragOver(event: DragEvent) {
      if (takes(event)) {
        event.preventDefault();
        setOver(!event.dataTransfer.types.includes(DRAGGED_INPUT));
      }
    },
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget instanceof Node ? event.relatedTarget : null)) {
        setOver(false);
      }
    },
    onDrop(event: DragEvent) {
      setOver(false);
      const results = draggedIds(event.dataTransfer, DRAGGED_RESULTS);
      const nodes = draggedIds(event.dataTransfer, DRAGGED_NODES);
      const [moved] = draggedIds(event.dataTransfer, DRAGGED_INPUT) ?? [];
      if (results !== null && results.length > 0) {
        event.preventDefault();
        void bringResults(model, results);
      } else if (nodes !== null) {
        event.preventDefault();
        addInputs(model, nodes);
      } else if (moved !== undefined) {
        event.preventDefault();
        view.change((draft) => withInputMoved(draft, moved, placeOf(event, moved)));
      }
    },
  };
}

/** Before the first of the other inputs whose middle lies right of the pointer. */
function placeOf(event: DragEvent, moved: number): number {
  const items = [...event.currentTarget.querySelectorAll('[data-input]')].filter((_, at) => at !== moved);
  return items.filter((item) => {
    const { left, width } = item.getBoundingClientRect();
    return left + width / 2 < event.clientX;
  }).length;
}
