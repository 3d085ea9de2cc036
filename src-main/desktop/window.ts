/** The one window. */
import { join } from 'node:path';
import { app as electronApp, BrowserWindow, nativeTheme } from 'electron';
import { START_PAGE } from './scheme';
import type { WindowStore } from './window-store';

export interface WindowOptions {
  readonly preload: string;
  readonly windowStore: WindowStore;
  readonly iconDir: string;
  onCreated(window: BrowserWindow): void;
}

export async function openWindow(options: WindowOptions): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    ...options.windowStore.bounds(),
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Brushfleet',
    icon: join(options.iconDir, 'icon.png'),
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#101113' : '#f4f4f2',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      spellcheck: false,
      zoomFactor: options.windowStore.interfaceSize() / 100,
      devTools: !electronApp.isPackaged,
    },
  });
  options.onCreated(window);
  // Chromium remembers a zoom for each origin, and it goes before the one a window starts with.
  window.webContents.on('dom-ready', () =>
    window.webContents.setZoomFactor(options.windowStore.interfaceSize() / 100),
  );
  window.once('ready-to-show', () => window.show());
  window.on('close', () => options.windowStore.setBounds(window.getNormalBounds()));
  await window.loadURL(START_PAGE);
  return window;
}
