/**
 * While a run is under way the computer does not go to sleep by itself, if its user asked for that: thousands of rows
 * take a night. The screen may go dark, and a lid that is closed still sends it to sleep (sleep.ts).
 */
import type { AppEvent } from '@shared/contract';
import { isUnderWay } from '@shared/model/run';
import type { PowerSaveBlocker } from 'electron';

export interface StayAwakeOptions {
  readonly events: { subscribe(listener: (event: AppEvent) => void): () => void };
  readonly blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  /** As the settings are when it begins. */
  readonly isWished: boolean;
}

export function stayAwake({ events, blocker, ...first }: StayAwakeOptions): void {
  const underWay = new Set<number>();
  let { isWished } = first;
  /** What the system calls the hold on it. */
  let hold: number | null = null;

  function look(): void {
    const isHeld = isWished && underWay.size > 0;
    if (isHeld && hold === null) {
      hold = blocker.start('prevent-app-suspension');
    } else if (!isHeld && hold !== null) {
      blocker.stop(hold);
      hold = null;
    }
  }

  events.subscribe((event) => {
    if (event.kind === 'settings') {
      isWished = event.settings.stayAwake;
    } else if (event.kind === 'runRemoved') {
      underWay.delete(event.runId);
    } else if (event.kind !== 'run') {
      return;
    } else if (isUnderWay(event.run)) {
      underWay.add(event.run.id);
    } else {
      underWay.delete(event.run.id);
    }
    look();
  });
}
