/** A long batch as server-sent events: `progress` while it goes on, `result` at its end, or `problem`. */
import type { Clock } from '../engine/ports';

export interface ProgressOptions {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Between two events of progress, ms. */
  readonly everyMs?: number;
  /** Proxies cut connections on which nothing comes, ms. */
  readonly quietMs?: number;
}

/** What is known of the work so far. */
interface Progressing<Progress> {
  latest: Progress | null;
  end: { readonly name: string; readonly data: unknown } | null;
  wake(): void;
}

/** `work` is begun at once: a client that has gone reads no event, and what the work holds must be let go also then. */
export function progressEvents<Progress, Result>(
  work: (tell: (progress: Progress) => void) => Promise<Result>,
  options: ProgressOptions,
): AsyncGenerator<string> {
  const now: Progressing<Progress> = { latest: null, end: null, wake: () => undefined };
  const over = work((progress) => {
    now.latest = progress;
  }).then(
    (result) => {
      now.end = { name: 'result', data: result };
    },
    (error: unknown) => {
      now.end = { name: 'problem', data: { detail: error instanceof Error ? error.message : 'It failed.' } };
    },
  );
  void over.then(() => now.wake());
  return eventsOf(now, options);
}

async function* eventsOf<Progress>(
  now: Progressing<Progress>,
  { clock, everyMs = 200, quietMs = 15_000 }: ProgressOptions,
): AsyncGenerator<string> {
  for (let quiet = 0; ; ) {
    const progress = latestOf(now);
    if (progress !== null) {
      quiet = 0;
      yield event('progress', progress);
    } else if (quiet >= quietMs) {
      quiet = 0;
      yield ': still going on\n\n';
    }
    if (now.end !== null) {
      const last = latestOf(now);
      if (last !== null) {
        yield event('progress', last);
      }
      yield event(now.end.name, now.end.data);
      return;
    }
    quiet += everyMs;
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(everyMs, resolve);
      now.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Told once. */
function latestOf<Progress>(now: Progressing<Progress>): Progress | null {
  const { latest } = now;
  now.latest = null;
  return latest;
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
