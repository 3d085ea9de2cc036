/** What is compared, how, and what the keys do with it. No DOM. */
import { actOf } from '../keys/key-line';
import type { ActOf, PressedKey } from '../keys/key-line';
import { COMPARE_KEYS } from '../keys/picture-keys';
import type { Size } from './zoom';

export type CompareMode = 'side' | 'slider' | 'difference' | 'result';
/** In the order in which the key M goes through them. */
export const COMPARE_MODES: readonly CompareMode[] = ['side', 'slider', 'difference', 'result'];
export const COMPARE_LABELS: Readonly<Record<CompareMode, string>> = {
  side: 'Side by side',
  slider: 'Slider',
  difference: 'Difference',
  result: 'Result only',
};

export function nextMode(mode: CompareMode): CompareMode {
  return COMPARE_MODES[(COMPARE_MODES.indexOf(mode) + 1) % COMPARE_MODES.length] ?? 'side';
}

export interface ComparedPicture {
  /** media:// of its view, or any address of a picture. */
  readonly url: string;
  readonly label: string;
  /** The picture's own pixels; where they are not known, those of what is loaded count. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** What is said in its place where it cannot be read. */
  readonly unreadable?: string;
}

export const MOST_PICTURES = 4;

/** At most four: beyond that the first three and the last, which is the result. */
export function shownOf(pictures: readonly ComparedPicture[]): readonly ComparedPicture[] {
  return pictures.length <= MOST_PICTURES
    ? pictures
    : [...pictures.slice(0, MOST_PICTURES - 1), ...pictures.slice(-1)];
}

export interface Pair {
  readonly before: ComparedPicture | undefined;
  readonly after: ComparedPicture | undefined;
}

/** The two that slider, difference and blinking are about: the first and the last, or the other way round. */
export function pairOf(pictures: readonly ComparedPicture[], isSwapped: boolean): Pair {
  const [first, last] = [pictures[0], pictures.length > 1 ? pictures.at(-1) : undefined];
  if (last === undefined) {
    return { before: undefined, after: first };
  }
  return isSwapped ? { before: last, after: first } : { before: first, after: last };
}

export function sizeOf(picture: ComparedPicture | undefined, loaded: Size | undefined): Size | null {
  return picture?.width !== undefined && picture.height !== undefined
    ? { width: picture.width, height: picture.height }
    : (loaded ?? null);
}

/** Shapes that differ by less are stretched onto each other; more, and one is set into the other's frame. */
const SHAPE_TOLERANCE = 0.02;

export function haveSameShape(one: Size, other: Size): boolean {
  return Math.abs((one.width / one.height) * (other.height / other.width) - 1) <= SHAPE_TOLERANCE;
}

/** One sentence where pictures of other sizes were fitted into the first one's frame. */
export function frameNote(
  pictures: readonly { readonly label: string; readonly size: Size | null }[],
): string | null {
  const [first, ...others] = pictures;
  const frame = first?.size;
  if (first === undefined || frame === null || frame === undefined) {
    return null;
  }
  const fitted = others.filter(
    ({ size }) => size !== null && (size.width !== frame.width || size.height !== frame.height),
  );
  if (fitted.length === 0) {
    return null;
  }
  const names = fitted.map(({ label, size }) => `${label} (${size?.width} × ${size?.height})`).join(', ');
  const isOtherShape = fitted.some(({ size }) => size !== null && !haveSameShape(size, frame));
  return `${names} ${fitted.length === 1 ? 'is' : 'are'} fitted to ${first.label} (${frame.width} × ${frame.height})${isOtherShape ? ', of another shape' : ''}.`;
}

/** Columns and rows that show each picture as large as it goes. Two stand beside each other, as the mode says. */
export function gridOf(count: number, room: Size, frame: Size): { columns: number; rows: number } {
  const shapes =
    count <= 2
      ? [{ columns: Math.max(1, count), rows: 1 }]
      : Array.from({ length: count }, (_, at) => ({
          columns: count - at,
          rows: Math.ceil(count / (count - at)),
        }));
  const scale = ({ columns, rows }: { columns: number; rows: number }) =>
    Math.min(room.width / columns / frame.width, room.height / rows / frame.height);
  return shapes.reduce((best, shape) => (scale(shape) > scale(best) * 1.05 ? shape : best));
}

/** What the compare keys do; a screen hands in what it has. */
export interface CompareActs {
  cycle(): void;
  swap(): void;
  blink(isOn: boolean): void;
  toggleZoom(): void;
  fit(): void;
  actual(): void;
}

const COMPARE_ACTS: Readonly<Record<ActOf<typeof COMPARE_KEYS>, (acts: CompareActs) => void>> = {
  cycle: (acts) => acts.cycle(),
  swap: (acts) => acts.swap(),
  blink: (acts) => acts.blink(true),
  toggleZoom: (acts) => acts.toggleZoom(),
  fit: (acts) => acts.fit(),
  actual: (acts) => acts.actual(),
};

/** Obeys a key press where it is one of comparing; a key that is held, once. Answers whether it was. */
export function obeyCompareKey(
  event: PressedKey & Pick<KeyboardEvent, 'repeat'>,
  acts: CompareActs,
): boolean {
  const act = actOf(COMPARE_KEYS, event);
  if (act !== undefined && !event.repeat) {
    COMPARE_ACTS[act](acts);
  }
  return act !== undefined;
}
