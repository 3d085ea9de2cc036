/**
 * Faults that nobody caught, in the process that decides. After an exception nothing can be relied on: nothing more is
 * sent, requests in flight end and are kept, and the program starts anew. A promise that was rejected unseen left the
 * others as they were: runs go on, and whoever sits before them says when to start anew. What its user has closed
 * already is not started anew, whatever fails on its way out.
 */
import type { EventEmitter } from 'node:events';
import type { App as ElectronApp, Dialog } from 'electron';
import type { App } from '../app';

/** A switch of the command line: this process was begun after a fault. */
const AFTER_FAULT = 'after-fault';
/** What fails again so soon would be started for ever. */
const AGAIN_WITHIN_MS = 60_000;
/** Beyond the time a request gets: an engine that is broken may never say that it has ended. */
const SPARE_MS = 10_000;

const FAULT = { type: 'error', title: 'Brushfleet', noLink: true } as const;
const STARTS_ANEW = {
  message: 'Brushfleet ran into a fault and starts anew.',
  detail: 'Requests in flight end first, and their results are kept. Runs are paused: resume them after it.',
};
const CLOSES = {
  message: 'Brushfleet ran into a fault and closes when requests in flight have ended.',
  detail: 'Their results are kept. Runs are paused: resume them when you open Brushfleet again.',
};

export interface FaultOptions {
  readonly app: Pick<App, 'log' | 'clock'> & { readonly fleet: Pick<App['fleet'], 'views'> };
  readonly process: EventEmitter & Pick<NodeJS.Process, 'argv'>;
  readonly electronApp: Pick<ElectronApp, 'relaunch' | 'commandLine'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  /** A build machine answers no question, and starts nothing anew. */
  readonly isAttended: boolean;
  /** Its user has closed it: requests in flight end, and then the program does by itself. */
  isLeaving(): boolean;
  /** Nothing more is sent; resolves when requests in flight have ended. */
  settle(): Promise<unknown>;
  /** Closes what closes in a moment, and ends the program with this exit status. */
  end(status: 0 | 1): Promise<void>;
}

export function watchForFaults(options: FaultOptions): void {
  const { app, isAttended } = options;
  // Not since the process began, which may have waited for the library first.
  const beganAt = app.clock.now();
  let state: 'sound' | 'told' | 'ending' = 'sound';

  async function onException(): Promise<void> {
    if (state === 'ending') {
      return;
    }
    state = 'ending';
    const isLast = failsAgain(options, app.clock.now() - beganAt);
    let status: 0 | 1 = 1;
    try {
      if (options.isLeaving()) {
        await new Promise<void>((resolve) => void app.clock.setTimer(longestMs(app), resolve));
      }
      // Asked again: who closed it may have chosen to keep it running.
      if (!options.isLeaving()) {
        await settled(options, isLast);
        status = await startedAnew(options, isLast);
      }
    } finally {
      await options.end(status);
    }
  }

  async function onRejection(): Promise<void> {
    if (state === 'sound' && isAttended && !options.isLeaving()) {
      state = 'told';
      if (await wantsRestart(options)) {
        await onException();
      }
    }
  }

  function listen(event: string, then: () => Promise<void>): void {
    options.process.on(event, (fault: unknown) => {
      app.log.error('main', fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
      then().catch((error: unknown) => app.log.error('main', `starting anew: ${String(error)}`));
    });
  }

  listen('uncaughtException', onException);
  listen('unhandledRejection', onRejection);
}

/** What a request in flight may take. */
function longestMs({ fleet }: FaultOptions['app']): number {
  return Math.max(0, ...fleet.views().map(({ endpoint }) => endpoint.timeoutMs)) + SPARE_MS;
}

/** As long as their own time limit lets requests run, unless somebody will not wait for them. */
async function settled(options: FaultOptions, isLast: boolean): Promise<void> {
  const { app, dialog } = options;
  const isOver = new AbortController();
  let stopTimer = (): void => undefined;
  const tooLong = new Promise<void>((resolve) => {
    stopTimer = app.clock.setTimer(longestMs(app), resolve);
  });
  const tired = options.isAttended
    ? dialog.showMessageBox({
        ...FAULT,
        ...(isLast ? CLOSES : STARTS_ANEW),
        buttons: ['Do not wait for them'],
        signal: isOver.signal,
      })
    : tooLong;
  await Promise.race([options.settle(), tired, tooLong]).catch((error: unknown) =>
    app.log.error('main', `ending requests: ${String(error)}`),
  );
  stopTimer();
  isOver.abort();
}

/** The exit status that goes with it: 0 where the next one is arranged. */
async function startedAnew(options: FaultOptions, isLast: boolean): Promise<0 | 1> {
  // Its user may have closed it while requests ended.
  if (!options.isAttended || options.isLeaving()) {
    return 1;
  }
  if (isLast) {
    await tellOfEnd(options);
    return 1;
  }
  options.electronApp.relaunch({ args: argumentsAfter(options.process.argv) });
  return 0;
}

async function wantsRestart({ dialog }: FaultOptions): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    ...FAULT,
    message: 'Brushfleet ran into a fault. Restart it when it suits you.',
    detail: 'Runs go on until then. A restart lets requests in flight end first; the log has details.',
    buttons: ['Restart', 'Later'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

async function tellOfEnd({ app, dialog }: FaultOptions): Promise<void> {
  await dialog.showMessageBox({
    ...FAULT,
    message: 'Brushfleet failed again right after its start, and closes.',
    detail: `What was finished is kept. The log tells what went wrong: ${app.log.path}`,
    buttons: ['Close'],
  });
}

function failsAgain({ electronApp }: FaultOptions, sinceBegunMs: number): boolean {
  return electronApp.commandLine.hasSwitch(AFTER_FAULT) && sinceBegunMs < AGAIN_WITHIN_MS;
}

function argumentsAfter([, ...given]: readonly string[]): string[] {
  const flag = `--${AFTER_FAULT}`;
  return [...given.filter((one) => one !== flag), flag];
}
