/** What was asked against what was delivered, and what looks wrong about it, in the words of badges. Pure. */
import type { Asked, Measures, Turned } from '@shared/model/measures';
import { SUSPICIONS } from '@shared/model/measures';
import type { JobDetail } from '@shared/model/run';

export interface BadgeWords {
  readonly tone: 'plain' | 'warn';
  readonly text: string;
  /** One sentence. */
  readonly title: string;
}

/** Less is noise of the encoder. */
const VISIBLE_SHARE = 0.001;
const VISIBLE_SHIFT_PX = 0.75;
/** Two ratios are the same when they differ by less. */
const RATIO_TOLERANCE = 0.02;

/** Of the present result; empty where there is none. */
export function badgesOf({ result, measures, job }: JobDetail): readonly BadgeWords[] {
  if (result === undefined) {
    return [];
  }
  const size = { width: result.width, height: result.height };
  const suspicions =
    measures?.suspicions.map(({ kind, sentence }) => warning(SUSPICIONS[kind].title, sentence)) ??
    (job.suspicions ?? []).map((kind) => warning(SUSPICIONS[kind].title, SUSPICIONS[kind].meaning));
  return [
    ...suspicions,
    deliveredBadge(size, result.mimeType, measures?.asked),
    ...(measures?.source === undefined ? [] : driftBadges(measures.source, size)),
    ...(measures?.source?.turned === undefined ? [] : [turnedBadge(measures.source.turned)]),
  ];
}

function warning(text: string, title: string): BadgeWords {
  return { tone: 'warn', text, title };
}

interface Pixels {
  readonly width: number;
  readonly height: number;
}

function deliveredBadge(size: Pixels, mimeType: string, asked: Asked | undefined): BadgeWords {
  const format = (mimeType.split('/')[1] ?? mimeType).toUpperCase();
  const delivered = `${pixels(size)} ${format}`;
  const wanted = askedWords(asked);
  if (wanted === null) {
    return { tone: 'plain', text: delivered, title: 'Delivered; no size was asked for.' };
  }
  return isAsAsked(size, asked)
    ? { tone: 'plain', text: `${delivered}, as asked`, title: `Asked for ${wanted}.` }
    : warning(`${delivered}, asked ${wanted}`, `Asked for ${wanted}, delivered ${delivered}.`);
}

function askedWords(asked: Asked | undefined): string | null {
  const wanted = pixelsAsked(asked);
  const words = [
    wanted === null ? asked?.imageSize : pixels(wanted),
    wanted === null ? asked?.aspectRatio : undefined,
  ].filter((word) => word !== undefined && word !== '' && word !== 'auto');
  return words.length === 0 ? null : words.join(', ');
}

/** Pixels that were named, one way or the other. */
function pixelsAsked(asked: Asked | undefined): Pixels | null {
  if (asked?.width !== undefined && asked.height !== undefined) {
    return { width: asked.width, height: asked.height };
  }
  const named = /^(\d+)x(\d+)$/.exec(asked?.imageSize ?? '');
  return named === null ? null : { width: Number(named[1]), height: Number(named[2]) };
}

function isAsAsked({ width, height }: Pixels, asked: Asked | undefined): boolean {
  const wanted = pixelsAsked(asked);
  if (wanted !== null) {
    return wanted.width === width && wanted.height === height;
  }
  const ratio = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(asked?.aspectRatio ?? '');
  if (ratio !== null) {
    const wantedRatio = Number(ratio[1]) / Number(ratio[2]);
    if (Math.abs(width / height / wantedRatio - 1) > RATIO_TOLERANCE) {
      return false;
    }
  }
  const side = /^(\d+(?:\.\d+)?)K$/i.exec(asked?.imageSize ?? '');
  // 1K is a picture of about 1024 x 1024 pixels, whatever its ratio.
  return side === null || width * height >= 0.9 * (Number(side[1]) * 1024) ** 2;
}

/** Whether it was told to is for the reviewer to say. */
function turnedBadge(turned: Turned): BadgeWords {
  const words = turnedWords(turned);
  return {
    tone: 'plain',
    text: words,
    title: `Compared with its source the result is ${words}; differences are measured after lining the two up.`,
  };
}

/** `turned by 90°`: clockwise, as other programs have it. */
function turnedWords({ degrees, isMirrored }: Turned): string {
  const clockwise = ((Math.round(degrees) % 360) + 360) % 360;
  if (isMirrored && clockwise === 180) {
    return 'mirrored top to bottom';
  }
  const turn = clockwise <= 180 ? `turned by ${clockwise}°` : `turned by ${360 - clockwise}° to the left`;
  return [isMirrored ? 'mirrored' : '', clockwise === 0 ? '' : turn].filter((word) => word !== '').join(', ');
}

function driftBadges(source: NonNullable<Measures['source']>, { width, height }: Pixels): BadgeWords[] {
  const { changedShare, placement } = source;
  const { shiftX, shiftY } = placement;
  const shift = Math.hypot(shiftX, shiftY);
  const isOtherSize = source.width !== width || source.height !== height;
  return [
    ...(changedShare < VISIBLE_SHARE
      ? []
      : [
          {
            tone: 'plain' as const,
            text: `${(changedShare * 100).toFixed(1)}% changed`,
            title: 'Share of all pixels, after lining the result up with its source.',
          },
        ]),
    ...(isOtherSize
      ? [
          {
            tone: 'plain' as const,
            text: `source ${pixels(source)}`,
            title: `Its source has ${pixels(source)} pixels, the result ${pixels({ width, height })}.`,
          },
        ]
      : []),
    ...(shift < VISIBLE_SHIFT_PX
      ? []
      : [
          {
            tone: 'plain' as const,
            text: `shifted ${shift.toFixed(1)} px`,
            title: `To line up with its source it must be moved by ${shiftX.toFixed(1)}, ${shiftY.toFixed(1)} pixels.`,
          },
        ]),
  ];
}

function pixels({ width, height }: Pixels): string {
  return `${width} × ${height}`;
}
