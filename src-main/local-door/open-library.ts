/** Opens a library: as its owner, or as a client of the process that has it open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppOptions, LibraryBusy, openApp } from '../app';
import { createRouter } from '../router';
import { headlessShell } from '../router/headless-shell';
import { connectDoor, type Connection } from './connect-door';
import { type Door, serveDoor } from './serve-door';

export interface OpenOptions extends AppOptions {
  readonly version: string;
  /** Who has begun a run waits until the library is free, however long that takes. */
  readonly onWaiting?: (sentence: string) => void;
}

export type Opened =
  | {
      readonly kind: 'own';
      readonly app: App;
      /** Lets others join, once this process has its own endpoints and keys; null: it cannot listen. */
      openDoor(): Promise<Door | null>;
    }
  | { readonly kind: 'elsewhere'; readonly owner: Extract<Connection, { kind: 'ok' }> }
  | { readonly kind: 'refused'; readonly sentence: string };

/** An owner that is just starting does not listen yet, one that is ending no more. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 100;

export interface Owning {
  /** The window asks this process for the library; absent: it is never given away. */
  onHandOver?(): boolean;
  /** Its endpoints and keys are those of its environment, and not the library's. */
  readonly isGiven?: boolean;
}

/** One process owns the library; every other is its client. */
export async function openLibrary(options: OpenOptions, owning: Owning = {}): Promise<Opened> {
  let until = Date.now() + PATIENCE_MS;
  for (;;) {
    let busy: LibraryBusy;
    try {
      const app = await openApp(options);
      return { kind: 'own', app, openDoor: () => doorOf(app, options, owning) };
    } catch (error) {
      if (!(error instanceof LibraryBusy)) {
        throw error;
      }
      busy = error;
    }
    const owner = await connectDoor(options.libraryDir, options.version);
    if (owner.kind === 'ok') {
      return { kind: 'elsewhere', owner };
    }
    if (owner.kind === 'refused') {
      return owner;
    }
    if (Date.now() > until) {
      if (options.onWaiting === undefined) {
        return { kind: 'refused', sentence: busy.message };
      }
      until = Number.POSITIVE_INFINITY;
      options.onWaiting('Waiting for the requests that another Brushfleet has in flight.');
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** A library where nobody can listen is this process's alone. */
async function doorOf(app: App, { libraryDir, version }: OpenOptions, owning: Owning): Promise<Door | null> {
  try {
    const router = createRouter(app, headlessShell({ version, saveTo: () => null }));
    return await serveDoor({ app, libraryDir, router, version, ...owning });
  } catch (error) {
    app.log.warning('door', `nobody can join this process: ${String(error)}`);
    return null;
  }
}
