/** The difference of two pictures on a canvas of their own pixels. */
import { fullUrlOf } from '@shared/media-url';
import { useEffect, useRef, useState } from 'react';
import { differenceSentence } from './difference';
import type { DifferenceFigures } from './difference';
import type { DifferenceAnswer, DifferenceOrder } from './difference-worker';
import { SQUARE_SCALE } from './zoom';
import type { Placement, Size } from './zoom';

export type DifferenceState =
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly figures: DifferenceFigures };

const WORDS = {
  busy: 'Comparing every pixel…',
  failed: 'These two could not be compared; look at them side by side.',
} as const;

export function differenceWords(state: DifferenceState): string {
  return state.kind === 'ready' ? differenceSentence(state.figures) : WORDS[state.kind];
}

interface DifferencePaneProps {
  readonly before: string;
  readonly after: string;
  readonly frame: Size;
  readonly placement: Placement;
  /** How many times stronger than it is. */
  readonly gain: number;
  onState(state: DifferenceState): void;
}

export function DifferencePane({ before, after, frame, placement, gain, onState }: DifferencePaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  const { width, height } = frame;
  useEffect(() => {
    let isWanted = true;
    onState({ kind: 'busy' });
    compared(before, after, comparedSize({ width, height })).then(
      ({ picture, figures }) => {
        const target = canvas.current;
        if (isWanted && target !== null) {
          target.width = picture.width;
          target.height = picture.height;
          target.getContext('2d')?.drawImage(picture, 0, 0);
          setSize({ width: picture.width, height: picture.height });
          onState({ kind: 'ready', figures });
        }
        picture.close();
      },
      () => isWanted && onState({ kind: 'failed' }),
    );
    return () => {
      isWanted = false;
    };
  }, [before, after, width, height, onState]);
  const isExact = size !== null && size.width >= width;
  return (
    <canvas
      aria-label="Difference"
      className="compare-picture"
      data-square={(isExact && placement.scale >= SQUARE_SCALE) || undefined}
      ref={canvas}
      role="img"
      style={{ filter: `brightness(${gain})` }}
    />
  );
}

/** What our previews hold at most; the difference of larger pictures is that of their reductions. */
const MOST_SIDE = 4096;

export function comparedSize({ width, height }: Size): Size {
  const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function compared(before: string, after: string, size: Size) {
  const [one, other] = await Promise.all([bitmapOf(before, size), bitmapOf(after, size)]);
  const worker = new Worker(new URL('./difference-worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<DifferenceAnswer>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<DifferenceAnswer>) => resolve(data));
      worker.addEventListener('error', reject);
      worker.postMessage({ one, other } satisfies DifferenceOrder, [one, other]);
    });
    if (answer.kind === 'failed') {
      throw new Error('The pictures could not be compared.');
    }
    return answer;
  } finally {
    worker.terminate();
  }
}

/** Of the full picture: a preview is packed with loss, which would be seen as a difference that is none. */
async function bitmapOf(url: string, { width, height }: Size): Promise<ImageBitmap> {
  const image = await loaded(fullUrlOf(url) ?? url).catch(() => loaded(url));
  const isSame = image.naturalWidth === width && image.naturalHeight === height;
  return createImageBitmap(
    image,
    isSame ? {} : { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' },
  );
}

async function loaded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  // Without it its pixels may be shown but not read.
  image.crossOrigin = 'anonymous';
  image.src = url;
  await image.decode();
  return image;
}
