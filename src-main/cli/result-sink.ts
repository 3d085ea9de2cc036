/** Standard output as the place of results: who reads it may go away, and a disk may be full. Neither ends the process. */
import type { Writable } from 'node:stream';
import type { ResultSink } from './streams';

export function resultSink(stream: Writable): ResultSink {
  const listeners = new Set<() => void>();
  let isLost = false;
  stream.on('error', () => {
    isLost = true;
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
  };
}
