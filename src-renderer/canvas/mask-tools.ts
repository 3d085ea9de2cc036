/** The mask editor's tools and what its keys do. */
import { actOf } from '../keys/key-line';
import type { ActOf, PressedKey } from '../keys/key-line';
import { MASK_KEYS } from '../keys/studio-keys';

export type MaskTool = 'brush' | 'eraser' | 'lasso' | 'rectangle' | 'move';

export interface ToolWords {
  readonly label: string;
  readonly key: string;
  /** How to use it, by pointer and by key. */
  readonly hint: string;
}

export const MASK_TOOLS: Readonly<Record<MaskTool, ToolWords>> = {
  brush: {
    label: 'Brush',
    key: 'B',
    hint: 'Paint what may change. Shift draws a straight line. With the keyboard: arrows move the crosshair, Enter stamps, Shift+Enter draws a line.',
  },
  eraser: {
    label: 'Eraser',
    key: 'E',
    hint: 'Take away what was marked. With the keyboard: arrows move the crosshair, Enter stamps, Shift+Enter draws a line.',
  },
  lasso: {
    label: 'Lasso',
    key: 'L',
    hint: 'Draw around what may change; Alt takes away. With the keyboard: Enter sets a corner, Enter again at the same place closes, Esc drops it.',
  },
  rectangle: {
    label: 'Rectangle',
    key: 'U',
    hint: 'Drag a rectangle; Alt takes away. With the keyboard: Enter sets one corner, Enter again the other, Esc drops it.',
  },
  move: {
    label: 'Move',
    key: 'V',
    hint: 'Drag the picture, or use the arrows. Space or the middle button drags with any tool.',
  },
};
export const MASK_TOOL_NAMES = Object.keys(MASK_TOOLS) as readonly MaskTool[];

export interface ToolSettings {
  readonly tool: MaskTool;
  /** The brush's width in pixels of the source. */
  readonly diameterPx: number;
  /** 0: fades from its middle; 1: a sharp edge. */
  readonly hardness: number;
  /** Of the marking over the picture, 0 to 1. */
  readonly opacity: number;
}

interface SourceSize {
  readonly width: number;
  readonly height: number;
}

export function firstSettings({ width, height }: SourceSize): ToolSettings {
  return {
    tool: 'brush',
    diameterPx: Math.max(1, Math.round(Math.max(width, height) * 0.06)),
    hardness: 0.8,
    opacity: 0.55,
  };
}

/** How somebody painted last, and on how large a picture. */
export interface Hand {
  readonly settings: ToolSettings;
  readonly source: SourceSize;
}

/** The same on a picture of another size: the brush is as wide beside it. */
export function settingsOf({ settings, source: before }: Hand, source: SourceSize): ToolSettings {
  const most = mostDiameter(source);
  const diameterPx = Math.round((settings.diameterPx * most) / mostDiameter(before));
  return { ...settings, diameterPx: Math.min(most, Math.max(1, diameterPx)) };
}

export function mostDiameter({ width, height }: SourceSize): number {
  return Math.max(width, height);
}

/** One press of a bracket: some 15 % more or less, a pixel at least. */
export function resized(settings: ToolSettings, direction: 1 | -1, source: SourceSize): ToolSettings {
  const { diameterPx } = settings;
  const step = Math.max(1, Math.round(diameterPx * (direction > 0 ? 0.15 : 0.13)));
  const next = Math.min(mostDiameter(source), Math.max(1, diameterPx + direction * step));
  return { ...settings, diameterPx: next };
}

export function hardened(settings: ToolSettings, direction: 1 | -1): ToolSettings {
  const next = Math.round((settings.hardness + direction * 0.1) * 10) / 10;
  return { ...settings, hardness: Math.min(1, Math.max(0, next)) };
}

export type MaskAct =
  | { readonly kind: 'tool'; readonly tool: MaskTool }
  | { readonly kind: 'size' | 'hardness'; readonly direction: 1 | -1 }
  | {
      readonly kind:
        | 'swapTool'
        | 'invert'
        | 'clear'
        | 'load'
        | 'undo'
        | 'redo'
        | 'toggleZoom'
        | 'fit'
        | 'actual'
        | 'leave';
    };

const ACTS: Readonly<Record<ActOf<typeof MASK_KEYS>, MaskAct>> = {
  brush: { kind: 'tool', tool: 'brush' },
  eraser: { kind: 'tool', tool: 'eraser' },
  lasso: { kind: 'tool', tool: 'lasso' },
  rectangle: { kind: 'tool', tool: 'rectangle' },
  move: { kind: 'tool', tool: 'move' },
  swapTool: { kind: 'swapTool' },
  invert: { kind: 'invert' },
  clear: { kind: 'clear' },
  load: { kind: 'load' },
  undo: { kind: 'undo' },
  redo: { kind: 'redo' },
  toggleZoom: { kind: 'toggleZoom' },
  fit: { kind: 'fit' },
  actual: { kind: 'actual' },
  leave: { kind: 'leave' },
};

/** What a held key does again and again. All else is done once: each clearing and each inverting is a step of its own. */
const GOES_ON: ReadonlySet<MaskAct['kind']> = new Set(['size', 'hardness', 'undo', 'redo']);

export function isHeldOff({ kind }: MaskAct, { repeat }: Pick<KeyboardEvent, 'repeat'>): boolean {
  return repeat && !GOES_ON.has(kind);
}

/** What a key press means on the canvas; null: nothing. The arrows and Enter belong to keyboard-hand.ts. */
export function maskActOf(event: PressedKey & Pick<KeyboardEvent, 'code'>): MaskAct | null {
  // By place as well as by sign: with Shift the sign is another, and on many keyboards there is none.
  const bracket = { '[': -1, '{': -1, ']': 1, '}': 1, BracketLeft: -1, BracketRight: 1 } as const;
  const direction = bracket[event.key as keyof typeof bracket] ?? bracket[event.code as keyof typeof bracket];
  if (direction !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
    return { kind: event.shiftKey ? 'hardness' : 'size', direction };
  }
  const act = actOf(MASK_KEYS, event);
  return act === undefined ? null : ACTS[act];
}
