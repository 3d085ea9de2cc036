/** What only a desktop can do, for the router: dialogs, folders, the browser, the theme. */
import { join } from 'node:path';
import { app as electronApp, BrowserWindow, dialog, nativeTheme, shell as electronShell } from 'electron';
import type { Shell } from '../router';
import type { Grants } from './grants';
import { isOwnLink } from './links';
import type { WindowStore } from './window-store';

export function createShell(options: {
  grants: Grants;
  windowStore: WindowStore;
  grantRoot(path: string): void;
}): Shell {
  const parent = (): BrowserWindow | undefined =>
    BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];

  async function openPath(path: string): Promise<void> {
    const problem = await electronShell.openPath(path);
    if (problem !== '') {
      throw new Error(problem);
    }
  }

  const pickers: Record<Parameters<Shell['pick']>[0], Electron.OpenDialogOptions> = {
    dataset: {
      title: 'Open a dataset',
      properties: ['openFile'],
      filters: [
        { name: 'Datasets', extensions: ['csv', 'tsv', 'jsonl', 'ndjson', 'json', 'txt', 'parquet'] },
        { name: 'All files', extensions: ['*'] },
      ],
    },
    imageFolder: { title: 'Open a folder of images', properties: ['openDirectory'] },
    outputFolder: { title: 'Choose where results go', properties: ['openDirectory', 'createDirectory'] },
    envFile: { title: 'Import keys from .env', properties: ['openFile', 'showHiddenFiles'] },
  };

  return {
    version: electronApp.getVersion(),
    defaultOutputDir: join(electronApp.getPath('pictures'), 'Brushfleet'),
    theme: options.windowStore.theme,
    setTheme(theme) {
      options.windowStore.setTheme(theme);
      nativeTheme.themeSource = theme;
    },
    openFolder: openPath,
    showFile: (path) => electronShell.showItemInFolder(path),
    async openLink(url) {
      if (!isOwnLink(url)) {
        return false;
      }
      await electronShell.openExternal(url);
      return true;
    },
    async pick(purpose) {
      const window = parent();
      const picked = await (window === undefined
        ? dialog.showOpenDialog(pickers[purpose])
        : dialog.showOpenDialog(window, pickers[purpose]));
      const path = picked.filePaths[0];
      if (picked.canceled || path === undefined) {
        return null;
      }
      if (purpose === 'imageFolder') {
        options.grantRoot(path);
      }
      return options.grants.grant(path);
    },
    async saveAs(suggestedName) {
      const window = parent();
      const choice = { defaultPath: join(electronApp.getPath('downloads'), suggestedName) };
      const saved = await (window === undefined
        ? dialog.showSaveDialog(choice)
        : dialog.showSaveDialog(window, choice));
      return saved.canceled || saved.filePath === '' ? null : saved.filePath;
    },
    granted: options.grants.path,
  };
}
