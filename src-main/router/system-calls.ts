/** The program itself: what it is, its events, settings and dialogs. */
import { isAbsolute } from 'node:path';
import { EventPublisher } from '@orpc/server';
import type { AppEvent } from '@shared/contract';
import type { Settings } from '@shared/model/settings';
import type { App } from '../app';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function systemCalls(os: Calls, app: App, shell: Shell) {
  return {
    info: os.system.info.handler(async () => ({
      version: shell.version,
      libraryDir: app.paths.root,
      defaultOutputDir: app.settings().outputDir || shell.defaultOutputDir,
      platform: process.platform,
      vault: app.vault.status(),
      theme: shell.theme(),
      interfaceSize: shell.interfaceSize(),
    })),
    events: os.system.events.handler(({ signal }) => eventsOf(app, signal)),
    setTheme: os.system.setTheme.handler(({ input }) => shell.setTheme(input.theme)),
    setInterfaceSize: os.system.setInterfaceSize.handler(({ input }) =>
      shell.setInterfaceSize(input.percent),
    ),
    openLogs: os.system.openLogs.handler(() => shell.openFolder(app.paths.logs)),
    openLink: os.system.openLink.handler(async ({ input }) => {
      if (!(await shell.openLink(input.url))) {
        throw new Refusal('BAD_INPUT', `${input.url} is not a page Brushfleet opens.`);
      }
    }),
    report: os.system.report.handler(({ input }) => app.log.warning('window', input.message)),
  };
}

export function settingsCalls(os: Calls, app: App) {
  return {
    get: os.settings.get.handler(() => app.settings()),
    set: os.settings.set.handler(({ input }) => app.saveSettings(checkedSettings(input))),
  };
}

export function filesCalls(os: Calls, shell: Shell) {
  return {
    pick: os.files.pick.handler(({ input }) => shell.pick(input.purpose)),
  };
}

async function* eventsOf(app: App, signal: AbortSignal | undefined): AsyncGenerator<AppEvent> {
  const publisher = new EventPublisher<{ event: AppEvent }>({ maxBufferedEvents: 10_000 });
  const unsubscribe = app.events.subscribe((event) => publisher.publish('event', event));
  try {
    yield* publisher.subscribe('event', signal === undefined ? {} : { signal });
  } finally {
    unsubscribe();
  }
}

/** A relative folder would depend on where the program was started. */
function checkedSettings(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Partial<Settings> {
  const { outputDir } = patch;
  if (outputDir !== undefined && outputDir !== '' && (!isAbsolute(outputDir) || outputDir.includes('\0'))) {
    throw new Refusal(
      'BAD_INPUT',
      `"${outputDir}" is not a full folder path: write it from the root, or leave it blank.`,
      'outputDir',
    );
  }
  return definedOf(patch);
}

/** Drops the keys that were not given, which a patch must not overwrite. */
function definedOf<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
