/** What waits for a reader that may be slow: nothing is lost of what must be told, and of what passes the last is kept. */

/** What comes while so much waits is told of by a number. */
const MOST_WAITING = 20_000;

export interface Mailbox<Event> {
  post(event: Event): void;
  /** Replaces what was posted under this name and has not been read. */
  replace(name: string, event: Event): void;
  /** The last event; nothing is taken after it. */
  end(event: Event): void;
  fail(error: unknown): void;
  /** Ends after the last event; throws what `fail` was given. */
  read(): AsyncGenerator<Event, void, void>;
}

/**
 * `skipped`: says how many events were not kept for a reader that did not read; absent: nobody is told. `most`: so many
 * are kept for one.
 */
export function createMailbox<Event>(
  skipped?: (count: number) => Event,
  most: number = MOST_WAITING,
): Mailbox<Event> {
  let missed = 0;
  let waiting: Event[] = [];
  const latest = new Map<string, Event>();
  let last: { readonly event: Event } | null = null;
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;

  return {
    post(event) {
      if (last === null && waiting.length >= most) {
        missed += 1;
      } else if (last === null) {
        waiting.push(event);
        wake();
      }
    },
    replace(name, event) {
      if (last === null) {
        latest.set(name, event);
        wake();
      }
    },
    end(event) {
      last ??= { event };
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async *read() {
      for (;;) {
        const events = [...waiting, ...latest.values()];
        waiting = [];
        latest.clear();
        yield* events;
        if (waiting.length > 0 || latest.size > 0) {
          continue;
        }
        if (missed > 0 && skipped !== undefined) {
          const count = missed;
          missed = 0;
          yield skipped(count);
          continue;
        }
        if (failure !== null) {
          throw failure.error;
        }
        if (last !== null) {
          yield last.event;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
