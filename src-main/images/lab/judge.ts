/**
 * What makes a result suspicious, and how much. The bounds stand where the labelled set of bench/measures parts true edits
 * from what goes wrong: `npm run bench:measures` prints how well, and fails below its bars.
 */
import type { AgainstSource, Asked, Measures, Suspicion } from '@shared/model/measures';
import { parsePixels, parseRatio } from '@shared/ratio';
import type { Measured, Same } from './lab-orders';

/** Rises with the way of measuring, so that figures can be told from earlier ones. */
export const MEASURES_VERSION = 2;

/** Unchanged: the labelled set's copies stay below 4, 0.001 and 0.061; its faintest edits reach 0.071 in the last. */
const MOST_HASH_DISTANCE = 6;
const MOST_CHANGED = 0.003;
const MOST_PEAK = 0.068;

/** Rewritten: its edits keep 0.32 of the lines and more, and those that keep least leave half of the pixels alone. */
const LEAST_STRUCTURE = 0.3;
const LOW_STRUCTURE = 0.42;
const MUCH_CHANGED = 0.6;

/** Blank: nothing in 254 of 256 tiles, and grey values of fewer bits than a smooth sky has. */
const LEAST_FILLED = 2.5 / 256;
const LEAST_ENTROPY = 3;

/** Providers answer in multiples of 8 to 64 pixels: their 16:9 is 1344 x 768. */
const RATIO_TOLERANCE = 0.03;
const PIXELS_TOLERANCE = 0.04;
const AREA_TOLERANCE = 0.1;
/** Longest sides a square has under Gemini's names (ai.google.dev, image generation: aspect ratios and image size). */
const NAMED_SIDES: Readonly<Record<string, number>> = { '512': 512, '1K': 1024, '2K': 2048, '4K': 4096 };

/** `inputs`: how many images the row has; of several the result need not resemble any. */
export function judged(measured: Measured, asked: Asked, inputs: number): Measures {
  const blank = blankness(measured);
  const suspicions = [
    ...(measured.source === undefined || blank !== null ? [] : unchanged(measured.source)),
    ...(blank === null ? [] : [blank]),
    ...(measured.source === undefined || inputs !== 1 || blank !== null ? [] : rewritten(measured.source)),
    ...sizes(measured, asked),
  ];
  return { version: MEASURES_VERSION, ...measured, asked, suspicions };
}

/** A result that cannot be opened: nothing else is known of it. */
export function unreadable(
  file: { width: number; height: number; mimeType: string },
  asked: Asked,
  sentence: string,
): Measures {
  return {
    version: MEASURES_VERSION,
    ...file,
    hash: null,
    filled: 0,
    entropy: 0,
    asked,
    suspicions: [{ kind: 'unreadable', weight: 0.98, figure: 1, bound: 1, sentence }],
  };
}

/** Below as much change two results of different rows are the same picture. */
export function isSamePicture({ changedShare, peakChange }: Same): boolean {
  return changedShare < MOST_CHANGED && peakChange < MOST_PEAK;
}

export function duplicateSuspicion(row: number, isExact: boolean): Suspicion {
  return {
    kind: 'duplicate',
    weight: isExact ? 0.85 : 0.8,
    figure: isExact ? 0 : 1,
    bound: 1,
    sentence: `It is the same picture as that of row ${row}${isExact ? ', byte for byte' : ''}.`,
  };
}

/** Of what was asked; nothing asked, nothing wrong. */
function sizes(measured: Pick<Measured, 'width' | 'height'>, asked: Asked): readonly Suspicion[] {
  const { width, height } = measured;
  const wanted = wantedOf(asked);
  const ratio = wanted.ratio;
  const found: Suspicion[] = [];
  const off = ratio === null ? 0 : Math.max(width / height / ratio, ratio / (width / height)) - 1;
  if (off > RATIO_TOLERANCE) {
    found.push({
      kind: 'wrong_shape',
      weight: 0.5 + 0.3 * Math.min(1, off),
      figure: off,
      bound: RATIO_TOLERANCE,
      sentence: `${wanted.words} was asked for, ${width} × ${height} was delivered.`,
    });
  }
  const share = smallness(measured, wanted);
  if (share !== null && share.figure < share.bound) {
    found.push({
      kind: 'smaller',
      weight: 0.4 + 0.4 * (1 - share.figure),
      ...share,
      sentence: `${wanted.words} was asked for, ${width} × ${height} was delivered.`,
    });
  }
  const larger = wanted.pixels === null ? 1 : (width * height) / (wanted.pixels.width * wanted.pixels.height);
  if (found.length === 0 && larger > 1 + AREA_TOLERANCE) {
    found.push({
      kind: 'wrong_shape',
      weight: 0.3,
      figure: larger,
      bound: 1 + AREA_TOLERANCE,
      sentence: `${wanted.words} was asked for, ${width} × ${height} was delivered.`,
    });
  }
  return found;
}

interface Wanted {
  readonly pixels: { readonly width: number; readonly height: number } | null;
  readonly ratio: number | null;
  /** Of a size that is named by one side of a square. */
  readonly side: number | null;
  readonly words: string;
}

function wantedOf({ imageSize, aspectRatio, width, height }: Asked): Wanted {
  const named = imageSize === undefined ? undefined : parsePixels(imageSize);
  const pixels = named ?? (width !== undefined && height !== undefined ? { width, height } : null);
  const ratio = aspectRatio === undefined ? undefined : parseRatio(aspectRatio);
  const side = imageSize === undefined ? undefined : NAMED_SIDES[imageSize.toUpperCase()];
  return {
    pixels,
    ratio: pixels !== null ? pixels.width / pixels.height : ratio ? ratio.width / ratio.height : null,
    side: pixels === null ? (side ?? null) : null,
    words:
      pixels !== null
        ? `${pixels.width} × ${pixels.height}`
        : [aspectRatio, imageSize].filter((word) => word !== undefined).join(', '),
  };
}

/** Which part of the pixels that were asked for was delivered; null: none were named. */
function smallness(
  { width, height }: Pick<Measured, 'width' | 'height'>,
  { pixels, side }: Wanted,
): { figure: number; bound: number } | null {
  if (pixels !== null) {
    return {
      figure: Math.min(1, (width * height) / (pixels.width * pixels.height)),
      bound: 1 - PIXELS_TOLERANCE,
    };
  }
  return side === null
    ? null
    : { figure: Math.min(1, (width * height) / side ** 2), bound: 1 - AREA_TOLERANCE };
}

function unchanged({ hashDistance, changedShare, peakChange }: AgainstSource): readonly Suspicion[] {
  const is = hashDistance <= MOST_HASH_DISTANCE && changedShare < MOST_CHANGED && peakChange < MOST_PEAK;
  return is
    ? [
        {
          kind: 'unchanged',
          weight: 0.95 - 0.2 * (peakChange / MOST_PEAK),
          figure: changedShare,
          bound: MOST_CHANGED,
          sentence: `${percent(changedShare)} of the picture differs from its source: the edit was not made.`,
        },
      ]
    : [];
}

function rewritten({ structure, changedShare }: AgainstSource): readonly Suspicion[] {
  const bound = changedShare > MUCH_CHANGED ? LOW_STRUCTURE : LEAST_STRUCTURE;
  return structure < bound
    ? [
        {
          kind: 'rewritten',
          weight: 0.6 + 0.3 * (1 - structure / bound),
          figure: structure,
          bound,
          sentence: `${percent(structure)} of the lines of its source are still there: the whole picture was redrawn.`,
        },
      ]
    : [];
}

function blankness({ filled, entropy }: Pick<Measured, 'filled' | 'entropy'>): Suspicion | null {
  return filled < LEAST_FILLED && entropy < LEAST_ENTROPY
    ? {
        kind: 'blank',
        weight: 0.97,
        figure: filled,
        bound: LEAST_FILLED,
        sentence: `${percent(filled)} of the picture has anything in it.`,
      }
    : null;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toFixed(1))}%`;
}
