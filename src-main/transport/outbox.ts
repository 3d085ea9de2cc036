/**
 * Messages to another thread, together for all of one turn of the event loop: posting costs more than what is posted.
 * What the next request waits for does not wait for the turn's end: a thread that reads many answers at once takes
 * milliseconds for one (bench:transport: 2 % more answers with 64 in flight).
 */
import { setImmediate } from 'node:timers';

export interface Outbox<Message> {
  post(message: Message): void;
  /** With all that waits, as soon as what runs now has ended. */
  hurry(message: Message): void;
  /** Sends what waits now. */
  flush(): void;
}

export function createOutbox<Message>(send: (messages: readonly Message[]) => void): Outbox<Message> {
  let waiting: Message[] = [];
  let isHurried = false;

  function flush(): void {
    isHurried = false;
    if (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      send(messages);
    }
  }

  function post(message: Message): void {
    waiting.push(message);
    if (waiting.length === 1) {
      setImmediate(flush);
    }
  }

  return {
    post,
    hurry(message) {
      post(message);
      if (!isHurried) {
        isHurried = true;
        queueMicrotask(flush);
      }
    },
    flush,
  };
}
