/** The pointer on the canvas: what a press, a drag and its end do with each tool. */
import { useEffect, useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import type { Placement } from '../compare/zoom';
import { lassoOf, rectangleOf } from './keyboard-hand';
import type { Point } from './keyboard-hand';
import type { BrushStroke, MaskDocument, MaskStroke } from './mask-document';
import type { MaskPainter } from './mask-painter';
import type { ToolSettings } from './mask-tools';

type Drawn =
  | { readonly kind: 'stroke'; readonly stroke: BrushStroke; readonly points: number[] }
  | { readonly kind: 'lasso'; readonly corners: number[] }
  | { readonly kind: 'rectangle'; readonly from: Point; to: Point };

/** What is being drawn, and the one finger, pen or mouse that draws it: a palm beside the pen draws nothing. */
type Drawing = Drawn & { readonly pointerId: number };

export interface MaskPointerSetup {
  readonly document: MaskDocument;
  readonly settings: ToolSettings;
  readonly placement: Placement;
  /** Where the brush was last: Shift draws from there. */
  readonly lastPoint: Point | null;
  /** Space is held: any tool moves. */
  readonly isMoving: boolean;
  painter(): MaskPainter | null;
  onStroke(stroke: MaskStroke, lastPoint: Point): void;
  startPan(event: PointerEvent<HTMLElement>): void;
}

export interface MaskPointer {
  /** Corners of what is being drawn, in pixels of the source; null: nothing, or a brush stroke. */
  readonly outline: readonly number[] | null;
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLElement>): void;
    onPointerMove(event: PointerEvent<HTMLElement>): void;
    onPointerUp(event: PointerEvent<HTMLElement>): void;
    onPointerCancel(event: PointerEvent<HTMLElement>): void;
  };
  /** Drops what is being drawn. Answers whether there was something. */
  drop(): boolean;
}

export function useMaskPointer(setup: MaskPointerSetup): MaskPointer {
  const { document, settings, placement, painter } = setup;
  const drawing = useRef<Drawing | null>(null);
  const [outline, setOutline] = useState<readonly number[] | null>(null);
  const drop = (): boolean => {
    const was = drawing.current;
    drawing.current = null;
    setOutline(null);
    if (was?.kind === 'stroke') {
      painter()?.drop(document);
    }
    return was !== null;
  };
  // With another tool what was begun is dropped.
  const toolOnly = settings.tool;
  const dropNow = useRef(drop);
  useEffect(() => {
    dropNow.current = drop;
  });
  useEffect(() => () => void dropNow.current(), [toolOnly]);

  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button === 1 || setup.isMoving || (settings.tool === 'move' && event.button === 0)) {
      event.preventDefault();
      setup.startPan(event);
      return;
    }
    if (event.button !== 0 || drawing.current !== null) {
      return;
    }
    event.currentTarget.setPointerCapture?.(event.pointerId);
    const begun = begin(pointOf(event, placement), event, setup);
    drawing.current = { ...begun, pointerId: event.pointerId };
    if (begun.kind === 'stroke') {
      painter()?.extend(begun.stroke, 0);
    } else {
      setOutline(outlineOf(begun));
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const now = drawing.current;
    if (now?.pointerId !== event.pointerId) {
      return;
    }
    const from = now.kind === 'stroke' ? now.points.length / 3 : 0;
    // Between two frames the pen tells of many places at once.
    for (const part of partsOf(event)) {
      add(now, pointOf({ ...placeOf(part), currentTarget: event.currentTarget }, placement), { part, setup });
    }
    if (now.kind !== 'stroke') {
      setOutline(outlineOf(now));
    } else if (now.points.length / 3 > from) {
      painter()?.extend(now.stroke, from);
    }
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    const now = drawing.current;
    if (now?.pointerId !== event.pointerId) {
      return;
    }
    drawing.current = null;
    setOutline(null);
    const stroke = ended(now, event.altKey);
    if (stroke !== null) {
      setup.onStroke(stroke, pointOf(event, placement));
    }
  };
  const onPointerCancel = (event: PointerEvent<HTMLElement>): void => {
    if (drawing.current?.pointerId === event.pointerId) {
      drop();
    }
  };
  return { outline, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel }, drop };
}

/** Where on the source a pointer is. */
export function pointOf(
  event: { readonly clientX: number; readonly clientY: number; readonly currentTarget: Element },
  { left, top, scale }: Placement,
): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: (event.clientX - box.left - left) / scale, y: (event.clientY - box.top - top) / scale };
}

function placeOf({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }) {
  return { clientX, clientY };
}

function partsOf({ nativeEvent }: PointerEvent<HTMLElement>): readonly globalThis.PointerEvent[] {
  const parts = nativeEvent.getCoalescedEvents?.() ?? [];
  return parts.length === 0 ? [nativeEvent] : parts;
}

/** A pen presses; a mouse and a finger do not. */
export function pressureOf(event: { readonly pointerType: string; readonly pressure: number }): number {
  return event.pointerType === 'pen' ? 0.15 + 0.85 * event.pressure : 1;
}

function begin(at: Point, event: PointerEvent<HTMLElement>, setup: MaskPointerSetup): Drawn {
  const { settings, lastPoint } = setup;
  if (settings.tool === 'lasso') {
    return { kind: 'lasso', corners: [at.x, at.y] };
  }
  if (settings.tool === 'rectangle') {
    return { kind: 'rectangle', from: at, to: at };
  }
  const pressure = pressureOf(event);
  const line = event.shiftKey && lastPoint !== null ? [lastPoint.x, lastPoint.y, pressure] : [];
  const points = [...line, at.x, at.y, pressure].map(tidy);
  const { diameterPx, hardness } = settings;
  const kind = settings.tool === 'eraser' ? 'eraser' : 'brush';
  return { kind: 'stroke', points, stroke: { kind, points, radiusPx: diameterPx / 2, hardness } };
}

interface Move {
  readonly part: globalThis.PointerEvent;
  readonly setup: MaskPointerSetup;
}

/** Points nearer to each other than the eye sees are left out. */
function add(drawing: Drawn, at: Point, { part, setup }: Move): void {
  const { settings, placement } = setup;
  if (drawing.kind === 'rectangle') {
    drawing.to = at;
    return;
  }
  const held = drawing.kind === 'stroke' ? drawing.points : drawing.corners;
  const each = drawing.kind === 'stroke' ? 3 : 2;
  const [x = 0, y = 0] = held.slice(-each);
  const least =
    drawing.kind === 'stroke'
      ? Math.max(0.75 / placement.scale, settings.diameterPx * 0.04)
      : 1 / placement.scale;
  if (Math.hypot(at.x - x, at.y - y) >= least) {
    held.push(...[at.x, at.y, ...(drawing.kind === 'stroke' ? [pressureOf(part)] : [])].map(tidy));
  }
}

/** A hundredth of a pixel is enough, and short to write down. */
function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}

function outlineOf(drawing: Drawn): readonly number[] | null {
  if (drawing.kind === 'rectangle') {
    const { from, to } = drawing;
    return [from.x, from.y, to.x, from.y, to.x, to.y, from.x, to.y];
  }
  return drawing.kind === 'lasso' ? [...drawing.corners] : null;
}

function ended(drawing: Drawn, isAlt: boolean): MaskStroke | null {
  const how = isAlt ? 'subtract' : 'add';
  switch (drawing.kind) {
    case 'stroke':
      return { ...drawing.stroke, points: [...drawing.points] };
    case 'lasso':
      return lassoOf([...drawing.corners], how);
    case 'rectangle':
      return rectangleOf(drawing.from, drawing.to, how);
  }
}
