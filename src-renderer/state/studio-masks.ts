/** The masks of the studio's pictures, kept over a restart as far as there is room; of one that was not, that it was there. */
import { z } from 'zod';
import { isUntouched as isBlank } from '../canvas/mask-document';
import type { MaskDocument } from '../canvas/mask-document';

/** By the picture they are painted on. */
export type Masks = ReadonlyMap<number, MaskDocument>;

/** The pictures that have one, the one painted last at the end. */
const LIST = 'brushfleet.studio.masks';
const nameOf = (nodeId: number) => `brushfleet.studio.mask.${nodeId}`;
const KEPT_NAMES = 1000;
/** Characters of all masks together: half of what a window may keep, so that the drafts beside them have theirs. */
const ROOM = 2_000_000;

const howSchema = z.enum(['add', 'subtract']);
const numbers = z.array(z.number());
const maskSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  strokes: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.enum(['brush', 'eraser']),
        points: numbers,
        radiusPx: z.number(),
        hardness: z.number(),
      }),
      z.object({
        kind: z.literal('loaded'),
        name: z.string(),
        width: z.number(),
        height: z.number(),
        runs: z.string(),
      }),
      z.object({ kind: z.literal('lasso'), corners: numbers, how: howSchema }),
      z.object({
        kind: z.literal('rectangle'),
        box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
        how: howSchema,
      }),
      z.object({ kind: z.enum(['invert', 'clear']) }),
      z.object({ kind: z.literal('feather'), px: z.number() }),
    ]),
  ),
});

export interface KeptMasks {
  readonly masks: Masks;
  /** Pictures whose mask was not kept: without it, their next request would not be the one its user means. */
  readonly lost: ReadonlySet<number>;
}

export function readMasks(storage: Storage): KeptMasks {
  const masks = new Map<number, MaskDocument>();
  const lost = new Set<number>();
  for (const nodeId of readList(storage)) {
    const mask = readMask(storage.getItem(nameOf(nodeId)));
    if (mask === null) {
      lost.add(nodeId);
    } else {
      masks.set(nodeId, mask);
    }
  }
  return { masks, lost };
}

function readList(storage: Storage): readonly number[] {
  const list = z.array(z.number().int()).safeParse(parsed(storage.getItem(LIST)));
  return list.success ? list.data : [];
}

function readMask(text: string | null): MaskDocument | null {
  const mask = maskSchema.safeParse(parsed(text));
  return mask.success ? { ...mask.data, undone: [] } : null;
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/** Keeps what changed. Where there is no room, the masks painted longest ago are let go first. */
export function keepMasks(storage: Storage, before: KeptMasks, now: KeptMasks): void {
  const changed = new Map(
    [...now.masks].filter(([nodeId, mask]) => before.masks.get(nodeId) !== mask && !isUntouched(mask)),
  );
  const stays = (nodeId: number) => now.lost.has(nodeId) || !isUntouched(now.masks.get(nodeId));
  const gone = [...before.masks.keys(), ...before.lost].filter((nodeId) => !stays(nodeId));
  // An older state would be another mask than the one that was painted.
  [...gone, ...changed.keys()].forEach((nodeId) => storage.removeItem(nameOf(nodeId)));
  const others = readList(storage).filter((nodeId) => !changed.has(nodeId) && !gone.includes(nodeId));
  const list = [...others, ...changed.keys()].slice(-KEPT_NAMES);
  // First that there is one: what there was no room for is missed then.
  write(storage, { name: LIST, text: JSON.stringify(list), instead: others });
  for (const [nodeId, { width, height, strokes }] of changed) {
    const text = JSON.stringify({ width, height, strokes });
    if (text.length <= ROOM) {
      while (sizeOf(storage, list) + text.length > ROOM) {
        letOneGo(storage, list);
      }
      write(storage, { name: nameOf(nodeId), text, instead: list });
    }
  }
}

function isUntouched(mask: MaskDocument | undefined): boolean {
  return mask === undefined || isBlank(mask);
}

function sizeOf(storage: Storage, nodeIds: readonly number[]): number {
  return nodeIds.reduce((size, id) => size + (storage.getItem(nameOf(id))?.length ?? 0), 0);
}

/** False: there is none left. */
function letOneGo(storage: Storage, nodeIds: readonly number[]): boolean {
  const oldest = nodeIds.find((id) => storage.getItem(nameOf(id)) !== null);
  if (oldest !== undefined) {
    storage.removeItem(nameOf(oldest));
  }
  return oldest !== undefined;
}

interface Written {
  readonly name: string;
  readonly text: string;
  /** Pictures whose masks give way to it. */
  readonly instead: readonly number[];
}

function write(storage: Storage, { name, text, instead }: Written): void {
  do {
    try {
      storage.setItem(name, text);
      return;
    } catch {
      // The window may keep no more.
    }
  } while (letOneGo(storage, instead));
}
