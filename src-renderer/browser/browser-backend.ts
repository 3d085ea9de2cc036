/** The backend of a page that the service serves: a socket in place of the port, uploads and downloads in place of dialogs. */
import { createORPCClient } from '@orpc/client';
import type { ClientLink } from '@orpc/client';
import { DATASET_ENDINGS } from '@shared/dataset-endings';
import { browserMediaUrl, thumbnailUrl } from '@shared/media-url';
import type { PictureRef } from '@shared/model/picture';
import { browserPictureUrl } from '@shared/picture-url';
import type { Backend, Client, Granted } from '../api';
import { chooseFiles } from './choose-files';
import { copyPicture } from './copy-picture';
import { droppedFiles } from './dropped-files';
import { fetchDownloads, saveFile, SAVING_CALLS } from './fetch-downloads';
import { MOST_IMAGES } from '../state/sources';
import { steadyClient } from '../steady-client';
import { sendFiles } from './send-files';
import { type CallContext, createSocketLink, isStream } from './socket-link';

const LOGIN = '/app/login';

/** Whether this page came from the service. */
export function isServed({ location }: Window): boolean {
  return /^https?:$/.test(location.protocol) && location.pathname.startsWith('/app/');
}

export function createBrowserBackend(page: Window): Backend {
  const goToLogin = (): void => page.location.assign(LOGIN);
  const link = createSocketLink({
    address: `${page.location.protocol === 'https:' ? 'wss' : 'ws'}://${page.location.host}/app/ws`,
    connect: (address) => new WebSocket(address),
    isLoggedIn: async () => (await fetch('/app/session')).status !== 401,
    goToLogin,
  });
  return {
    client: steadyClient(createORPCClient<Client>(inBrowser(link, page))),
    thumbnail: (resultId, size) => browserMediaUrl(thumbnailUrl(resultId, size)),
    onGranted: (listener) => listenForFiles(page, listener),
    browser: {
      async logOut() {
        await fetch('/app/logout', { method: 'POST' });
        goToLogin();
      },
      fileUrl: (picture) => new URL(browserPictureUrl(picture, 'file'), page.location.href).href,
    },
  };
}

/** What a browser does itself; everything else is asked of the service. */
function inBrowser(link: ClientLink<CallContext>, page: Window): ClientLink<CallContext> {
  return {
    async call(path, input, options) {
      const name = path.join('.');
      if (name === 'files.pick') {
        const grant = await picked(page.document, input);
        return grant === undefined ? link.call(path, input, options) : grant;
      }
      if (name === 'system.openLink') {
        openLink(page, input);
        return undefined;
      }
      if (name === 'pictures.copy') {
        await copyPicture(page, pictureIn(input));
        return undefined;
      }
      if (name === 'pictures.editElsewhere') {
        saveFile(page.document, browserPictureUrl({ kind: 'node', ...nodeIn(input) }, 'file'));
        return { name: null };
      }
      if (!SAVING_CALLS.has(name)) {
        return link.call(path, input, options);
      }
      const callId = newCallId();
      const output = await link.call(path, input, { ...options, context: { ...options.context, callId } });
      if (isStream(output)) {
        return thenFetch(output, () => fetchDownloads(page.document, callId));
      }
      await fetchDownloads(page.document, callId);
      return output;
    },
  };
}

/** Browsers hold `randomUUID` back from pages without TLS that are not of this machine. */
function newCallId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** As the contract has it: the page's own code has called. */
function pictureIn(input: unknown): PictureRef {
  return (input as { readonly picture: PictureRef }).picture;
}

function nodeIn(input: unknown): Omit<Extract<PictureRef, { kind: 'node' }>, 'kind'> {
  return input as ReturnType<typeof nodeIn>;
}

const ACCEPTED: Readonly<Record<string, string>> = {
  dataset: DATASET_ENDINGS.join(','),
  presets: '.json',
  imageFolder: '',
};

/** Null: cancelled; undefined: not for the browser to choose. */
async function picked(page: Document, input: unknown): Promise<unknown> {
  const purpose = fieldOf(input, 'purpose');
  const accept = ACCEPTED[purpose];
  if (accept === undefined) {
    return undefined;
  }
  const asFolder = purpose === 'imageFolder';
  const files = await chooseFiles(page, { asFolder, accept });
  return files.length === 0 ? null : ((await sendFiles(files, asFolder))[0] ?? null);
}

function openLink(page: Window, input: unknown): void {
  const url = fieldOf(input, 'url');
  if (URL.canParse(url) && new URL(url).protocol === 'https:') {
    page.open(url, '_blank', 'noopener,noreferrer');
  }
}

function fieldOf(input: unknown, name: string): string {
  const fields: object = typeof input === 'object' && input !== null ? input : {};
  return String(Object.entries(fields).find(([field]) => field === name)?.[1] ?? '');
}

function thenFetch(
  source: AsyncIterableIterator<unknown>,
  fetchFiles: () => Promise<void>,
): AsyncIterableIterator<unknown> {
  return {
    async next() {
      const step = await source.next();
      if (step.done === true) {
        await fetchFiles();
      }
      return step;
    },
    async return(value?: unknown) {
      await source.return?.(value);
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** By the drop itself: pictures alone, as many as a page takes so. */
function isHandedOver(files: readonly File[]): boolean {
  return files.length <= MOST_IMAGES && files.every(({ type }) => type.startsWith('image/'));
}

/** Files that were dropped are sent at once: the page learns what it may call them. */
function listenForFiles(page: Window, listener: (granted: Granted) => void): () => void {
  async function onDrop({ dataTransfer, timeStamp: droppedAt }: DragEvent): Promise<void> {
    const { files, inFolders } = await droppedFiles(dataTransfer);
    const folders = inFolders.length === 0 ? [] : await sendFiles(inFolders, true);
    const others = isHandedOver(files) ? [] : await sendFiles(files, false);
    if (folders.length + others.length > 0) {
      listener({ target: 'drop', droppedAt, grants: [...folders, ...others] });
    }
  }
  const dropped = (event: DragEvent): void => {
    onDrop(event).catch((error: unknown) => {
      const problem =
        error instanceof Error ? error.message : 'The files could not be sent: drop them again.';
      listener({ target: 'drop', droppedAt: event.timeStamp, grants: [], problem });
    });
  };
  page.addEventListener('drop', dropped);
  return () => page.removeEventListener('drop', dropped);
}
