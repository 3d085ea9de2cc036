/**
 * Leaving without losing what is paid for: closing the window during a run asks, and the end of the program waits for
 * requests in flight.
 */
import { type App as ElectronApp, type BrowserWindow, dialog } from 'electron';
import type { App } from '../app';

/** What requests get to end in after "stop now"; the rest is shown as unknown at the next start. */
const STOP_NOW_MS = 2000;

const BUTTONS = ['Finish requests and close', 'Stop now', 'Keep running'] as const;
const [FINISH, STOP, KEEP] = [0, 1, 2];

/** Not asked where nobody can answer: `isAttended` is false on a build machine. */
export function askBeforeClosing(window: BrowserWindow, app: App, isAttended: boolean): void {
  let state: 'open' | 'asking' | 'leaving' = 'open';
  window.on('close', (event) => {
    if (!isAttended || state === 'leaving') {
      return;
    }
    event.preventDefault();
    if (state === 'open') {
      state = 'asking';
      void mayLeave(window, app).then((may) => {
        state = may ? 'leaving' : 'open';
        if (may && !window.isDestroyed()) {
          window.close();
        }
      });
    }
  });
}

/** While requests finish the window stays open and shows it. */
async function mayLeave(window: BrowserWindow, app: App): Promise<boolean> {
  try {
    const under = await underWay(app);
    if (under.runs === 0) {
      return true;
    }
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: closingSentence(under),
      detail: 'Requests in flight may already be paid for. Rows not yet sent stay in the library and can be resumed.',
      buttons: [...BUTTONS],
      defaultId: FINISH,
      cancelId: KEEP,
      noLink: true,
    });
    if (response === KEEP) {
      return false;
    }
    const stopped = app.runs.stopAll();
    await (response === STOP ? Promise.race([stopped, after(STOP_NOW_MS)]) : stopped);
    return true;
  } catch (error) {
    app.log.error('window', `closing: ${String(error)}`);
    return true;
  }
}
