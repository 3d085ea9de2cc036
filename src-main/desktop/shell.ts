/** What only a desktop can do, for the router: dialogs, folders, the browser, the theme. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  app as electronApp,
  BrowserWindow,
  clipboard,
  dialog,
  nativeTheme,
  shell as electronShell,
} from 'electron';
import { DATASET_ENDINGS } from '@shared/dataset-endings';
import { Refusal } from '../refusal';
import type { Shell } from '../router';
import type { ServiceSwitch } from '../router/shell';
import type { Grants } from '../page/grants';
import type { ImageRoots } from './image-roots';
import { isOwnLink } from './links';
import type { DragOut } from './drag-out';
import { createPictureShell } from './picture-shell';
import { toSystemTrash } from './system-trash';
import type { WindowStore } from './window-store';

const PICKERS: Record<Parameters<Shell['pick']>[0], Electron.OpenDialogOptions> = {
  dataset: {
    title: 'Open a dataset',
    properties: ['openFile'],
    filters: [
      { name: 'Datasets', extensions: DATASET_ENDINGS.map((ending) => ending.slice(1)) },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  imageFolder: { title: 'Open a folder of images', properties: ['openDirectory'] },
  outputFolder: { title: 'Choose where results go', properties: ['openDirectory', 'createDirectory'] },
  envFile: { title: 'Import keys from .env', properties: ['openFile', 'showHiddenFiles'] },
  presets: {
    title: 'Import presets',
    properties: ['openFile'],
    filters: [{ name: 'Presets', extensions: ['json'] }],
  },
};

export function createShell(options: {
  grants: Grants;
  windowStore: WindowStore;
  imageRoots: ImageRoots;
  drags: DragOut;
  service: ServiceSwitch;
}): Shell {
  const parent = (): BrowserWindow | undefined =>
    BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];

  return {
    version: electronApp.getVersion(),
    defaultOutputDir: join(electronApp.getPath('pictures'), 'Brushfleet'),
    theme: options.windowStore.theme,
    setTheme(theme) {
      options.windowStore.setTheme(theme);
      nativeTheme.themeSource = theme;
    },
    interfaceSize: options.windowStore.interfaceSize,
    setInterfaceSize(percent) {
      options.windowStore.setInterfaceSize(percent);
      for (const { webContents } of BrowserWindow.getAllWindows()) {
        webContents.setZoomFactor(percent / 100);
      }
    },
    openFolder,
    async showFile(path) {
      await found(path);
      electronShell.showItemInFolder(path);
    },
    async openLink(url) {
      if (!isOwnLink(url)) {
        return false;
      }
      // As it was parsed and judged: another program may read the raw text otherwise.
      await electronShell.openExternal(new URL(url).href);
      return true;
    },
    async pick(purpose) {
      const window = parent();
      const picked = await (window === undefined
        ? dialog.showOpenDialog(PICKERS[purpose])
        : dialog.showOpenDialog(window, PICKERS[purpose]));
      const path = picked.filePaths[0];
      if (picked.canceled || path === undefined) {
        return null;
      }
      if (purpose === 'imageFolder') {
        await options.imageRoots.grant(path);
      }
      return options.grants.grant(path);
    },
    async saveAs(suggestedName, kind) {
      const window = parent();
      const choice: Electron.SaveDialogOptions = {
        defaultPath: join(electronApp.getPath('downloads'), suggestedName),
        ...(kind === undefined ? {} : { filters: [{ name: kind.name, extensions: [...kind.extensions] }] }),
      };
      const saved = await (window === undefined
        ? dialog.showSaveDialog(choice)
        : dialog.showSaveDialog(window, choice));
      return saved.canceled || saved.filePath === '' ? null : saved.filePath;
    },
    pictures: createPictureShell(options),
    service: options.service,
    copySecret(secret) {
      void clipboard.writeText(secret);
      return true;
    },
    trash: toSystemTrash,
    granted: options.grants.path,
  };
}

/**
 * Shows a folder. Only a plain one is ever handed to the system to open: opening a file would run it, and so would
 * opening a macOS application, which is a folder with an ending.
 */
async function openFolder(path: string): Promise<void> {
  if (!(await found(path)).isDirectory() || (process.platform === 'darwin' && extname(path) !== '')) {
    electronShell.showItemInFolder(path);
    return;
  }
  const problem = await electronShell.openPath(path);
  if (problem !== '') {
    throw new Refusal('NOT_FOUND', `The folder ${path} could not be opened: ${problem}`);
  }
}

async function found(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch {
    throw new Refusal('NOT_FOUND', `${path} is no longer there, or may not be read.`);
  }
}
