/**
 * Leaving without losing what is paid for: closing the window during a run asks, and the end of the program waits for
 * requests in flight.
 */
import { type App as ElectronApp, type BrowserWindow, dialog } from 'electron';
import type { App } from '../app';
import { closeDoors, type Doors } from '../local-door/close-doors';
import { closingSentence, type UnderWay } from './closing-sentence';

/** What requests get to end in after "Stop now"; the others are shown as unknown at the next start. */
const STOP_NOW_MS = 2000;

export interface Engine extends Doors {
  readonly app: App;
  readonly leaving: Leaving;
}

/** Whether its user has closed the program, which can be taken back while requests in flight end. */
export interface Leaving {
  isUnderWay: boolean;
}

async function closeAll(engine: Engine): Promise<void> {
  await closeDoors(engine);
  await engine.app.close();
}

type Choice = 'finish' | 'stop' | 'stay';
const CHOICES: readonly { readonly choice: Choice; readonly label: string }[] = [
  { choice: 'finish', label: 'Finish requests and close' },
  { choice: 'stop', label: 'Stop now' },
  { choice: 'stay', label: 'Keep running' },
];

/** The last answer counts: who chose to finish may close again and choose to stop. */
export function askBeforeClosing(window: BrowserWindow, engine: Engine, electronApp: ElectronApp): void {
  const { app } = engine;
  let state: 'open' | 'asking' | 'finishing' | 'leaving' = 'open';

  async function ask(): Promise<void> {
    // Who closes again does not want to wait for whoever is still being answered.
    const isAgain = state === 'finishing';
    enter('asking');
    const under = await underWay(app);
    const choice = under.runs === 0 && !isAgain ? 'finish' : await choose(window, under);
    if (choice === 'stay') {
      enter('open');
      return;
    }
    if (choice === 'stop') {
      enter('leaving');
      await endNow(engine, electronApp, 0);
      return;
    }
    enter('finishing');
    // The window stays open and shows how the requests end.
    await closeDoors(engine);
    // With what was started meanwhile.
    await app.runs.stopAll();
    if (isStill('finishing')) {
      leave();
    }
  }

  function enter(next: typeof state): void {
    state = next;
    engine.leaving.isUnderWay = next === 'finishing' || next === 'leaving';
  }

  // Another close may have been answered meanwhile, which the compiler cannot know.
  const isStill = (expected: typeof state): boolean => state === expected;

  function leave(): void {
    enter('leaving');
    if (!window.isDestroyed()) {
      window.close();
    }
  }

  window.on('close', (event) => {
    if (state === 'leaving') {
      return;
    }
    event.preventDefault();
    if (state !== 'asking') {
      ask().catch((error: unknown) => {
        app.log.error('window', `closing: ${String(error)}`);
        leave();
      });
    }
  });
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

async function choose(window: BrowserWindow, under: UnderWay): Promise<Choice> {
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
