/** Every figure of one result: by itself, and against the input image it resembles most. */
import type { AgainstSource } from '@shared/model/measures';
import { compare } from './compare';
import { fillOf } from './fill';
import type { Measured, MeasureOrder, PictureSource, Same, SameOrder } from './lab-orders';
import { openPicture, PictureProblem, workingCopy, type WorkingCopy } from './open-picture';
import { hashDistance, perceptualHash } from './perceptual-hash';
import { turningOf } from './turning';

/** Longest side of what is measured, pixels: an edit of 20 pixels in a picture of 1024 is still 10 wide. */
const WORKING_SIDE = 512;
/** More inputs than this are not looked at: each costs as much as the first. */
const MOST_SOURCES = 4;

export async function measureResult(order: MeasureOrder, limitPixels: number): Promise<Measured> {
  const opened = await openPicture(order.result, { which: 'result', limitPixels });
  const copy = await workingCopy(opened, WORKING_SIDE);
  const hash = perceptualHash(copy.grey);
  return {
    width: opened.width,
    height: opened.height,
    mimeType: opened.mimeType,
    hash,
    ...fillOf(copy.grey),
    ...(await againstSources(order.sources.slice(0, MOST_SOURCES), { copy, hash, limitPixels })),
  };
}

interface Result {
  readonly copy: WorkingCopy;
  readonly hash: string | null;
  readonly limitPixels: number;
}

async function againstSources(
  sources: readonly PictureSource[],
  result: Result,
): Promise<Pick<Measured, 'source' | 'sourceProblem'>> {
  let best: AgainstSource | null = null;
  let problem: string | null = null;
  for (const input of sources) {
    try {
      const found = await against(input, result, sources.length > 1);
      if (best === null || found.structure > best.structure) best = found;
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error;
      problem ??= SOURCE_PROBLEMS[error.trouble];
    }
  }
  return {
    ...(best === null ? {} : { source: best }),
    ...(problem === null ? {} : { sourceProblem: problem }),
  };
}

const SOURCE_PROBLEMS = {
  missing: 'An input image is no longer where it was, so the result was not compared with it.',
  no_picture: 'An input file is not an image, so the result was not compared with it.',
  unreadable: 'An input image cannot be decoded, so the result was not compared with it.',
  too_many_pixels: 'An input image has too many pixels to be compared with the result.',
} as const;

const ANYWHERE = { kept: null, isWide: true, isPrecise: false } as const;

async function against(input: PictureSource, result: Result, isOneOfMany: boolean): Promise<AgainstSource> {
  const opened = await openPicture(input, { which: 'source', limitPixels: result.limitPixels });
  const source = await workingCopy(opened, WORKING_SIDE);
  const upright = compare(source, result.copy, ANYWHERE);
  const turning = isOneOfMany ? null : turningOf(source, result.copy, upright.aligned.structure);
  const { aligned, change, placement } =
    turning === null ? upright : compare(source, turning.copy, { ...ANYWHERE, isWide: turning.isWide });
  const sourceHash = perceptualHash(source.grey);
  return {
    width: opened.width,
    height: opened.height,
    hashDistance:
      result.hash === null || sourceHash === null
        ? result.hash === sourceHash
          ? 0
          : 64
        : hashDistance(result.hash, sourceHash),
    changedShare: change.changedShare,
    peakChange: change.peakChange,
    structure: aligned.structure,
    placement,
    ...(turning === null ? {} : { turned: turning.turned }),
  };
}

/** Whether two results show the same picture, encoded or sized differently perhaps. */
export async function comparedResults({ one, other }: SameOrder, limitPixels: number): Promise<Same> {
  const [first, second] = await Promise.all(
    [one, other].map(async (input) =>
      workingCopy(await openPicture(input, { which: 'result', limitPixels }), WORKING_SIDE),
    ),
  );
  if (first === undefined || second === undefined) throw new PictureProblem('missing', 'result');
  const { change, placement } = compare(first, second, { kept: null, isWide: false, isPrecise: false });
  return { changedShare: change.changedShare, peakChange: change.peakChange, placement };
}
