/**
 * The bridge: the page gets two functions. Files the user drops or picks are reported to main from here, so that no
 * path ever reaches the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { APP_ORIGIN, CONNECT, DRAG, GRANT } from './channels';

// Only our own page gets a bridge.
if (location.origin === APP_ORIGIN) {
  contextBridge.exposeInMainWorld('brushfleet', {
    /** Rejects with IPC_FORBIDDEN where the page is not the window's own. */
    connect: async (): Promise<void> => {
      await ipcRenderer.invoke(CONNECT);
    },
    /** Begins a drag to other programs, of the files a ticket stands for; rejects when it is not good any more. */
    drag: async (ticket: string): Promise<void> => {
      await ipcRenderer.invoke(DRAG, ticket);
    },
  });

  ipcRenderer.on(CONNECT, (event) => {
    window.postMessage({ kind: 'brushfleet:port' }, location.origin, [...event.ports]);
  });

  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    // Without this a dropped file would replace the page.
    event.preventDefault();
    void report({ target: 'drop', droppedAt: event.timeStamp }, event.dataTransfer?.files);
  });
  window.addEventListener(
    'change',
    (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === 'file') {
        void report({ target: 'input' }, event.target.files);
      }
    },
    true,
  );
}

/** What their grants are told with: those of many files come later than those of few that are dropped after them. */
type Hand = { readonly target: 'drop'; readonly droppedAt: number } | { readonly target: 'input' };

async function report(hand: Hand, files: FileList | null | undefined): Promise<void> {
  const given = [...(files ?? [])];
  if (given.length === 0) {
    return;
  }
  const paths = given.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');
  // The page waits for an answer, also where there is none to be had.
  const grants: unknown = paths.length === 0 ? [] : await ipcRenderer.invoke(GRANT, paths).catch(() => []);
  window.postMessage({ kind: 'brushfleet:granted', ...hand, grants }, location.origin);
}
