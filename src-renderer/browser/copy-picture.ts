/** A picture into the clipboard of whoever looks at the page: the service's own clipboard is on another machine. */
import type { PictureRef } from '@shared/model/picture';
import { browserPictureUrl } from '@shared/picture-url';

const PNG = 'image/png';
const NEEDS_HTTPS =
  'This browser lets only pages over HTTPS copy pictures: choose Save as, or ask for the address with https.';
const NOT_ALLOWED =
  'The browser did not allow the page to copy: allow it beside the address, then copy again.';

export async function copyPicture({ navigator }: Window, picture: PictureRef): Promise<void> {
  // Absent in pages without TLS that are not of this machine.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined || typeof ClipboardItem === 'undefined') {
    throw new Error(NEEDS_HTTPS);
  }
  const png = fetchPng(picture);
  png.catch(() => undefined);
  try {
    // The item is given at once: a browser allows it only right after the user's key or click.
    await clipboard.write([new ClipboardItem({ [PNG]: png })]);
  } catch {
    await png;
    throw new Error(NOT_ALLOWED);
  }
}

async function fetchPng(picture: PictureRef): Promise<Blob> {
  const answer = await fetch(browserPictureUrl(picture, 'png'));
  if (!answer.ok) {
    throw new Error('This picture is no longer there: reload the page.');
  }
  return new Blob([await answer.arrayBuffer()], { type: PNG });
}
