/** Opens the library's engine: this process's own, or that of the process that has the library open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppOptions, LibraryBusy, openApp } from '../app';
import { connectDoor, type Connection } from '../local-door/connect-door';
import { type Door, serveDoor } from '../local-door/serve-door';
import { createRouter } from '../router';
import { AppEngine } from './app-engine';
import { ClientEngine } from './client-engine';
import type { CliEngine } from './engine-port';
import type { OnInterrupt } from './interrupt';
import { headlessShell } from './own-client';

export interface OpenOptions extends AppOptions {
  readonly version: string;
  /** Who has begun a run waits until the library is free, however long that takes. */
  readonly onWaiting?: (sentence: string) => void;
}

export interface OpenEngineOptions extends OpenOptions {
  readonly onInterrupt: OnInterrupt;
  /** One sentence for a person. */
  onNote(sentence: string): void;
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
const HANDED_OVER_MS = 1_000;

/** One process owns the library; every other is its client. `onHandOver`: the window asks this process for it. */
export async function openLibrary(options: OpenOptions, onHandOver?: () => boolean): Promise<Opened> {
  let until = Date.now() + PATIENCE_MS;
  for (;;) {
    let busy: LibraryBusy;
    try {
      const app = await openApp(options);
      return { kind: 'own', app, openDoor: () => doorOf(app, options, onHandOver) };
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
async function doorOf(
  app: App,
  { libraryDir, version }: OpenOptions,
  onHandOver?: () => boolean,
): Promise<Door | null> {
  try {
    const router = createRouter(app, headlessShell({ version, saveTo: () => null }));
    return await serveDoor({
      app,
      libraryDir,
      router,
      version,
      ...(onHandOver === undefined ? {} : { onHandOver }),
    });
  } catch (error) {
    app.log.warning('door', `nobody can join this process: ${String(error)}`);
    return null;
  }
}

export async function openEngine(
  options: OpenEngineOptions,
): Promise<{ readonly kind: 'ok'; readonly engine: CliEngine } | Extract<Opened, { kind: 'refused' }>> {
  let own: AppEngine | null = null;
  const opened = await openLibrary(options, () => own?.handOver() ?? false);
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own': {
      const { app, openDoor } = opened;
      const { onInterrupt, onNote } = options;
      const reopen = async () => {
        // Who asked for the library is faster than we are.
        await sleep(HANDED_OVER_MS);
        return openEngine({ ...options, onWaiting: onNote });
      };
      own = new AppEngine({ app, openDoor, onInterrupt, onNote, reopen });
      return { kind: 'ok', engine: own };
    }
    case 'elsewhere': {
      const models = await opened.owner.client.app.models.list();
      const takeOver = () => openEngine({ ...options, onWaiting: options.onNote });
      return { kind: 'ok', engine: new ClientEngine({ owner: opened.owner, models, takeOver }) };
    }
  }
}
