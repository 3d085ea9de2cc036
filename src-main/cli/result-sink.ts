/** Standard output as the place of results: who reads it may go away, and a disk may be full. Neither ends the process. */
import type { Writable } from 'node:stream';
import { EXIT } from './exit-codes';
import type { ResultSink, Sink } from './streams';

export interface StandardOutput extends Required<ResultSink> {
  /** The first error of the stream; null: there was none. */
  fault(): NodeJS.ErrnoException | null;
}

/** How a command ends whose results went there: what nobody can read was not done. A reader that left had enough. */
export async function deliveredCode(code: number, out: StandardOutput, err: Sink): Promise<number> {
  const isDelivered = await out.delivered();
  const why = out.fault()?.code;
  if (isDelivered || why === 'EPIPE' || code !== EXIT.done) {
    return code;
  }
  err.write(
    `brushfleet: Standard output could not be written (${why ?? 'closed'}): what it was to say is lost.\n`,
  );
  return EXIT.someFailed;
}

export function resultSink(stream: Writable): StandardOutput {
  const listeners = new Set<() => void>();
  let isLost = false;
  let fault: Error | null = null;
  stream.on('error', (error) => {
    isLost = true;
    fault ??= error;
    for (const listener of listeners) {
      listeners.delete(listener);
      listener();
    }
  });
  function onLost(listener: () => void): () => void {
    if (isLost) {
      listener();
      return () => undefined;
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    write(text) {
      stream.write(text);
    },
    delivered: () =>
      new Promise((resolve) => {
        // A stream with an error may call back for no later write.
        const undo = onLost(() => resolve(false));
        stream.write('', (error) =>
          // The error of a write is told after its own callback.
          setImmediate(() => {
            undo();
            resolve(!isLost && !error);
          }),
        );
      }),
    onLost,
    fault: () => fault,
  };
}
