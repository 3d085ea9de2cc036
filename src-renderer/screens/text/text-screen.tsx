/** Ask a model for text: a prompt with what it is about, its answer as it comes, and what was asked before. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { DragEvent } from 'react';
import { actOf } from '../../keys/key-line';
import { REQUEST_KEYS } from '../../keys/text-keys';
import { useKeys } from '../../keys/use-keys';
import { TEXT_KEYS } from '../../keys/work-keys';
import { isCovered } from '../../shell/shortcuts';
import { useModel } from '../../state/app-model';
import { setPanel } from '../../state/ui-store';
import { Problems } from '../../ui/problems';
import { DRAGGED_RESULTS, draggedIds } from '../studio/drag-types';
import { AnswerStage } from './answer-stage';
import { ATTACH_ID, attachResults, beginAnew, PROMPT_ID, SEARCH_ID, sendText } from './text-actions';
import { TextComposer } from './text-composer';
import { useLoadedHistory, useText } from './use-text';
import '../studio/studio.css';
import './text.css';

export { TextPanel } from './text-panel';
export { TextInspector } from './text-inspector';

export function TextScreen() {
  useLoadedHistory();
  const drop = useTileDrop();
  useTextKeys();
  useRequestKeys();
  return (
    <section
      aria-label="Text"
      className={drop.isOver ? 'studio text-screen is-target' : 'studio text-screen'}
      onDragLeave={drop.onDragLeave}
      onDragOver={drop.onDragOver}
      onDrop={drop.onDrop}
    >
      <AnswerStage />
      <NotAsked />
      <TextComposer />
    </section>
  );
}

function NotAsked() {
  const { text } = useModel();
  const problems = useText((state) => state.problems);
  return (
    <div className="studio-notices">
      <Problems onClose={() => text.setState({ problems: [] })} problems={problems} />
    </div>
  );
}

/** Tiles of a gallery. Files are taken by the window itself. */
function useTileDrop() {
  const model = useModel();
  const [isOver, setOver] = useState(false);
  return {
    isOver,
    onDragOver(event: DragEvent) {
      if (event.dataTransfer.types.includes(DRAGGED_RESULTS)) {
        event.preventDefault();
        setOver(true);
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
      if (results !== null) {
        event.preventDefault();
        attachResults(model, results);
      }
    },
  };
}

/** What has no place on the stage: these are always there. */
function useRequestKeys(): void {
  const model = useModel();
  const focus = (id: string) => () => document.getElementById(id)?.focus();
  useKeys(REQUEST_KEYS, {
    fresh: () => beginAnew(model),
    write: focus(PROMPT_ID),
    attach: () => document.getElementById(ATTACH_ID)?.click(),
    search: () => {
      // It stands in a panel that may be folded away.
      setPanel(model.ui, 'left', true);
      requestAnimationFrame(focus(SEARCH_ID));
    },
  });
}

/** Ctrl+Enter sends from wherever the focus is, but not through a dialog or menu. */
function useTextKeys(): void {
  const model = useModel();
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (actOf(TEXT_KEYS, event) === 'ask' && !isCovered() && !event.defaultPrevented) {
      event.preventDefault();
      // A key that is held asks once.
      if (!event.repeat) {
        void sendText(model);
      }
    }
  });
  useEffect(() => {
    const onDown = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', onDown);
    return () => window.removeEventListener('keydown', onDown);
  }, []);
}
