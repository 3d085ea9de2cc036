/** How far a run is: a bar that repaints itself on a terminal, plain lines in a file or a pipe. */
import type { Run } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import type { Terminal } from './streams';

export interface Progress {
  update(run: Run): void;
  /** A sentence above the bar. */
  note(sentence: string): void;
  /** Leaves the last state standing and stops. */
  end(): void;
}

const PLAIN_INTERVAL_MS = 10_000;
const BAR_CELLS = 24;
const ERASE_LINE = '\r\u001b[2K';

export function createProgress(err: Terminal, clock: Clock): Progress {
  return err.isTTY === true ? new PaintedProgress(err) : new PlainProgress(err, clock);
}

class PaintedProgress implements Progress {
  readonly #err: Terminal;
  #line = '';

  constructor(err: Terminal) {
    this.#err = err;
  }

  update(run: Run): void {
    this.#line = progressLine(run, this.#err.columns ?? 80);
    this.#err.write(`${ERASE_LINE}${this.#line}`);
  }

  note(sentence: string): void {
    this.#err.write(this.#line === '' ? `${sentence}\n` : `${ERASE_LINE}${sentence}\n${this.#line}`);
  }

  end(): void {
    if (this.#line !== '') {
      this.#err.write('\n');
      this.#line = '';
    }
  }
}

class PlainProgress implements Progress {
  readonly #err: Terminal;
  readonly #clock: Clock;
  #latest: Run | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(err: Terminal, clock: Clock) {
    this.#err = err;
    this.#clock = clock;
  }

  update(run: Run): void {
    this.#latest = run;
    this.#cancelTimer ??= this.#clock.setTimer(PLAIN_INTERVAL_MS, () => this.#print());
  }

  note(sentence: string): void {
    this.#err.write(`${sentence}\n`);
  }

  end(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #print(): void {
    if (this.#latest !== null) {
      this.#err.write(`${statusText(this.#latest)}\n`);
      this.#cancelTimer = this.#clock.setTimer(PLAIN_INTERVAL_MS, () => this.#print());
    }
  }
}

/** `[######------] 120/428  118 done, 2 failed  3.2/s  ETA 1:36`, no wider than the terminal. */
export function progressLine(run: Run, columns: number): string {
  const { total, ended } = tally(run);
  const full = total === 0 ? 0 : Math.floor((ended / total) * BAR_CELLS);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}]`;
  // The last column stays free: some terminals wrap when it is written.
  return `${bar} ${statusText(run)}`.slice(0, Math.max(20, columns - 1));
}

/** `120/428  118 done, 2 failed  3.2/s  ETA 1:36` */
export function statusText(run: Run): string {
  const { total, ended } = tally(run);
  const parts = [
    `${ended}/${total}`,
    `${run.counts.done} done, ${run.counts.failed} failed`,
    `${rateText(run.ratePerSecond)}`,
    run.etaSeconds === undefined ? '' : `ETA ${durationText(run.etaSeconds)}`,
    stateText(run),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

export interface Tally {
  readonly total: number;
  /** No longer waiting for anything: done, failed, unknown or cancelled. */
  readonly ended: number;
}

export function tally({ counts }: Pick<Run, 'counts'>): Tally {
  const ended = counts.done + counts.failed + counts.unknown + counts.cancelled;
  return { ended, total: ended + counts.pending + counts.leased + counts.sent };
}

/** `0:07`, `12:30`, `2:05:00` */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

function rateText(perSecond: number): string {
  return perSecond >= 1 || perSecond === 0
    ? `${perSecond.toFixed(1)}/s`
    : `${(perSecond * 60).toFixed(1)}/min`;
}

function stateText(run: Run): string {
  switch (run.state.kind) {
    case 'waiting':
      // A sentence of its own: it says that it waits, for what and until when.
      return run.state.reason;
    case 'draining':
      return 'finishing what is in flight';
    case 'paused':
      return `paused: ${run.state.reason}`;
    case 'planned':
    case 'running':
    case 'finished':
      return '';
  }
}
