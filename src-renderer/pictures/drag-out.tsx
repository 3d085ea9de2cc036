/**
 * Dragging pictures to other programs: a handle to drag by, and for pictures that are dragged within the page already,
 * the same with Alt held. What the drag needs is asked for when the pointer comes near: in the window a ticket, with which
 * main begins it; in a browser the name of the file, which the browser itself then fetches (`DownloadURL`, one at a time).
 */
import type { PictureRef } from '@shared/model/picture';
import { GripVertical } from 'lucide-react';
import { useRef } from 'react';
import type { DragEvent } from 'react';
import { useModel } from '../state/app-model';
import type { AppModel } from '../state/app-model';
import { toast } from '../state/ui-store';

interface DragOut {
  readonly draggable: true;
  onPointerEnter(): void;
  onPointerDown(): void;
  onDragStart(event: DragEvent): void;
}

interface DragOutOptions {
  /** The drag is the page's own unless Alt is held. */
  readonly onlyWithAlt?: boolean;
}

/** Spread over the element that is dragged. */
export function useDragOut(
  pictures: readonly PictureRef[],
  { onlyWithAlt = false }: DragOutOptions = {},
): DragOut {
  const model = useModel();
  /** `means`: the ticket, or what a browser is told of the file. */
  const ready = useRef<{ readonly key: string; means: string | null }>({ key: '', means: null });
  const key = JSON.stringify(pictures);
  const forget = (): void => {
    ready.current = { key: '', means: null };
  };
  const prepare = (): void => {
    if (ready.current.key === key || pictures.length === 0) {
      return;
    }
    const mine = { key, means: null as string | null };
    ready.current = mine;
    const asked = model.backend.browser === undefined ? ticketFor(model, pictures) : fileFor(model, pictures);
    void asked.then((means) => {
      mine.means = means;
      if (means === null && ready.current === mine) {
        forget();
      }
    });
  };
  return {
    draggable: true,
    onPointerEnter: onlyWithAlt ? () => undefined : prepare,
    onPointerDown: prepare,
    onDragStart(event) {
      if (onlyWithAlt && !event.altKey) {
        return;
      }
      const means = ready.current.key === key ? ready.current.means : null;
      if (model.backend.browser !== undefined && means !== null) {
        event.dataTransfer.effectAllowed = 'copy';
        event.dataTransfer.setData('DownloadURL', means);
        return;
      }
      event.preventDefault();
      if (means !== null) {
        void window.brushfleet?.drag(means).catch(forget);
      } else if (model.backend.browser !== undefined && pictures.length > 1) {
        toast(model.ui, 'A browser drags one picture at a time: export these to have them all');
      }
    },
  };
}

async function ticketFor(
  { outgoing, backend }: AppModel,
  pictures: readonly PictureRef[],
): Promise<string | null> {
  const answer = await outgoing.attempt(() =>
    backend.client.pictures.prepareDrag({ pictures: pictures.slice(0, 200) }),
  );
  return answer?.ticket ?? null;
}

/** `type:name:address`, as Chromium knows it; null: more than one, or it cannot be read. */
async function fileFor(
  { outgoing, backend }: AppModel,
  pictures: readonly PictureRef[],
): Promise<string | null> {
  const [picture] = pictures;
  if (picture === undefined || pictures.length > 1 || backend.browser === undefined) {
    return null;
  }
  const facts = await outgoing.attempt(() => backend.client.pictures.facts({ picture }));
  const name = facts?.fileName.replaceAll(/[:/\\]/g, '_');
  return facts === undefined || name === undefined
    ? null
    : `${facts.mimeType}:${name}:${backend.browser.fileUrl(picture)}`;
}

/** To drag by; keyboards have Copy and Save as in the menu beside it. */
export function DragHandle({ pictures }: { readonly pictures: readonly PictureRef[] }) {
  const { backend } = useModel();
  const drag = useDragOut(pictures);
  const title =
    backend.browser === undefined
      ? 'Drag to another program'
      : 'Drag to a folder (Chrome and Edge; other browsers: Save as)';
  return (
    <span aria-hidden="true" className="drag-handle" title={title} {...drag}>
      <GripVertical size={14} />
    </span>
  );
}
