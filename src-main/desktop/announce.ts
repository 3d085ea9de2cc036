/**
 * What the system tells while nobody looks at the window: how far the runs are, in the taskbar, and by notification that one
 * has ended, that it was paused by something other than a person, and that keys were refused.
 */
import type { AppEvent } from '@shared/contract';
import type { FleetEvent } from '@shared/model/endpoint';
import { type Counts, isUnderWay, type Run } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import { count } from './closing-sentence';

/** Keys of one account are refused one after the other: told once. */
const GATHER_MS = 2_000;

export interface Announcement {
  readonly title: string;
  readonly body: string;
}

export interface AnnounceOptions {
  readonly events: { subscribe(listener: (event: AppEvent) => void): () => void };
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Somebody looks at the window, which tells all of it itself. */
  isSeen(): boolean;
  /** How a run stands when all of its end is done: one whose tables cannot be written, say, is paused and not finished. */
  settled(runId: number): Promise<Run>;
  notify(what: Announcement): void;
  /** Of all runs under way together, 0 to 1; null: none is. */
  showProgress(share: number | null): void;
}

export function announce(options: AnnounceOptions): void {
  const { events, clock, isSeen, settled, notify, showProgress } = options;
  const underWay = new Map<number, Counts>();
  let refused: string[] = [];

  function tell(what: Announcement): void {
    if (!isSeen()) {
      notify(what);
    }
  }

  function onRun(run: Run): void {
    // A question of the studio or the Text screen is short, and shown where it was asked.
    if (run.origin !== 'dataset') {
      return;
    }
    if (isUnderWay(run)) {
      underWay.set(run.id, run.counts);
    } else if (underWay.delete(run.id)) {
      // One that is gone by then ended as it was last seen.
      void settled(run.id).then(tellEnd, () => tellEnd(run));
    } else {
      return;
    }
    showProgress(shareOf([...underWay.values()]));
  }

  function tellEnd(run: Run): void {
    const what = endOf(run);
    if (what !== null) {
      tell(what);
    }
  }

  function onRefusedKey(words: string): void {
    refused.push(words);
    if (refused.length > 1) {
      return;
    }
    clock.setTimer(GATHER_MS, () => {
      const [first = ''] = refused;
      tell({
        title: refused.length === 1 ? 'A key was refused' : `${refused.length} keys were refused`,
        body: refused.length === 1 ? first : `${first}, and ${count(refused.length - 1, 'more key')}`,
      });
      refused = [];
    });
  }

  events.subscribe((event) => {
    if (event.kind === 'run') {
      onRun(event.run);
    } else if (event.kind === 'fleetEvent' && isRefusal(event.event)) {
      onRefusedKey(keyWords(event.event));
    }
  });
}

/** Null: it was paused by wish, or it goes on. */
function endOf({ name, state, counts }: Run): Announcement | null {
  const figures = [
    `${counts.done} done`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} possibly charged, result lost`] : []),
  ].join(', ');
  if (state.kind === 'finished') {
    return { title: `“${name}” has finished`, body: `${figures}.` };
  }
  return state.kind === 'paused' && state.asked !== true
    ? { title: `“${name}” is paused`, body: `${state.reason} ${figures}.`.trim() }
    : null;
}

/** Null: nothing is under way. */
function shareOf(all: readonly Counts[]): number | null {
  const total = all.reduce((sum, counts) => sum + jobsOf(counts), 0);
  const left = all.reduce((sum, { pending, leased, sent }) => sum + pending + leased + sent, 0);
  return all.length === 0 ? null : (total - left) / Math.max(1, total);
}

const jobsOf = (counts: Counts): number => Object.values(counts).reduce((sum, jobs) => sum + jobs, 0);

type KeyEvent = Extract<FleetEvent, { kind: 'keyState' }>;

/** Neither comes back by itself. */
function isRefusal(event: FleetEvent): event is KeyEvent {
  return (
    event.kind === 'keyState' &&
    event.from !== event.to &&
    (event.reason?.kind === 'invalid_key' || event.reason?.kind === 'no_credit')
  );
}

function keyWords({ keyLabel, keyTail, endpointName, reason }: KeyEvent): string {
  const key = keyLabel === '' ? `…${keyTail}` : keyLabel;
  const where = endpointName === undefined ? '' : ` at ${endpointName}`;
  return `${key}${where}: ${reason?.kind === 'no_credit' ? 'no credit left' : 'not a valid key'}`;
}
