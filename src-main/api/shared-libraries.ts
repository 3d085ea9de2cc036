/**
 * What this process has of each library: an app of its own, which all its programs share and which is closed with the
 * last of them, or the way to the process that owns it.
 */
import type { App } from '../app';
import type { Connection } from '../local-door/connect-door';
import type { Opened } from '../local-door/open-library';
import type { Door } from '../local-door/serve-door';

export type LibraryUse =
  | { readonly kind: 'own'; readonly app: App; release(): Promise<void> }
  | {
      readonly kind: 'elsewhere';
      readonly owner: Extract<Connection, { kind: 'ok' }>;
      /** Once. */
      release(): Promise<void>;
    }
  | { readonly kind: 'refused'; readonly sentence: string };

type Held = { readonly opened: Opened; readonly door: Door | null };

interface Shared {
  readonly held: Promise<Held>;
  users: number;
}

export function createSharedLibraries() {
  const shared = new Map<string, Shared>();
  const closing = new Map<string, Promise<void>>();

  async function open(libraryDir: string, how: () => Promise<Opened>): Promise<Held> {
    // Who closes it still owns it.
    await closing.get(libraryDir);
    const opened = await how();
    return { opened, door: opened.kind === 'own' ? await opened.openDoor() : null };
  }

  /** Whoever comes later looks for the owner of then. */
  function forget(libraryDir: string, one: Shared): void {
    if (shared.get(libraryDir) === one) {
      shared.delete(libraryDir);
    }
  }

  async function release(libraryDir: string, one: Shared): Promise<void> {
    one.users -= 1;
    if (one.users > 0) {
      return;
    }
    forget(libraryDir, one);
    const closed = close(await one.held).finally(() => closing.delete(libraryDir));
    closing.set(libraryDir, closed);
    await closed;
  }

  return async (libraryDir: string, how: () => Promise<Opened>): Promise<LibraryUse> => {
    const one: Shared = shared.get(libraryDir) ?? { held: open(libraryDir, how), users: 0 };
    shared.set(libraryDir, one);
    one.users += 1;
    try {
      const { opened } = await one.held;
      if (opened.kind !== 'own') {
        forget(libraryDir, one);
      }
      return opened.kind === 'refused' ? opened : { ...opened, release: () => release(libraryDir, one) };
    } catch (error) {
      one.users -= 1;
      forget(libraryDir, one);
      throw error;
    }
  };
}

/** Others that joined go on by themselves. */
async function close({ opened, door }: Held): Promise<void> {
  switch (opened.kind) {
    case 'own':
      await door?.close();
      await opened.app.close();
      break;
    case 'elsewhere':
      await opened.owner.close();
      break;
    case 'refused':
      break;
  }
}
