/** A page that died is loaded again; the engine never depended on it. One that keeps dying asks first. */
import { type BrowserWindow, dialog } from 'electron';
import type { App } from '../app';

const AGAIN_WITHIN_MS = 60_000;

export function reloadDeadPage(window: BrowserWindow, app: App, isAttended: boolean): void {
  let lastDeath = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) {
      return;
    }
    app.log.error('window', `the page ended: ${details.reason}, exit code ${details.exitCode}`);
    const isFirst = app.clock.now() - lastDeath > AGAIN_WITHIN_MS;
    lastDeath = app.clock.now();
    if (isFirst) {
      window.webContents.reload();
    } else if (isAttended) {
      void askToReload(window);
    }
  });
}

async function askToReload(window: BrowserWindow): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window keeps failing.',
    detail: 'Runs go on without it. Reload it, or close Brushfleet; the log has details.',
    buttons: ['Reload', 'Close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (window.isDestroyed()) {
    return;
  }
  if (response === 0) {
    window.webContents.reload();
  } else {
    window.close();
  }
}
