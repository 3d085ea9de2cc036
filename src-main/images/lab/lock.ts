/** An answer laid on its source: how far it drifted from it outside the mask, and, if wanted, put into it within the mask. */
import sharp from 'sharp';
import { compare } from './compare';
import { writeComposite } from './composite';
import { heatMapOf } from './heat-map';
import type { DriftOrder, Drifted, Locked, LockOrder } from './lab-orders';
import { feathered, keptOf, type Mask, readMask } from './mask';
import { type Opened, openPicture, workingCopy } from './open-picture';
import { writeWhole } from './write-picture';

/** Longest side on which pictures are laid on each other: a twentieth of its pixel is still a fifth of one at 4096. */
const WORKING_SIDE = 1024;

interface Pictures {
  readonly source: Opened;
  readonly answer: Opened;
  readonly mask: Mask | null;
}

async function opened(order: DriftOrder, limitPixels: number): Promise<Pictures> {
  const source = await openPicture(order.source, { which: 'source', limitPixels });
  const answer = await openPicture(order.answer, { which: 'answer', limitPixels });
  return { source, answer, mask: order.mask === null ? null : await readMask(order.mask, source) };
}

export async function driftOf(order: DriftOrder, limitPixels: number): Promise<Drifted> {
  return measured(order, await opened(order, limitPixels));
}

export async function lockAnswer(order: LockOrder, limitPixels: number): Promise<Locked> {
  const { composite, featherPx } = order;
  const pictures = await opened(order, limitPixels);
  const drifted = await measured(order, pictures);
  if (composite === null || pictures.mask === null) return { ...drifted, isComposed: false, notes: [] };
  const notes = await writeComposite({
    source: pictures.source,
    answer: pictures.answer,
    placement: drifted.drift,
    mask: await feathered(pictures.mask, featherPx),
    target: composite,
  });
  return { ...drifted, isComposed: true, notes };
}

async function measured({ heatMap }: DriftOrder, { source, answer, mask }: Pictures): Promise<Drifted> {
  const before = await workingCopy(source, WORKING_SIDE);
  const after = await workingCopy(answer, WORKING_SIDE);
  const kept = mask === null ? null : await keptOf(mask, before.rgb.width, before.rgb.height);
  const { aligned, change, placement } = compare(before, after, {
    kept,
    // A picture that is to be put back in its place was not widened or cut.
    isWide: mask === null,
    isPrecise: true,
  });
  if (heatMap !== null) await writeHeatMap(heatMap, heatMapOf(change.distance, kept));
  return {
    drift: { changedShare: change.changedShare, ...placement },
    isRegistered: aligned.isFound,
  };
}

async function writeHeatMap(path: string, map: ReturnType<typeof heatMapOf>): Promise<void> {
  const { width, height, data } = map;
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .webp({ quality: 80, alphaQuality: 90 })
    .toBuffer();
  await writeWhole(path, bytes);
}
