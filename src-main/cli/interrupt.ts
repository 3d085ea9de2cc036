/** Ctrl-C: the first lets what is in flight finish and keeps everything, the second ends the process at once. */

/** Calls `listener` at each SIGINT, SIGTERM or SIGHUP; returns its undo. */
export type OnInterrupt = (listener: () => void) => () => void;

export interface Interrupts {
  readonly happened: boolean;
  /** Stops listening. */
  end(): void;
}

export interface InterruptActions {
  first(): void;
  second(): void;
}

export function watchInterrupts(onInterrupt: OnInterrupt, actions: InterruptActions): Interrupts {
  let count = 0;
  const undo = onInterrupt(() => {
    count += 1;
    if (count === 1) {
      actions.first();
    } else {
      actions.second();
    }
  });
  return {
    get happened() {
      return count > 0;
    },
    end: undo,
  };
}
