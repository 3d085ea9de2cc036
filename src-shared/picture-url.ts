/** Where a page in a browser gets a picture itself: for its clipboard as PNG, or as the file it is. */
import type { PictureRef } from './model/picture';

export const BROWSER_PICTURE = '/app/picture';

export function browserPictureUrl(picture: PictureRef, as: 'png' | 'file'): string {
  return `${BROWSER_PICTURE}?as=${as}&picture=${encodeURIComponent(JSON.stringify(picture))}`;
}
