/** Drawing without a pointer: a cross that the arrows move, and Enter for what a press would do. Pure. */
import type { MaskStroke } from './mask-document';
import type { MaskTool, ToolSettings } from './mask-tools';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface KeyboardHand {
  /** Pixels of the source. */
  readonly at: Point;
  /** The first corner of a rectangle, or where the brush was last. */
  readonly from: Point | null;
  /** Corners of a lasso so far, x and y alternately. */
  readonly corners: readonly number[];
}

export function restingHand({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): KeyboardHand {
  return { at: { x: Math.round(width / 2), y: Math.round(height / 2) }, from: null, corners: [] };
}

/** A step of the cross is this many pixels of the screen, or one of the source where that is more. */
const STEP_SCREEN_PX = 4;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export interface Desk {
  readonly settings: ToolSettings;
  readonly source: { readonly width: number; readonly height: number };
  /** Screen pixels for one of the source. */
  readonly scale: number;
}

export interface Moved {
  readonly hand: KeyboardHand;
  /** What was drawn by it. */
  readonly stroke?: MaskStroke;
}

/** Null: no key of drawing. */
export function pressedHand(press: Press, hand: KeyboardHand, desk: Desk): Moved | null {
  const arrow = ARROWS[press.key];
  if (arrow !== undefined && desk.settings.tool !== 'move') {
    return { hand: { ...hand, at: stepped(hand.at, arrow, press.shiftKey, desk) } };
  }
  if (press.key === 'Backspace' && desk.settings.tool === 'lasso' && hand.corners.length > 0) {
    return { hand: { ...hand, corners: hand.corners.slice(0, -2) } };
  }
  return press.key === 'Enter' ? entered(press, hand, desk.settings) : null;
}

function stepped(
  at: Point,
  [dx, dy]: readonly [number, number],
  isLarge: boolean,
  { scale, source }: Desk,
): Point {
  const step = Math.max(1, Math.round(STEP_SCREEN_PX / scale)) * (isLarge ? 10 : 1);
  return {
    x: Math.min(source.width, Math.max(0, at.x + dx * step)),
    y: Math.min(source.height, Math.max(0, at.y + dy * step)),
  };
}

function entered(press: Press, hand: KeyboardHand, settings: ToolSettings): Moved | null {
  const how = press.altKey ? 'subtract' : 'add';
  switch (settings.tool) {
    case 'brush':
    case 'eraser': {
      const from = press.shiftKey && hand.from !== null ? hand.from : hand.at;
      const points =
        from === hand.at ? [hand.at.x, hand.at.y, 1] : [from.x, from.y, 1, hand.at.x, hand.at.y, 1];
      const { diameterPx, hardness } = settings;
      const stroke: MaskStroke = { kind: settings.tool, points, radiusPx: diameterPx / 2, hardness };
      return { hand: { ...hand, from: hand.at }, stroke };
    }
    case 'rectangle': {
      if (hand.from === null) {
        return { hand: { ...hand, from: hand.at } };
      }
      const stroke = rectangleOf(hand.from, hand.at, how);
      return { hand: { ...hand, from: null }, ...(stroke === null ? {} : { stroke }) };
    }
    case 'lasso': {
      const { corners } = hand;
      const isSamePlace = corners.at(-2) === hand.at.x && corners.at(-1) === hand.at.y;
      if (!isSamePlace) {
        return { hand: { ...hand, corners: [...corners, hand.at.x, hand.at.y] } };
      }
      const stroke = lassoOf(corners, how);
      return stroke === null ? { hand } : { hand: { ...hand, corners: [] }, stroke };
    }
    case 'move':
      return null;
  }
}

/** Null: nothing is enclosed. */
export function lassoOf(corners: readonly number[], how: 'add' | 'subtract'): MaskStroke | null {
  return corners.length < 6 ? null : { kind: 'lasso', corners, how };
}

/** Of whole pixels: the edge of a rectangle is sharp. Null: it has no area. */
export function rectangleOf(from: Point, to: Point, how: 'add' | 'subtract'): MaskStroke | null {
  const [left, right] = [Math.round(Math.min(from.x, to.x)), Math.round(Math.max(from.x, to.x))];
  const [top, bottom] = [Math.round(Math.min(from.y, to.y)), Math.round(Math.max(from.y, to.y))];
  return right > left && bottom > top ? { kind: 'rectangle', box: [left, top, right, bottom], how } : null;
}

/** With another tool what was begun is dropped. */
export function handWith(hand: KeyboardHand, tool: MaskTool, before: MaskTool): KeyboardHand {
  const paints = (one: MaskTool) => one === 'brush' || one === 'eraser';
  return tool === before || (paints(tool) && paints(before)) ? hand : { ...hand, from: null, corners: [] };
}
