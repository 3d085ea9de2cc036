/** Messages to another thread, together for all of one turn of the event loop: posting costs more than what is posted. */
import { setImmediate } from 'node:timers';

export interface Outbox<Message> {
  post(message: Message): void;
}

export function createOutbox<Message>(send: (messages: readonly Message[]) => void): Outbox<Message> {
  let waiting: Message[] = [];
  return {
    post(message) {
      waiting.push(message);
      if (waiting.length === 1) {
        setImmediate(() => {
          const messages = waiting;
          waiting = [];
          send(messages);
        });
      }
    },
  };
}
