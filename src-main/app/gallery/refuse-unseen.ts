/** Of results that came after those that were selected nobody has seen any: nothing is done to them, and none is taken along. */
import type { GallerySelection } from '@shared/model/gallery';
import { Refusal } from '../../refusal';

/** `found`: how many it means by now. */
export function refuseUnseen(selection: GallerySelection, found: number): void {
  if (selection.kind !== 'matching' || selection.seen === undefined) {
    return;
  }
  if (found > selection.seen.total - selection.except.length) {
    throw new Refusal('BAD_INPUT', 'More results match by now than were selected: select them again.');
  }
}
