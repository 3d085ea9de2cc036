/** What the window remembers of itself: its place and its theme. Everything else is in the library. */
import ElectronStore from 'electron-store';
import type { Theme } from '@shared/model/settings';

export interface WindowBounds {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowStore {
  bounds(): WindowBounds;
  setBounds(bounds: WindowBounds): void;
  theme(): Theme;
  setTheme(theme: Theme): void;
}

export function createWindowStore(cwd: string): WindowStore {
  const store = new ElectronStore<{ bounds: WindowBounds; theme: Theme }>({
    cwd,
    name: 'window',
    defaults: { bounds: { width: 1280, height: 800 }, theme: 'system' },
    // A damaged file costs the window its place, not its start.
    clearInvalidConfig: true,
    configFileMode: 0o600,
  });
  return {
    bounds: () => store.get('bounds'),
    setBounds: (bounds) => store.set('bounds', bounds),
    theme: () => store.get('theme'),
    setTheme: (theme) => store.set('theme', theme),
  };
}
