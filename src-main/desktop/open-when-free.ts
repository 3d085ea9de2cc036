/**
 * The app, once the library is this process's. A command line that has it open is asked to hand it over: its requests in
 * flight end first, and its run goes on through the window.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppOptions, LibraryBusy, openApp } from '../app';
import { connectDoor } from '../local-door/connect-door';

const LOOK_AGAIN_MS = 50;
const ASK_AGAIN_MS = 2_000;
/** An owner that is just starting or ending does not answer; one that looks at its runs is done by then. */
const PATIENCE_MS = 5_000;

export interface WhenFreeOptions {
  readonly app: AppOptions;
  readonly version: string;
  /** It takes a while; `busy` says who has it. Called once. The signal ends with the waiting. */
  onWaiting(busy: LibraryBusy, isOver: AbortSignal): void;
  /** Rejects the waiting. */
  readonly giveUp: AbortSignal;
}

/** Throws LibraryBusy where nobody lets go of the library. */
export async function openWhenFree(options: WhenFreeOptions): Promise<App> {
  const over = new AbortController();
  let isWaiting = false;
  let askAt = 0;
  const until = Date.now() + PATIENCE_MS;
  try {
    for (;;) {
      const opened = await tryToOpen(options.app);
      if (!(opened instanceof LibraryBusy)) {
        return opened;
      }
      if (Date.now() >= askAt) {
        const letsGo = await askForLibrary(options);
        if (letsGo && !isWaiting) {
          isWaiting = true;
          options.onWaiting(opened, over.signal);
        }
        if (!isWaiting && Date.now() >= until) {
          throw opened;
        }
        askAt = isWaiting ? Date.now() + ASK_AGAIN_MS : 0;
      }
      options.giveUp.throwIfAborted();
      await sleep(LOOK_AGAIN_MS);
    }
  } finally {
    over.abort();
  }
}

async function tryToOpen(options: AppOptions): Promise<App | LibraryBusy> {
  try {
    return await openApp(options);
  } catch (error) {
    if (error instanceof LibraryBusy) {
      return error;
    }
    throw error;
  }
}

/** Whether its owner will let go of it. */
async function askForLibrary({ app, version }: WhenFreeOptions): Promise<boolean> {
  const owner = await connectDoor(app.libraryDir, version);
  if (owner.kind !== 'ok') {
    return false;
  }
  try {
    return await owner.client.door.handOver();
  } catch {
    return false;
  } finally {
    await owner.close();
  }
}
