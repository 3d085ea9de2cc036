/** Zoom and pan of the pictures on the stage, the same for all of them and kept from one result to the next. */
import { useCallback, useState } from 'react';
import type { CSSProperties, PointerEvent, WheelEvent } from 'react';

export interface Zoom {
  /** 1: the whole picture fits. */
  readonly scale: number;
  /** Of the stage, in per cent. */
  readonly x: number;
  readonly y: number;
}

const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const CLOSE = 4;
const MOST = 16;
const PER_NOTCH = 1.2;

/** Zooms about a point that stays where it is; `px`, `py`: from the middle of the pane, in per cent of it. */
export function zoomedAt({ scale, x, y }: Zoom, factor: number, px: number, py: number): Zoom {
  const next = Math.min(MOST, Math.max(1, scale * factor));
  if (next === 1) {
    return WHOLE;
  }
  const ratio = next / scale;
  return { scale: next, x: px - (px - x) * ratio, y: py - (py - y) * ratio };
}

export function useZoom() {
  const [zoom, setZoom] = useState(WHOLE);

  const onWheel = useCallback((event: WheelEvent<HTMLElement>) => {
    const factor = event.deltaY < 0 ? PER_NOTCH : 1 / PER_NOTCH;
    const { px, py } = placeIn(paneAt(event.target, event.currentTarget), event);
    setZoom((old) => zoomedAt(old, factor, px, py));
  }, []);

  const onPointerDown = useCallback((event: PointerEvent<HTMLElement>) => {
    const pane = paneAt(event.target, event.currentTarget);
    if (event.button !== 0 || event.target instanceof HTMLInputElement) {
      return;
    }
    const { width, height } = pane.getBoundingClientRect();
    const stage = event.currentTarget;
    const from = { x: event.clientX, y: event.clientY };
    let last = from;
    const onMove = (move: globalThis.PointerEvent): void => {
      const dx = ((move.clientX - last.x) / width) * 100;
      const dy = ((move.clientY - last.y) / height) * 100;
      last = { x: move.clientX, y: move.clientY };
      setZoom((old) => (old.scale === 1 ? old : { ...old, x: old.x + dx, y: old.y + dy }));
    };
    const onEnd = (): void => {
      stage.removeEventListener('pointermove', onMove);
      stage.removeEventListener('pointerup', onEnd);
      stage.removeEventListener('pointercancel', onEnd);
    };
    stage.addEventListener('pointermove', onMove);
    stage.addEventListener('pointerup', onEnd);
    stage.addEventListener('pointercancel', onEnd);
  }, []);

  return {
    zoom,
    /** Whole, or four times as large in its middle. */
    toggle: useCallback(() => setZoom((old) => (old.scale === 1 ? { scale: CLOSE, x: 0, y: 0 } : WHOLE)), []),
    reset: useCallback(() => setZoom(WHOLE), []),
    stage: {
      onWheel,
      onPointerDown,
      onDoubleClick: useCallback(
        () => setZoom((old) => (old.scale === 1 ? { scale: CLOSE, x: 0, y: 0 } : WHOLE)),
        [],
      ),
      // Custom properties are no part of React's CSS types.
      style: {
        '--zoom': zoom.scale,
        '--pan-x': `${zoom.x}%`,
        '--pan-y': `${zoom.y}%`,
      } as CSSProperties,
    },
  };
}

/** The picture's own pane: side by side each has one. */
function paneAt(target: EventTarget, stage: HTMLElement): HTMLElement {
  return target instanceof Element ? (target.closest<HTMLElement>('.compare-pane') ?? stage) : stage;
}

function placeIn(pane: HTMLElement, event: { clientX: number; clientY: number }): { px: number; py: number } {
  const { left, top, width, height } = pane.getBoundingClientRect();
  return {
    px: ((event.clientX - left) / width - 0.5) * 100,
    py: ((event.clientY - top) / height - 0.5) * 100,
  };
}
