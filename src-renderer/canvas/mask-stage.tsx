/** The picture, its mask over it, and the hand that draws: pointer, pen or keys. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, RefObject } from 'react';
import { SharpPicture, useSharpening } from '../compare/sharp-picture';
import { usePan, useSize, useWheelZoom } from '../compare/use-zoom';
import type { ZoomControl } from '../compare/use-zoom';
import { keptInside, placementOf } from '../compare/zoom';
import type { Placement } from '../compare/zoom';
import { Unreadable, UNREADABLE } from '../pictures/unreadable';
import { handWith, pressedHand, restingHand } from './keyboard-hand';
import type { KeyboardHand, Point } from './keyboard-hand';
import type { MaskDocument, MaskStroke } from './mask-document';
import { MaskPainter } from './mask-painter';
import type { MaskView } from './mask-painter';
import { MASK_TOOLS } from './mask-tools';
import type { ToolSettings } from './mask-tools';
import { pointOf, useMaskPointer } from './use-mask-pointer';

export interface MaskSource {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

interface MaskStageProps {
  readonly source: MaskSource;
  readonly document: MaskDocument;
  readonly settings: ToolSettings;
  readonly zoom: ZoomControl;
  readonly stage: RefObject<HTMLDivElement | null>;
  /** How much is marked, 0 to 1. */
  readonly share: number;
  /** Told after each rendering: drops what is being drawn, and answers whether there was something. */
  onDrawing(drop: () => boolean): void;
  onStroke(stroke: MaskStroke): void;
}

/** Nobody paints over what cannot be seen: in the place of such a picture stands why, and the mask is kept. */
export function MaskStage(props: MaskStageProps) {
  const { url } = props.source;
  const [unreadable, setUnreadable] = useState<string | null>(null);
  return unreadable === url ? (
    <Unreadable onRetry={() => setUnreadable(null)} sentence={UNREADABLE} />
  ) : (
    <PaintedPicture {...props} onFailed={() => setUnreadable(url)} />
  );
}

interface PaintedPictureProps extends MaskStageProps {
  onFailed(): void;
}

function PaintedPicture(props: PaintedPictureProps) {
  const { source, document, settings, zoom, stage } = props;
  const [isSpaceHeld, setSpaceHeld] = useState(false);
  const [isByKeys, setByKeys] = useState(false);
  const [sharpening, onSharpening] = useSharpening();
  const view = useMaskView(props);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = usePainter(canvas, document, view);
  const { hand, press, moved, dropHand } = useKeyboardHand(props, view.placement.scale);
  const pointer = useMaskPointer({
    document,
    settings,
    placement: view.placement,
    lastPoint: hand.from,
    isMoving: isSpaceHeld,
    painter: () => painter.current,
    startPan: usePan(zoom),
    onStroke: (stroke, at) => {
      moved(at);
      props.onStroke(stroke);
    },
  });
  const [ring, moveRing] = useRing(isByKeys ? hand.at : null, { settings, placement: view.placement });
  useLayoutEffect(() => props.onDrawing(() => pointer.drop() || dropHand()));

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === ' ') {
      event.preventDefault();
      setSpaceHeld(true);
    } else if (settings.tool === 'move' && event.key in PANS) {
      event.preventDefault();
      const [x, y] = PANS[event.key] ?? [0, 0];
      zoom.pan(x, y);
    } else if (event.repeat && event.key === 'Enter') {
      // Held, it would stamp again and again, and close a lasso at its third corner.
      event.preventDefault();
    } else if (press(event)) {
      event.preventDefault();
      setByKeys(true);
    }
  }

  const isPanning = isSpaceHeld || settings.tool === 'move';
  const outline = pointer.outline ?? outlineOfHand(hand, settings);
  return (
    <div
      aria-label={`Mask over a picture of ${source.width} × ${source.height}. ${MASK_TOOLS[settings.tool].label}: ${MASK_TOOLS[settings.tool].hint}`}
      className="mask-stage"
      data-tool={isPanning ? 'move' : settings.tool}
      onBlur={() => setSpaceHeld(false)}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key === ' ' && setSpaceHeld(false)}
      ref={stage}
      role="application"
      tabIndex={0}
      {...pointer.handlers}
      onPointerLeave={() => moveRing(null)}
      onPointerMove={(event: PointerEvent<HTMLElement>) => {
        setByKeys(false);
        moveRing(pointOf(event, view.placement));
        pointer.handlers.onPointerMove(event);
      }}
    >
      <SourcePicture onFailed={props.onFailed} onSharpening={onSharpening} source={source} view={view} />
      {sharpening && <output className="compare-busy">Loading every pixel…</output>}
      <canvas aria-hidden="true" className="mask-marks" ref={canvas} style={{ opacity: settings.opacity }} />
      <Outline corners={outline} isClosed={pointer.outline !== null} placement={view.placement} />
      <output className="mask-share num">{shareWords(props.share)}</output>
      <div aria-hidden="true" className="mask-ring" hidden ref={ring} />
      {isByKeys && <Cross at={hand.at} placement={view.placement} />}
    </div>
  );
}

/** Of the pane, at one press of an arrow. */
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0.1, 0],
  ArrowRight: [-0.1, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

function useMaskView({ source, zoom, stage }: MaskStageProps): MaskView {
  const size = useSize(stage);
  const { width, height } = source;
  const view = useMemo(() => {
    const pane = { width: Math.max(1, size?.width ?? 1), height: Math.max(1, size?.height ?? 1) };
    const geometry = { pane, frame: { width, height } };
    return { ...geometry, placement: placementOf(keptInside(zoom.zoom, geometry), geometry) };
  }, [size, width, height, zoom.zoom]);
  useLayoutEffect(() => zoom.seenThrough(view));
  useWheelZoom(stage, zoom, '.mask-stage');
  return view;
}

/** Long enough for the next wheel notch to come. */
const REST_MS = 120;

function usePainter(canvas: RefObject<HTMLCanvasElement | null>, document: MaskDocument, view: MaskView) {
  const painter = useRef<MaskPainter | null>(null);
  const drawn = useRef<MaskDocument | null>(null);
  useLayoutEffect(() => {
    if (canvas.current === null) {
      return;
    }
    painter.current ??= new MaskPainter(canvas.current);
    const { current } = painter;
    if (drawn.current !== document || current.isQuick) {
      drawn.current = document;
      current.show(document, view);
      return;
    }
    current.follow(view);
    const timer = setTimeout(() => current.show(document, view), REST_MS);
    return () => clearTimeout(timer);
  }, [canvas, document, view]);
  return painter;
}

function useKeyboardHand({ source, settings, onStroke }: MaskStageProps, scale: number) {
  const [held, setHeld] = useState<{ readonly hand: KeyboardHand; readonly tool: ToolSettings['tool'] }>(
    () => ({
      hand: restingHand(source),
      tool: settings.tool,
    }),
  );
  const hand = handWith(held.hand, settings.tool, held.tool);
  const setHand = (next: KeyboardHand) => setHeld({ hand: next, tool: settings.tool });
  return {
    hand,
    press: (event: { key: string; shiftKey: boolean; altKey: boolean }): boolean => {
      const done = pressedHand(event, hand, { settings, source, scale });
      if (done !== null) {
        setHand(done.hand);
      }
      if (done?.stroke !== undefined) {
        onStroke(done.stroke);
      }
      return done !== null;
    },
    moved: ({ x, y }: Point) => {
      const at = { x: Math.round(x), y: Math.round(y) };
      const isBrush = settings.tool === 'brush' || settings.tool === 'eraser';
      setHand({ ...hand, at, from: isBrush ? { x, y } : null });
    },
    dropHand: (): boolean => {
      const wasBegun = hand.corners.length > 0 || (settings.tool === 'rectangle' && hand.from !== null);
      if (wasBegun) {
        setHand({ ...hand, from: null, corners: [] });
      }
      return wasBegun;
    },
  };
}

function outlineOfHand(hand: KeyboardHand, { tool }: ToolSettings): readonly number[] | null {
  const { at, from, corners } = hand;
  if (tool === 'rectangle' && from !== null) {
    return [from.x, from.y, at.x, from.y, at.x, at.y, from.x, at.y, from.x, from.y];
  }
  return tool === 'lasso' && corners.length > 0 ? [...corners, at.x, at.y] : null;
}

interface SourcePictureProps {
  readonly source: MaskSource;
  readonly view: MaskView;
  onFailed(): void;
  onSharpening(url: string, isUnderWay: boolean): void;
}

function SourcePicture({ source, view, onFailed, onSharpening }: SourcePictureProps) {
  const { scale, left, top } = view.placement;
  return (
    <div
      className="compare-frame"
      data-known="true"
      style={{
        width: source.width * scale,
        height: source.height * scale,
        transform: `translate(${left}px, ${top}px)`,
      }}
    >
      <SharpPicture
        alt="The picture that is edited"
        frame={view.frame}
        isContained={false}
        onFailed={onFailed}
        onSharpening={onSharpening}
        placement={view.placement}
        url={source.url}
      />
    </div>
  );
}

function shareWords(share: number): string {
  if (share === 0) {
    return 'Nothing marked';
  }
  const percent = share * 100;
  return percent < 0.1 ? 'Less than 0.1% marked' : `${percent.toFixed(1)}% marked`;
}

interface OutlineProps {
  readonly corners: readonly number[] | null;
  readonly isClosed: boolean;
  readonly placement: Placement;
}

/** Two lines, dark and light, so that it is seen on any picture. */
function Outline({ corners, isClosed, placement: { scale, left, top } }: OutlineProps) {
  if (corners === null) {
    return null;
  }
  const placed = corners.map((value, at) => (value * scale + (at % 2 === 0 ? left : top)).toFixed(1));
  const points = placed.join(' ');
  return (
    <svg aria-hidden="true" className="mask-outline">
      {['dark', 'light'].map((line) =>
        isClosed ? (
          <polygon className={line} key={line} points={points} />
        ) : (
          <polyline className={line} key={line} points={points} />
        ),
      )}
    </svg>
  );
}

function Cross({ at, placement }: { readonly at: Point; readonly placement: Placement }) {
  const x = at.x * placement.scale + placement.left;
  const y = at.y * placement.scale + placement.top;
  return (
    <>
      <div aria-hidden="true" className="mask-cross" style={{ transform: `translate(${x}px, ${y}px)` }} />
      <output className="mask-place num">
        {at.x}, {at.y}
      </output>
    </>
  );
}

interface RingSetup {
  readonly settings: ToolSettings;
  readonly placement: Placement;
}

/** The ring where the keys are (null: where the pointer was last); `move` follows the pointer without a rendering. */
function useRing(keysAt: Point | null, setup: RingSetup) {
  const element = useRef<HTMLDivElement>(null);
  const pointerAt = useRef<Point | null>(null);
  useLayoutEffect(() => placeRing(element.current, keysAt ?? pointerAt.current, setup));
  const move = (at: Point | null): void => {
    pointerAt.current = at;
    placeRing(element.current, at, setup);
  };
  return [element, move] as const;
}

/** The brush's size under the pointer. Moved by hand, not by rendering: it has to keep up with the pen. */
function placeRing(ring: HTMLElement | null, at: Point | null, { settings, placement }: RingSetup): void {
  if (ring === null) {
    return;
  }
  const isBrush = settings.tool === 'brush' || settings.tool === 'eraser';
  ring.hidden = at === null || !isBrush;
  if (at !== null && isBrush) {
    const { scale, left, top } = placement;
    const size = Math.max(3, settings.diameterPx * scale);
    ring.style.width = `${size}px`;
    ring.style.height = `${size}px`;
    ring.style.transform = `translate(${at.x * scale + left - size / 2}px, ${at.y * scale + top - size / 2}px)`;
  }
}
