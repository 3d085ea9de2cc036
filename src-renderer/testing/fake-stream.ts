/** Event streams that a test can fill and end. */
import { AsyncIteratorClass } from '@orpc/client';
import type { AppEvent } from '@shared/contract';

export interface FakeStream {
  push(event: AppEvent): void;
  /** Ends the stream as a restart of main would. */
  end(): void;
  readonly iterator: AsyncIteratorClass<AppEvent, unknown, void>;
}

export function createFakeStream(streams: Set<FakeStream>): FakeStream {
  const waiting: AppEvent[] = [];
  let isOver = false;
  let wake = () => {};
  const stream: FakeStream = {
    push(event) {
      waiting.push(structuredClone(event));
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    iterator: new AsyncIteratorClass<AppEvent, unknown, void>(
      async () => {
        while (waiting.length === 0 && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const value = waiting.shift();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
      async () => {
        streams.delete(stream);
      },
    ),
  };
  streams.add(stream);
  return stream;
}
