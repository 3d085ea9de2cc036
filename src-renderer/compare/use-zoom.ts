/** The zoom and pan of whatever panes are shown together, held outside of them so that it lasts from one picture to the next. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { PointerEvent, RefObject } from 'react';
import { atScale, FIT, pannedBy, PER_NOTCH, toggled, zoomedBy } from './zoom';
import type { Geometry, Zoom } from './zoom';

export interface ZoomControl {
  readonly zoom: Zoom;
  set(change: (old: Zoom) => Zoom): void;
  /** Whole, or 100 %. */
  toggle(): void;
  fit(): void;
  actual(): void;
  /** One notch nearer or farther, about the middle. */
  step(direction: 1 | -1): void;
  /** Moves what is seen by a share of the pane. */
  pan(x: number, y: number): void;
  /** Told by the view after each rendering: through what the zoom is seen now. */
  seenThrough(geometry: Geometry): void;
  /** Null while nothing is shown. */
  geometry(): Geometry | null;
}

export function useZoom(initial: Zoom = FIT): ZoomControl {
  const [zoom, set] = useState(initial);
  const through = useRef<Geometry | null>(null);
  const acts = useMemo(
    () => ({
      set,
      toggle: () => set((old) => toggled(old, through.current)),
      fit: () => set(FIT),
      actual: () => set((old) => atScale(old, 1)),
      step: (direction: 1 | -1) =>
        set((old) => {
          const seen = through.current;
          const factor = direction > 0 ? PER_NOTCH ** 2 : PER_NOTCH ** -2;
          return seen === null
            ? old
            : zoomedBy(old, seen, { factor, x: seen.pane.width / 2, y: seen.pane.height / 2 });
        }),
      pan: (x: number, y: number) =>
        set((old) => {
          const seen = through.current;
          return seen === null ? old : pannedBy(old, seen, x * seen.pane.width, y * seen.pane.height);
        }),
      seenThrough: (geometry: Geometry) => {
        through.current = geometry;
      },
      geometry: () => through.current,
    }),
    [],
  );
  return useMemo(() => ({ ...acts, zoom }), [acts, zoom]);
}

/** The size of an element, as it changes; null before the first look. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } | null {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  // Before the first paint: no picture is ever seen at a wrong size.
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) {
      return;
    }
    const look = () =>
      setSize((old) =>
        old?.width === watched.clientWidth && old.height === watched.clientHeight
          ? old
          : { width: watched.clientWidth, height: watched.clientHeight },
      );
    look();
    const observer = new ResizeObserver(look);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** The wheel zooms at the pointer. Not by React: its wheel listeners may not keep the page from zooming itself. */
export function useWheelZoom(
  stage: RefObject<HTMLElement | null>,
  control: Pick<ZoomControl, 'set' | 'geometry'> | undefined,
  paneSelector: string,
): void {
  const { set, geometry } = control ?? {};
  useEffect(() => {
    if (set === undefined || geometry === undefined) {
      return;
    }
    const element = stage.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const pane = paneAt(event.target, element, paneSelector);
      const through = geometry();
      if (pane === null || through === null || event.deltaY === 0) {
        return;
      }
      const { left, top } = pane.getBoundingClientRect();
      // A pinch and a smooth wheel come in many small parts; a notch of a plain wheel is 100 or more.
      const notches = Math.min(1, Math.abs(event.deltaY) / (event.ctrlKey ? 20 : 100));
      const factor = event.deltaY < 0 ? PER_NOTCH ** notches : PER_NOTCH ** -notches;
      set((old) => zoomedBy(old, through, { factor, x: event.clientX - left, y: event.clientY - top }));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [stage, set, geometry, paneSelector]);
}

/** Begins to drag the picture about; ends by itself. */
export function usePan(control: Pick<ZoomControl, 'set' | 'geometry'> | undefined) {
  const { set, geometry } = control ?? {};
  return useCallback(
    (event: PointerEvent<HTMLElement>): void => {
      if (set === undefined || geometry === undefined) {
        return;
      }
      const stage = event.currentTarget;
      let last = { x: event.clientX, y: event.clientY };
      const onMove = (move: globalThis.PointerEvent): void => {
        const [dx, dy] = [move.clientX - last.x, move.clientY - last.y];
        last = { x: move.clientX, y: move.clientY };
        const through = geometry();
        if (through !== null) {
          set((old) => pannedBy(old, through, dx, dy));
        }
      };
      const onEnd = (): void => {
        delete stage.dataset['panning'];
        for (const [name, listener] of listeners) {
          stage.removeEventListener(name, listener);
        }
      };
      const listeners = [
        ['pointermove', onMove],
        ['pointerup', onEnd],
        ['pointercancel', onEnd],
        ['lostpointercapture', onEnd],
      ] as const;
      stage.setPointerCapture?.(event.pointerId);
      stage.dataset['panning'] = 'true';
      for (const [name, listener] of listeners) {
        stage.addEventListener(name, listener);
      }
    },
    [set, geometry],
  );
}

function paneAt(target: EventTarget | null, stage: HTMLElement | null, selector: string): HTMLElement | null {
  return target instanceof Element ? (target.closest<HTMLElement>(selector) ?? stage) : stage;
}
