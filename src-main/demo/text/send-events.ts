/** A text answer as server-sent events, spread over the time it would take. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TextStream {
  readonly events: readonly string[];
  /** On the monotonic clock: when the last event is due; the first comes after a third of the time. */
  readonly due: number;
  readonly signal: AbortSignal;
  /** The connection is reset in the middle. */
  readonly cut: boolean;
}

export async function sendEvents(
  response: ServerResponse,
  { events, due, signal, cut }: TextStream,
): Promise<void> {
  const now = performance.now();
  const first = now + Math.max(0, due - now) / 3;
  const whole = cut ? events.slice(0, Math.ceil(events.length / 2)) : events;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  for (const [at, event] of whole.entries()) {
    const moment = first + ((due - first) * at) / Math.max(1, events.length - 1);
    await sleep(Math.max(0, moment - performance.now()), undefined, { signal });
    if (!response.write(event)) {
      await once(response, 'drain', { signal });
    }
  }
  if (cut) {
    response.socket?.resetAndDestroy();
  } else {
    response.end();
  }
}
