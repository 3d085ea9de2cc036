/** Messages to another thread, together for all of one turn of the event loop: posting costs more than what is posted. */
import { setImmediate } from 'node:timers';

export interface Outbox<Message> {
  post(message: Message): void;
  /** Sends what waits now. */
  flush(): void;
}

export function createOutbox<Message>(send: (messages: readonly Message[]) => void): Outbox<Message> {
  let waiting: Message[] = [];

  function flush(): void {
    if (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      send(messages);
    }
  }

  return {
    post(message) {
      waiting.push(message);
      if (waiting.length === 1) {
        setImmediate(flush);
      }
    },
    flush,
  };
}
