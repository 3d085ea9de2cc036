/**
 * Leaving without losing what is paid for: closing the window during a run asks, and the end of the program waits for
 * requests in flight.
 */
import { type App as ElectronApp, type BrowserWindow, dialog } from 'electron';
import type { App } from '../app';
import { closeDoors, type Doors } from '../local-door/close-doors';
import { type CloseChoice, createCloseQuestion, type Leaving } from './close-question';
import { closingSentence, type UnderWay } from './closing-sentence';

/** What requests get to end in after "Stop now"; the others are shown as unknown at the next start. */
const STOP_NOW_MS = 2000;

export interface Engine extends Doors {
  readonly app: App;
  readonly leaving: Leaving;
  /** Lets others in again, where what has closed is still this door. */
  reopen(closed: Doors['door']): Promise<void>;
}

async function closeAll(engine: Engine): Promise<void> {
  await closeDoors(engine);
  await engine.app.close();
}

const CHOICES: readonly { readonly choice: CloseChoice; readonly label: string }[] = [
  { choice: 'finish', label: 'Finish requests and close' },
  { choice: 'stop', label: 'Stop now' },
  { choice: 'stay', label: 'Keep running' },
];

export function askBeforeClosing(window: BrowserWindow, engine: Engine, electronApp: ElectronApp): void {
  const mayClose = createCloseQuestion({
    leaving: engine.leaving,
    underWay: () => underWay(engine.app),
    choose: (under) => choose(window, under),
    finish: (signal) => finish(engine, signal),
    stopNow: () => endNow(engine, electronApp, 0),
    leave() {
      if (!window.isDestroyed()) {
        window.close();
      }
    },
    onError: (error) => engine.app.log.error('window', `closing: ${String(error)}`),
  });
  window.on('close', (event) => {
    if (!mayClose()) {
      event.preventDefault();
    }
  });
}

/** The window stays open and shows how the requests end. */
async function finish(engine: Engine, signal: AbortSignal): Promise<void> {
  const { door } = engine;
  await closeDoors(engine, signal);
  // With what was started meanwhile.
  await engine.app.runs.stopAll({ signal });
  if (signal.aborted && !engine.leaving.isUnderWay) {
    await engine.reopen(door);
  }
}

/** Requests in flight finish and are kept; then the library is closed, then the program ends. */
export function endCleanly(engine: Engine, electronApp: ElectronApp): void {
  let isClosing = false;
  electronApp.on('window-all-closed', () => electronApp.quit());
  electronApp.on('will-quit', (event) => {
    if (isClosing) {
      return;
    }
    isClosing = true;
    engine.leaving.isUnderWay = true;
    event.preventDefault();
    closeAll(engine)
      .catch((error: unknown) => process.stderr.write(`Brushfleet did not close cleanly: ${String(error)}\n`))
      // Not `quit`, which a second listener could hold up again: everything is on disk.
      .finally(() => electronApp.exit(0));
  });
}

async function underWay(app: App): Promise<UnderWay> {
  const runs = (await app.runs.list()).filter((run) => app.runs.isActive(run.id));
  return {
    runs: runs.length,
    inFlight: app.fleet.views().reduce((sum, { health }) => sum + health.gauges.inFlight.used, 0),
    waiting: runs.reduce((sum, { counts }) => sum + counts.pending + counts.leased, 0),
  };
}

async function choose(window: BrowserWindow, under: UnderWay): Promise<CloseChoice> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: closingSentence(under),
    detail:
      'If you stop now, requests in flight may still be charged and their results lost. What was not sent stays in the library and can be resumed.',
    buttons: CHOICES.map(({ label }) => label),
    defaultId: 0,
    cancelId: CHOICES.length - 1,
    noLink: true,
  });
  return CHOICES[response]?.choice ?? 'stay';
}

/** Nothing more is sent; what ends at once is kept, what is committed stays committed. */
export async function endNow(engine: Engine, electronApp: ElectronApp, status: 0 | 1): Promise<void> {
  const { app } = engine;
  const isClosed = await Promise.race([
    closeAll(engine).then(
      () => true,
      () => false,
    ),
    after(STOP_NOW_MS),
  ]);
  if (!isClosed) {
    await Promise.race([app.store.close().catch(() => undefined), after(STOP_NOW_MS)]);
    app.log.flush();
  }
  electronApp.exit(status);
}

async function after(ms: number): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return false;
}
