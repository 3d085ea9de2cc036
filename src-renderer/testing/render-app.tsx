/** A screen in a page of its own, with the scripted backend behind it, for component tests. */
import { cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import type { Backend } from '../api';
import { afterEach } from 'vitest';
import { createAppModel, ModelProvider } from '../state/app-model';
import type { AppModel } from '../state/app-model';
import { followWidth } from '../shell/narrow-window';
import { listenForShortcuts } from '../shell/shortcuts';
import { createFakeBackend } from './fake-backend';
import type { FakeBackend, FakeScene } from './fake-backend';

export interface Rendered {
  readonly model: AppModel;
  readonly backend: FakeBackend;
}

const stops: (() => void)[] = [];

afterEach(() => {
  cleanup();
  for (const stop of stops.splice(0)) {
    stop();
  }
});

/** Renders once the first snapshot is there. `browser`: the page is elsewhere, and not in the window. */
export async function renderApp(
  scene: FakeScene,
  screen: ReactNode,
  { browser }: Pick<Backend, 'browser'> = {},
): Promise<Rendered> {
  giveSize();
  giveLayers();
  // Not a copy: what a test sets on it, it must hear.
  const backend = Object.assign(createFakeBackend(scene, false), browser === undefined ? {} : { browser });
  const model = createAppModel(backend, memoryStorage());
  stops.push(model.start(), listenForShortcuts(model, window), followWidth(model.ui, window));
  await new Promise<void>((resolve) => {
    const unsubscribe = model.live.subscribe((state) => {
      if (state.info !== null) {
        unsubscribe();
        resolve();
      }
    });
  });
  render(<ModelProvider value={model}>{screen}</ModelProvider>);
  return { model, backend };
}

export function memoryStorage(): Storage {
  const held = new Map<string, string>();
  return {
    get length() {
      return held.size;
    },
    clear: () => held.clear(),
    getItem: (key) => held.get(key) ?? null,
    key: (at) => [...held.keys()][at] ?? null,
    removeItem: (key) => void held.delete(key),
    setItem: (key, value) => void held.set(key, value),
  };
}

/** happy-dom knows no popovers: a menu's items are there all the time. */
function giveLayers(): void {
  Object.defineProperty(HTMLElement.prototype, 'hidePopover', { configurable: true, value: () => undefined });
}

/** happy-dom lays nothing out; the grid draws only what fits, so every element gets a size. */
function giveSize(): void {
  for (const [name, size] of [
    ['clientWidth', 740],
    ['clientHeight', 600],
    ['offsetWidth', 740],
    ['offsetHeight', 600],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
  }
}
