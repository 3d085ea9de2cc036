/**
 * The bridge: the page gets one function. Files the user drops or picks are reported to main from here, so that no
 * path ever reaches the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

const CONNECT = 'brushfleet:connect';
const GRANT = 'brushfleet:grant';

// Only our own page gets a bridge.
if (location.origin === 'app://brushfleet') {
  contextBridge.exposeInMainWorld('brushfleet', {
    /** Rejects with IPC_FORBIDDEN where the page is not the window's own. */
    connect: async (): Promise<void> => {
      await ipcRenderer.invoke(CONNECT);
    },
  });

  ipcRenderer.on(CONNECT, (event) => {
    window.postMessage({ kind: 'brushfleet:port' }, location.origin, [...event.ports]);
  });

  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    // Without this a dropped file would replace the page.
    event.preventDefault();
    void report('drop', event.dataTransfer?.files);
  });
  window.addEventListener(
    'change',
    (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === 'file') {
        void report('input', event.target.files);
      }
    },
    true,
  );
}

async function report(target: 'drop' | 'input', files: FileList | null | undefined): Promise<void> {
  const paths = [...(files ?? [])].map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');
  if (paths.length === 0) {
    return;
  }
  const grants: unknown = await ipcRenderer.invoke(GRANT, paths);
  window.postMessage({ kind: 'brushfleet:granted', target, grants }, location.origin);
}
