/** Door 1: the desktop. Starts Electron, opens the app on the library, and shows the window. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app as electronApp,
  BrowserWindow,
  dialog,
  Menu,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  shell,
} from 'electron';
import { type App, LibraryBusy } from '../app';
import { libraryDir } from '../library';
import { createTurns } from '@shared/in-turn';
import { closeDoors, type Doors } from '../local-door/close-doors';
import { serveDoor } from '../local-door/serve-door';
import { createRouter } from '../router';
import { readVersion } from '../version';
import { announce, type Announcement } from './announce';
import { askBeforeClosing, endCleanly, endNow, type Engine } from './closing';
import { type DamageChoice, type DamageQuestion, mendLibrary } from './damaged-library';
import { createDragOut } from './drag-out';
import { takeSecrets } from './environment';
import { watchForFaults } from './faults';
import { createGrants } from '../page/grants';
import { cutOffNetwork, denyPermissions, guardAllContents } from './guards';
import { createImageRoots } from './image-roots';
import { startDemoProcess, startImageProcess, startLabProcess } from './image-process';
import { serveIpc } from './ipc';
import { reloadDeadPage } from './page-deaths';
import { openWhenFree } from './open-when-free';
import { serveApp, serveMedia } from './protocols';
import { PRIVILEGES } from './scheme';
import { createServiceSwitch } from './service-switch';
import { createShell } from './shell';
import { restWhileAsleep } from './sleep';
import { stayAwake } from './stay-awake';
import { openWindow } from './window';
import { createWindowStore } from './window-store';

const env = takeSecrets(process.env);
const outDir = dirname(dirname(fileURLToPath(import.meta.url)));
const rootDir = dirname(outDir);
const library = libraryDir(process.env, process.platform, electronApp.getPath('home'));

/** The user no longer waits for the library. */
const givenUp = new AbortController();

/** Electron's word for a taskbar without any. */
const NO_PROGRESS = -1;

/** A box on a build machine would wait for nobody. */
const isAttended = !process.env['CI'];

// Names and folders are fixed before `ready`: the keyring entry and the instance lock depend on them.
electronApp.setName('Brushfleet');
electronApp.setPath('userData', join(library, 'window'));
// Whoever started it may read no more of what it says: no fault of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
}
// As root there is no sandbox to enable: who starts it so says so on the command line.
if (!electronApp.commandLine.hasSwitch('no-sandbox')) {
  electronApp.enableSandbox();
}
protocol.registerSchemesAsPrivileged(PRIVILEGES);
guardAllContents(electronApp);

if (electronApp.requestSingleInstanceLock()) {
  electronApp.on('second-instance', toFront);
  // Not awaited at top level: an ESM main would wait for itself.
  electronApp.whenReady().then(start).catch(fail);
} else {
  electronApp.quit();
}

async function start(): Promise<void> {
  setMenu();
  denyPermissions();
  cutOffNetwork();
  const version = readVersion(rootDir);
  const app = await openMended(version);
  if (app === null) {
    electronApp.exit(0);
    return;
  }
  const windowStore = createWindowStore(library);
  nativeTheme.themeSource = windowStore.theme();
  const grants = createGrants();
  const imageRoots = createImageRoots({
    remembered: windowStore.imageRoots(),
    homeDir: electronApp.getPath('home'),
    onGrant: app.grantRoot,
    remember: windowStore.setImageRoots,
  });
  const drags = createDragOut();
  const service = createServiceSwitch({
    app,
    version,
    env,
    remembered: windowStore.service,
    remember: windowStore.setService,
  });
  const router = createRouter(app, createShell({ grants, windowStore, imageRoots, drags, service }));
  const openDoor = (): Promise<Doors['door']> =>
    serveDoor({ app, libraryDir: library, router, version }).catch((error: unknown) => {
      app.log.warning('door', `no command line can join this window: ${String(error)}`);
      return null;
    });
  const inTurn = createTurns();
  let door = await openDoor();
  const engine: Engine = {
    app,
    get door() {
      return door;
    },
    service,
    leaving: { isUnderWay: false },
    reopen: (closed) =>
      inTurn(async () => {
        if (door === closed) {
          door = await openDoor();
          await service.begin();
        }
      }),
  };
  watchOver(engine);
  const ipc = serveIpc({ router, grants, imageRoots, drags, log: app.log });
  serveApp(join(outDir, 'renderer'), app.log);
  serveMedia(app);
  const show = (): Promise<BrowserWindow> =>
    openWindow({
      preload: join(outDir, 'preload', 'preload.cjs'),
      windowStore,
      iconDir: join(rootDir, 'resources'),
      onCreated: (window) => {
        ipc.register(window.webContents);
        reloadDeadPage(window, app, isAttended);
        if (isAttended) {
          askBeforeClosing(window, engine, electronApp);
        }
      },
    });
  electronApp.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) {
      void show();
    }
  });
  await show();
  // After the window: it does not wait for it. What went wrong stands in Settings.
  await service.begin();
}

function notifyOutside(what: Announcement): void {
  if (!isAttended || !Notification.isSupported()) {
    return;
  }
  const notification = new Notification(what);
  notification.on('click', toFront);
  notification.show();
}

function toFront(): void {
  const [window] = BrowserWindow.getAllWindows();
  window?.restore();
  window?.focus();
}

function setMenu(): void {
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}

/** From here on it ends, rests and fails without losing what is paid for. */
function watchOver(engine: Engine): void {
  const { app } = engine;
  watchForFaults({
    app,
    process,
    electronApp: {
      commandLine: electronApp.commandLine,
      relaunch(how) {
        // The next one inherits what this one has.
        Object.assign(process.env, env);
        electronApp.relaunch(how);
      },
    },
    dialog,
    isAttended,
    isLeaving: () => engine.leaving.isUnderWay,
    async settle() {
      // Whoever asks meanwhile.
      app.hold();
      await closeDoors(engine);
      await app.runs.stopAll();
    },
    end: (status) => endNow(engine, electronApp, status),
  });
  announce({
    events: app.events,
    clock: app.clock,
    isSeen: () => BrowserWindow.getFocusedWindow() !== null,
    settled: async (runId) => {
      await app.runs.over(runId);
      return app.runs.view(await app.runs.found(runId));
    },
    notify: notifyOutside,
    showProgress: (share) => BrowserWindow.getAllWindows()[0]?.setProgressBar(share ?? NO_PROGRESS),
  });
  restWhileAsleep({ power: powerMonitor, net, clock: app.clock, random: Math.random, hold: app.hold });
  stayAwake({ events: app.events, blocker: powerSaveBlocker, isWished: app.settings().stayAwake });
  endCleanly(engine, electronApp);
}

/** Null: its database is damaged, and the user leaves it so. */
async function openMended(version: string): Promise<App | null> {
  for (;;) {
    try {
      return await openWhenFree({
        app: {
          libraryDir: library,
          env,
          resourcesDir: join(rootDir, 'resources'),
          imageRoots: 'granted',
          startDecoder: startImageProcess,
          startLab: startLabProcess,
          startDemo: startDemoProcess,
          measures: true,
        },
        version,
        giveUp: givenUp.signal,
        onWaiting: tellWaiting,
      });
    } catch (error) {
      const mending = { libraryDir: library, ask: askAboutDamage, showFolder, tell: showSentence };
      if (!isAttended) {
        throw error;
      }
      if (!(await mendLibrary(error, mending))) {
        return null;
      }
    }
  }
}

async function askAboutDamage({ sentence, backup }: DamageQuestion): Promise<DamageChoice> {
  const choices: { readonly choice: DamageChoice; readonly label: string }[] = [
    ...(backup === null
      ? []
      : [{ choice: 'restore' as const, label: `Restore the backup of ${backup.toLocaleString()}` }]),
    { choice: 'showFolder', label: 'Show the folder' },
    { choice: 'quit', label: 'Quit' },
  ];
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Brushfleet',
    message: 'The library is damaged.',
    detail: sentence,
    buttons: choices.map(({ label }) => label),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
  });
  return choices[response]?.choice ?? 'quit';
}

function showFolder(path: string): void {
  shell.showItemInFolder(path);
}

function showSentence(sentence: string): void {
  dialog.showErrorBox('Brushfleet', sentence);
}

/** A command line has the library; its requests in flight are paid for, and end first. */
function tellWaiting(_busy: LibraryBusy, signal: AbortSignal): void {
  if (!isAttended) {
    return;
  }
  dialog
    .showMessageBox({
      type: 'info',
      title: 'Brushfleet',
      message: 'A command line is using the library.',
      detail:
        'Brushfleet opens as soon as its requests in flight have ended. Its run then goes on through the window.',
      buttons: ['Quit'],
      signal,
    })
    .then(() => {
      if (!signal.aborted) {
        givenUp.abort();
        electronApp.quit();
      }
    })
    .catch(() => undefined);
}

function fail(error: unknown): void {
  if (givenUp.signal.aborted) {
    electronApp.exit(0);
    return;
  }
  const sentence =
    error instanceof LibraryBusy
      ? error.message
      : `Brushfleet could not start: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${sentence}\n`);
  if (isAttended) {
    dialog.showErrorBox('Brushfleet', sentence);
  }
  electronApp.exit(1);
}
