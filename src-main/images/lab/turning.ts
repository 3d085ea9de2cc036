/**
 * Whether an answer is its source turned or mirrored: models turn pictures when they are told to, and when they pass over
 * the orientation that a photograph is stored with. Looked for only where hardly a line lies where it was, or, since faces
 * and cups are much like their mirror images, where some do not.
 */
import type { Turned } from '@shared/model/measures';
import { align } from './align';
import { likelyTurns, turnedBack } from './leaning';
import { greyOf, type Raw, type WorkingCopy } from './open-picture';
import { newPlane, type Plane, type Turn, turned } from './plane';

/** Turns by a few degrees that are tried. */
const LEANINGS = 3;
/** Structure shared with the source as it is: below LIKELY every turn is tried, from ALIKE none, between them mirroring. */
const LIKELY = 0.45;
const ALIKE = 0.95;
/** A mirrored picture, once it is mirrored back, shares this much of what it did not share with its source before. */
const MOST_OF_REST = 0.6;
/** So much structure is shared by the right way alone: no other needs to be tried. */
const CERTAIN = 0.95;
/**
 * An answer that was turned has as many of its source's lines once it is turned back, and so many more than before. One that
 * was turned sideways and cut to the source's frame shows less than half of them; by degrees there is more to hit upon.
 */
const LEAST_STRUCTURE = 0.33;
const LEAST_LEANING = 0.45;
const LEAST_GAIN = 0.15;

export interface Turning {
  readonly turned: Turned;
  /** The answer as it would lie on its source. */
  readonly copy: WorkingCopy;
  /** It may lie there as a part, or with more round it. */
  readonly isWide: boolean;
}

interface Way {
  readonly turned: Turned;
  /** The answer may show a part: a picture that leans loses the corners that stand out of its frame. */
  readonly isWide: boolean;
  back(plane: Plane): Plane;
}

const DEGREES: Readonly<Record<Turn, number>> = { none: 0, quarter: 90, half: 180, three_quarters: 270 };
const TURNS: readonly Turn[] = ['none', 'quarter', 'half', 'three_quarters'];

/** A picture that was turned is turned back the other way round; one that was mirrored first, the same way. */
const QUARTERS: readonly Way[] = TURNS.flatMap((turn) => [
  ...(turn === 'none'
    ? []
    : [
        {
          turned: { degrees: 360 - DEGREES[turn], isMirrored: false },
          isWide: false,
          back: (plane: Plane) => turned(plane, turn, false),
        },
      ]),
  {
    turned: { degrees: DEGREES[turn], isMirrored: true },
    isWide: false,
    back: (plane: Plane) => turned(plane, turn, true),
  },
]);

/** `structure`: how much of it the two share as they are. Null: it was neither turned nor mirrored, as far as can be told. */
export function turningOf(source: WorkingCopy, answer: WorkingCopy, structure: number): Turning | null {
  if (structure >= LIKELY) return structure >= ALIKE ? null : mirrored(source, answer, structure);
  const leaning = likelyTurns(source.grey, answer.grey, LEANINGS).map(
    (degrees): Way => ({
      turned: { degrees, isMirrored: false },
      isWide: true,
      back: (plane) => turnedBack(plane, degrees),
    }),
  );
  const best = bestOf([...QUARTERS, ...leaning], { source, answer, structure });
  return best === null ? null : { turned: best.turned, copy: copyBy(best, answer), isWide: best.isWide };
}

/** A face is much like its mirror image: not as much as like itself. */
function mirrored(source: WorkingCopy, answer: WorkingCopy, structure: number): Turning | null {
  const [way] = QUARTERS;
  if (way === undefined || structureBy(way, source, answer) < structure + MOST_OF_REST * (1 - structure)) {
    return null;
  }
  return { turned: way.turned, copy: copyBy(way, answer), isWide: way.isWide };
}

function structureBy({ back, isWide }: Way, source: WorkingCopy, answer: WorkingCopy): number {
  return align({ source: source.grey, answer: back(answer.grey), kept: null, isWide, isPrecise: false })
    .structure;
}

interface Pair {
  readonly source: WorkingCopy;
  readonly answer: WorkingCopy;
  /** Of the two as they are. */
  readonly structure: number;
}

/** Null: by none of them do the two share as much. */
function bestOf(ways: readonly Way[], { source, answer, structure: before }: Pair): Way | null {
  let best: { readonly way: Way; readonly structure: number } | null = null;
  for (const way of ways) {
    const structure = structureBy(way, source, answer);
    if (structure >= CERTAIN) return way;
    const least = Math.max(way.isWide ? LEAST_LEANING : LEAST_STRUCTURE, before + LEAST_GAIN);
    if (structure >= least && structure > (best?.structure ?? 0)) best = { way, structure };
  }
  return best?.way ?? null;
}

function copyBy({ back }: Way, { rgb, full }: WorkingCopy): WorkingCopy {
  const planes = Array.from({ length: rgb.channels }, (_, channel) => back(channelOf(rgb, channel)));
  const turnedRgb = joined(planes);
  const isSideways = turnedRgb.width !== rgb.width && turnedRgb.width === rgb.height;
  return {
    rgb: turnedRgb,
    grey: greyOf(turnedRgb),
    full: isSideways ? { width: full.height, height: full.width } : full,
  };
}

function channelOf({ width, height, channels, data }: Raw, channel: number): Plane {
  const plane = newPlane(width, height);
  for (let at = 0; at < plane.data.length; at++) plane.data[at] = data[at * channels + channel] ?? 0;
  return plane;
}

function joined(planes: readonly Plane[]): Raw {
  const { width = 0, height = 0 } = planes[0] ?? {};
  const data = new Uint8Array(width * height * planes.length);
  for (const [channel, plane] of planes.entries()) {
    for (let at = 0; at < plane.data.length; at++) data[at * planes.length + channel] = plane.data[at] ?? 0;
  }
  return { width, height, channels: planes.length, data };
}
