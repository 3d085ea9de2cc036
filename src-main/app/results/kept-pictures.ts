/** Pictures that were kept under names of their own, as a person is told of them: once for a run, the first few by name. */
import type { AttemptEnd } from '../../engine/ports';
import type { Log } from '../../log';
import type { StartExtras } from '../runs/run-start';

/** In a sentence. */
export const MOST_NAMED = 4;

/** `kept`: the first few, at most MOST_NAMED. */
export function keptNames(kept: readonly string[]): string {
  return kept.length < MOST_NAMED ? kept.join(', ') : `${kept[0]} and so on`;
}

/** At once, for what is told at the stand is lost with the process, and a run that stands still has none. */
export function noteKept(
  log: Pick<Log, 'warning' | 'flush'>,
  { runId, outcome }: Pick<AttemptEnd, 'runId' | 'outcome'>,
): void {
  if (outcome.kind === 'done' && outcome.keptAs !== undefined) {
    log.warning('results', `run ${runId}: ${keptNote(1, [outcome.keptAs])}`);
    log.flush();
  }
}

export interface KeptPictures {
  ended(end: Pick<AttemptEnd, 'outcome'>): void;
  /** Of all there are, when the run stands still. */
  tell(): void;
}

/** Those that lay where results of a run were about to be, for who started it: the log has each already (noteKept). */
export function keptPicturesOf(extras: Pick<StartExtras, 'onNote'>): KeptPictures {
  const names: string[] = [];
  let count = 0;
  return {
    ended({ outcome }) {
      if (outcome.kind === 'done' && outcome.keptAs !== undefined) {
        count += 1;
        names.push(...(names.length < MOST_NAMED ? [outcome.keptAs] : []));
      }
    },
    tell() {
      if (count > 0) {
        // They were kept in the order their answers were written, which is nobody's.
        extras.onNote?.(keptNote(count, names.toSorted()));
      }
    },
  };
}

function keptNote(count: number, names: readonly string[]): string {
  return count === 1
    ? `One picture that lay where a result was to be is kept, as ${keptNames(names)}.`
    : `${count} pictures that lay where results were to be are kept, as ${keptNames(names)}.`;
}
