import { EventEmitter } from 'node:events';
import type { MessageBoxOptions, MessageBoxReturnValue } from 'electron';
import { describe, expect, it } from 'vitest';
import type { EndpointView } from '@shared/contract';
import { deferred } from '../deferred';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { watchForFaults } from './faults';

/** The longest that an endpoint may take to answer. */
const LONGEST_MS = 600_000;

interface SceneOptions {
  readonly isAttended?: boolean;
  readonly argv?: readonly string[];
}

function openScene({ isAttended = true, argv = ['electron', '.'] }: SceneOptions = {}) {
  const clock = createVirtualClock();
  const inFlight = deferred();
  let isLeaving = false;
  /** What happened, in its order. */
  const told: string[] = [];
  /** By their first words; a box that is closed by its signal answers as if nobody had. */
  const answers = new Map<string, (button: number) => void>();
  async function showMessageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
    told.push(options.message);
    const response = await new Promise<number>((resolve) => {
      answers.set(options.buttons?.[0] ?? '', resolve);
      options.signal?.addEventListener('abort', () => resolve(0));
    });
    return { response, checkboxChecked: false };
  }
  const process = Object.assign(new EventEmitter(), { argv: [...argv] });
  watchForFaults({
    process,
    app: {
      clock,
      fleet: { views: () => [{ endpoint: { timeoutMs: LONGEST_MS } }] as EndpointView[] },
      log: { error: (_part: string, message: string) => told.push(message), path: 'brushfleet.log' } as never,
    },
    electronApp: {
      commandLine: { hasSwitch: (name: string) => argv.includes(`--${name}`) } as Electron.CommandLine,
      relaunch: (options) => told.push(`relaunch ${options?.args?.join(' ')}`),
    },
    dialog: { showMessageBox: showMessageBox as Electron.Dialog['showMessageBox'] },
    isAttended,
    isLeaving: () => isLeaving,
    async settle() {
      told.push('nothing more is sent');
      await inFlight.promise;
    },
    end: async (status) => void told.push(`end ${status}`),
  });
  return {
    clock,
    told,
    finishRequests: inFlight.resolve,
    leave: (is = true) => void (isLeaving = is),
    press: (button: string, response = 0) => answers.get(button)?.(response),
    async fail(event: 'uncaughtException' | 'unhandledRejection', message: string) {
      process.emit(event, Object.assign(new Error(message), { stack: message }));
      await clock.flush();
    },
  };
}

const STARTS_ANEW = 'Brushfleet ran into a fault and starts anew.';
const ASKS = 'Brushfleet ran into a fault. Restart it when it suits you.';

describe('an exception that nobody caught', () => {
  it('lets requests in flight end, and then starts the program anew', async () => {
    const scene = openScene();
    await scene.fail('uncaughtException', 'first');
    expect(scene.told.toSorted()).toEqual([STARTS_ANEW, 'first', 'nothing more is sent'].toSorted());
    await scene.fail('uncaughtException', 'second');
    await scene.clock.advance(LONGEST_MS);
    expect(scene.told.slice(3)).toEqual(['second']);
    scene.finishRequests();
    await scene.clock.flush();
    expect(scene.told.slice(4)).toEqual(['relaunch . --after-fault', 'end 0']);
    expect(scene.clock.timers).toBe(0);
  });

  it('does not wait longer than a request may take, nor than somebody wants to', async () => {
    const late = openScene();
    await late.fail('uncaughtException', 'first');
    await late.clock.advance(LONGEST_MS + 10_000);
    expect(late.told.slice(3)).toEqual(['relaunch . --after-fault', 'end 0']);
    const hasty = openScene();
    await hasty.fail('uncaughtException', 'first');
    hasty.press('Do not wait for them');
    await hasty.clock.flush();
    expect(hasty.told.slice(3)).toEqual(['relaunch . --after-fault', 'end 0']);
  });

  it('soon after such a start ends it for good, and says so', async () => {
    const scene = openScene({ argv: ['electron', '.', '--after-fault'] });
    await scene.clock.advance(59_999);
    await scene.fail('uncaughtException', 'again');
    expect(scene.told).toContain(
      'Brushfleet ran into a fault and closes when requests in flight have ended.',
    );
    expect(scene.told).not.toContain(STARTS_ANEW);
    scene.finishRequests();
    await scene.clock.flush();
    expect(scene.told.at(-1)).toBe('Brushfleet failed again right after its start, and closes.');
    scene.press('Close');
    await scene.clock.flush();
    expect(scene.told.at(-1)).toBe('end 1');
    expect(scene.told.join()).not.toContain('relaunch');
  });

  it('later on is the first again', async () => {
    const scene = openScene({ argv: ['electron', '.', '--after-fault'] });
    await scene.clock.advance(60_000);
    scene.finishRequests();
    await scene.fail('uncaughtException', 'again');
    expect(scene.told.slice(3)).toEqual(['relaunch . --after-fault', 'end 0']);
  });

  it('ends it without a word where nobody sits', async () => {
    const scene = openScene({ isAttended: false });
    scene.finishRequests();
    await scene.fail('uncaughtException', 'first');
    expect(scene.told).toEqual(['first', 'nothing more is sent', 'end 1']);
  });
});

describe('a fault of what its user has closed', () => {
  it('neither asks nor starts anew: the program ends by itself, or when no request can be in flight', async () => {
    const scene = openScene();
    scene.leave();
    await scene.fail('unhandledRejection', 'first');
    await scene.fail('uncaughtException', 'second');
    await scene.fail('uncaughtException', 'third');
    await scene.clock.advance(LONGEST_MS + 9999);
    expect(scene.told).toEqual(['first', 'second', 'third']);
    await scene.clock.advance(1);
    expect(scene.told.slice(3)).toEqual(['end 1']);
  });

  it('starts it anew if it was chosen to keep running', async () => {
    const scene = openScene();
    scene.leave();
    await scene.fail('uncaughtException', 'first');
    scene.leave(false);
    scene.finishRequests();
    await scene.clock.advance(LONGEST_MS + 10_000);
    expect(scene.told.slice(-2)).toEqual(['relaunch . --after-fault', 'end 0']);
  });

  it('does not start it anew if it was closed while requests ended', async () => {
    const scene = openScene();
    await scene.fail('uncaughtException', 'first');
    scene.leave();
    scene.finishRequests();
    await scene.clock.flush();
    expect(scene.told.slice(3)).toEqual(['end 1']);
  });
});

describe('a rejection that nobody saw', () => {
  it('is told once, and runs go on', async () => {
    const scene = openScene();
    await scene.fail('unhandledRejection', 'first');
    scene.press('Restart', 1);
    await scene.fail('unhandledRejection', 'second');
    expect(scene.told).toEqual(['first', ASKS, 'second']);
  });

  it('starts the program anew when its user says so', async () => {
    const scene = openScene();
    await scene.fail('unhandledRejection', 'first');
    scene.press('Restart');
    await scene.clock.flush();
    expect(scene.told.slice(2).toSorted()).toEqual([STARTS_ANEW, 'nothing more is sent'].toSorted());
    scene.finishRequests();
    await scene.clock.flush();
    expect(scene.told.slice(4)).toEqual(['relaunch . --after-fault', 'end 0']);
  });

  it('is only written down where nobody sits', async () => {
    const scene = openScene({ isAttended: false });
    await scene.fail('unhandledRejection', 'first');
    expect(scene.told).toEqual(['first']);
  });
});
