/** An answer laid on its source, and what differs then. All lengths that leave here are in pixels of the pictures themselves. */
import type { Placement } from '@shared/model/measures';
import { align, type Aligned } from './align';
import { type Change, changeBetween } from './change';
import type { WorkingCopy } from './open-picture';
import type { Mapping, Plane } from './plane';

export interface Compared {
  readonly aligned: Aligned;
  readonly change: Change;
  readonly placement: Placement;
}

export function compare(
  source: WorkingCopy,
  answer: WorkingCopy,
  options: { readonly kept: Plane | null; readonly isWide: boolean; readonly isPrecise: boolean },
): Compared {
  const aligned = align({ source: source.grey, answer: answer.grey, ...options });
  const change = changeBetween(source.rgb, answer.rgb, { mapping: aligned.mapping, kept: options.kept });
  return { aligned, change, placement: placementOf(aligned.mapping, source, answer) };
}

/** From source to answer in pixels of the working copies, to answer to source in pixels of the pictures. */
export function placementOf(mapping: Mapping, source: WorkingCopy, answer: WorkingCopy): Placement {
  const sourceX = source.rgb.width / source.full.width;
  const sourceY = source.rgb.height / source.full.height;
  const answerX = answer.rgb.width / answer.full.width;
  const answerY = answer.rgb.height / answer.full.height;
  return {
    scaleX: answerX / (mapping.a * sourceX),
    scaleY: answerY / (mapping.c * sourceY),
    shiftX: -mapping.b / (mapping.a * sourceX),
    shiftY: -mapping.d / (mapping.c * sourceY),
  };
}
