/** Files that reach the studio: pictures come in; what belongs to a run is offered to one. */
import type { Grant } from '@shared/contract';
import { MOST_BROUGHT } from '@shared/contract/studio';
import type { AppModel } from '../../state/app-model';
import { openGrant } from '../../state/sources';
import { formatCount } from '../../ui/format';
import { bringImages } from './studio-actions';

/** By what the system says of it, else by its name. */
export function isImageFile(file: File): boolean {
  return file.type.startsWith('image/') || isImageName(file.name);
}

export function isImageName(name: string): boolean {
  return /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic)$/i.test(name);
}

export function bringOrOffer(model: AppModel, files: readonly File[]): void {
  if (files.length <= MOST_BROUGHT) {
    void bringImages(model, files);
    return;
  }
  model.studio.setState({
    offer: {
      count: files.length,
      sentence: `These are ${formatCount(files.length)} pictures; the studio takes ${MOST_BROUGHT} at once, a run takes all of them.`,
      actions: [
        {
          label: `Bring in the first ${MOST_BROUGHT}`,
          run: () => void bringImages(model, files.slice(0, MOST_BROUGHT)),
        },
      ],
    },
  });
}

/** The same pictures, once main has told what it calls them: `open` makes a run of all. False: none were offered. */
export function offerAll(model: AppModel, open: () => void): boolean {
  const { offer } = model.studio.getState();
  if (offer?.count === undefined) {
    return false;
  }
  const label = `Start a run with all ${formatCount(offer.count)}`;
  model.studio.setState({ offer: { ...offer, actions: [{ label, run: open }, ...offer.actions] } });
  return true;
}

/** A folder or a table that was dropped is work for a run. */
export function offerRun(model: AppModel, grant: Grant): void {
  const what = grant.isDirectory ? 'a folder' : 'no picture';
  model.studio.setState({
    offer: {
      sentence: `“${grant.name}” is ${what}; the studio edits single pictures, a run takes all of it.`,
      actions: [
        {
          label: grant.isDirectory ? 'Start a run with its pictures' : 'Start a run with it',
          run: () => void openGrant(model, grant),
        },
      ],
    },
  });
}
