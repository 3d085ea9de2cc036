/** Door 1: the desktop. Starts Electron, opens the app on the library, and shows the window. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app as electronApp, BrowserWindow, dialog, Menu, nativeTheme, protocol } from 'electron';
import { type App, LibraryBusy, openApp } from '../app';
import { libraryDir } from '../library';
import { createRouter } from '../router';
import { createGrants } from './grants';
import { denyPermissions, guardAllContents } from './guards';
import { serveIpc } from './ipc';
import { serveApp, serveMedia } from './protocols';
import { PRIVILEGES } from './scheme';
import { createShell } from './shell';
import { openWindow } from './window';
import { createWindowStore } from './window-store';

const outDir = dirname(dirname(fileURLToPath(import.meta.url)));
const rootDir = dirname(outDir);
const library = libraryDir(process.env, process.platform, electronApp.getPath('home'));

// Names and folders are fixed before `ready`: the keyring entry and the instance lock depend on them.
electronApp.setName('Brushfleet');
electronApp.setPath('userData', join(library, 'window'));
// As root there is no sandbox to enable: who starts it so says so on the command line.
if (!electronApp.commandLine.hasSwitch('no-sandbox')) {
  electronApp.enableSandbox();
}
protocol.registerSchemesAsPrivileged(PRIVILEGES);
guardAllContents(electronApp);

if (electronApp.requestSingleInstanceLock()) {
  electronApp.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    window?.restore();
    window?.focus();
  });
  // Not awaited at top level: an ESM main would wait for itself.
  electronApp.whenReady().then(start).catch(fail);
} else {
  electronApp.quit();
}

async function start(): Promise<void> {
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
  denyPermissions();
  const app = await openApp({
    libraryDir: library,
    env: process.env,
    resourcesDir: join(rootDir, 'resources'),
    imageRoots: 'granted',
  });
  const windowStore = createWindowStore(library);
  nativeTheme.themeSource = windowStore.theme();
  const grants = createGrants();
  const shell = createShell({ grants, windowStore, grantRoot: app.grantRoot });
  const ipc = serveIpc({ router: createRouter(app, shell), grants, log: app.log });
  serveApp(join(outDir, 'renderer'));
  serveMedia(app);
  const show = (): Promise<BrowserWindow> =>
    openWindow({
      preload: join(outDir, 'preload', 'preload.cjs'),
      windowStore,
      iconDir: join(rootDir, 'resources'),
      onCreated: (window) => {
        ipc.register(window.webContents);
        reloadOnce(window, app);
      },
    });
  endCleanly(app);
  electronApp.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) {
      void show();
    }
  });
  await show();
}

/** Closing waits for requests in flight: they are paid for. */
function endCleanly(app: App): void {
  let closing = false;
  electronApp.on('window-all-closed', () => electronApp.quit());
  electronApp.on('will-quit', (event) => {
    if (!closing) {
      closing = true;
      event.preventDefault();
      void app.close().finally(() => electronApp.quit());
    }
  });
}

/** A page that died is loaded again once; the engine never depended on it. */
function reloadOnce(window: BrowserWindow, app: App): void {
  let lastDeath = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, details) => {
    app.log.error('window', `the page ended: ${details.reason}`);
    const now = app.clock.now();
    if (now - lastDeath > 60_000) {
      window.webContents.reload();
    } else {
      dialog.showErrorBox(
        'The window keeps failing',
        'Runs go on. Close Brushfleet and open it again; the log says more.',
      );
    }
    lastDeath = now;
  });
}

function fail(error: unknown): void {
  const sentence =
    error instanceof LibraryBusy
      ? error.message
      : `Brushfleet could not start: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${sentence}\n`);
  // A blocking box would hang a machine without a person in front of it.
  if (process.env['CI'] === undefined) {
    dialog.showErrorBox('Brushfleet', sentence);
  }
  electronApp.exit(1);
}
