/**
 * A machine that goes to sleep: nothing more is sent from then on until it is awake and its network is back. What is in
 * flight is left alone: its answer may come all the same.
 */
import type { EventEmitter } from 'node:events';
import type { Net } from 'electron';
import type { Clock, Random } from '../engine/ports';

/** A wake that nobody told of, or a sleep that did not come, holds nothing up for longer. */
const UNTOLD_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** A provider on this machine, or in a house without a way out, needs none of it. */
const MOST_LOOKS = 30;
/** Programs that wake together do not ask together. */
const SPREAD_MS = 2_000;

export interface SleepOptions {
  /** Electron's power monitor. */
  readonly power: Pick<EventEmitter, 'on'>;
  readonly net: Pick<Net, 'isOnline'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly random: Random;
  /** Nothing is leased until its undo is called. */
  hold(): () => void;
}

export function restWhileAsleep({ power, net, clock, random, hold }: SleepOptions): void {
  let release: (() => void) | null = null;
  let stopWaiting = (): void => undefined;

  function look(left: number): void {
    if (left > 0 && !net.isOnline()) {
      stopWaiting = clock.setTimer(LOOK_EVERY_MS, () => look(left - 1));
      return;
    }
    stopWaiting = clock.setTimer(random() * SPREAD_MS, () => {
      release?.();
      release = null;
    });
  }

  power.on('suspend', () => {
    stopWaiting();
    release ??= hold();
    stopWaiting = clock.setTimer(UNTOLD_MS, () => look(MOST_LOOKS));
  });
  power.on('resume', () => {
    stopWaiting();
    look(MOST_LOOKS);
  });
}
