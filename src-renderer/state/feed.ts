/**
 * Keeps the live store true: subscribe first, then take the snapshot, then apply what came in between; when the stream
 * ends, begin again. Events are folded at a frame, and at most ten times a second.
 */
import type { AppEvent } from '@shared/contract';
import type { Client } from '../api';
import { KEPT_FLEET_EVENTS } from './live-store';
import type { Snapshot } from './live-store';

export interface FeedSink {
  snapshot(snapshot: Snapshot): void;
  events(events: readonly AppEvent[]): void;
  lost(reason: string): void;
}

export interface FeedTiming {
  /** Runs `task` at the next frame that is due. Returns the undo. */
  nextFrame(task: () => void): () => void;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

export interface Feed {
  /**
   * Hands on what waits for its frame. A call's answer is newer than the events that came before it: applied before
   * them, it would be undone by what it has overtaken.
   */
  catchUp(): void;
  stop(): void;
}

export function startFeed(client: Client, sink: FeedSink, timing: FeedTiming = createPageTiming()): Feed {
  const stopped = new AbortController();
  let present: FrameQueue | null = null;
  const newQueue = () => (present = createFrameQueue(sink, timing));
  void keepReading(client, sink, { timing, newQueue, signal: stopped.signal });
  return { catchUp: () => present?.catchUp(), stop: () => stopped.abort() };
}

interface FeedRun {
  readonly timing: FeedTiming;
  /** One a stream: what one that was given up still tells is heard no more. */
  newQueue(): FrameQueue;
  readonly signal: AbortSignal;
}

async function keepReading(client: Client, sink: FeedSink, run: FeedRun): Promise<void> {
  let delayMs = FIRST_RETRY_MS;
  while (!run.signal.aborted) {
    const reason = await readOnce(client, sink, {
      ...run,
      onLive: () => {
        delayMs = FIRST_RETRY_MS;
      },
    });
    if (run.signal.aborted) {
      return;
    }
    sink.lost(reason);
    await run.timing.wait(delayMs, run.signal);
    delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
  }
}

/** Reads until the stream ends; returns why it ended. */
async function readOnce(client: Client, sink: FeedSink, run: FeedRun & { onLive(): void }): Promise<string> {
  const queue = run.newQueue();
  try {
    const stream = await client.system.events(undefined, { signal: run.signal });
    const reading = pump(stream, queue.push);
    // The reading promise is awaited below; a failure before that must not count as unhandled.
    reading.catch(() => undefined);
    sink.snapshot(await takeSnapshot(client));
    queue.open();
    run.onLive();
    await reading;
    return 'Brushfleet closed the connection.';
  } catch (error) {
    return error instanceof Error ? error.message : 'The connection failed.';
  } finally {
    queue.close();
  }
}

async function pump(stream: AsyncIterable<AppEvent>, push: (event: AppEvent) => void): Promise<void> {
  for await (const event of stream) {
    push(event);
  }
}

async function takeSnapshot(client: Client): Promise<Snapshot> {
  const [info, runs, datasets, endpoints, groups, fleetEvents, models, settings] = await Promise.all([
    client.system.info(),
    client.runs.list(),
    client.datasets.list(),
    client.endpoints.list(),
    client.groups.list(),
    client.endpoints.events({ limit: KEPT_FLEET_EVENTS }),
    client.models.list(),
    client.settings.get(),
  ]);
  return { info, runs, datasets, endpoints, groups, fleetEvents, models, settings };
}

interface FrameQueue extends Pick<Feed, 'catchUp'> {
  push(event: AppEvent): void;
  open(): void;
  /** What had arrived is still handed on: it may be the last word on a job. */
  close(): void;
}

/** Holds events back until `open`, then hands them on together at each frame that is due. */
function createFrameQueue(sink: FeedSink, timing: FeedTiming): FrameQueue {
  let waiting: AppEvent[] = [];
  let isOpen = false;
  let cancel: (() => void) | null = null;

  function arm(): void {
    if (isOpen && cancel === null && waiting.length > 0) {
      cancel = timing.nextFrame(flush);
    }
  }
  function flush(): void {
    cancel = null;
    const events = waiting;
    waiting = [];
    sink.events(events);
  }
  function catchUp(): void {
    cancel?.();
    if (isOpen && waiting.length > 0) {
      flush();
    }
  }
  return {
    push(event: AppEvent): void {
      waiting.push(event);
      arm();
    },
    open(): void {
      isOpen = true;
      arm();
    },
    catchUp,
    close(): void {
      catchUp();
      isOpen = false;
    },
  };
}

/** A hidden window gets no frames, so a timer stands in for them. */
const HIDDEN_FRAME_MS = 250;
/** Between two folds: more often than ten times a second nobody can read figures, and drawing them costs. */
const FOLD_EVERY_MS = 100;

function createPageTiming(): FeedTiming {
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    nextFrame(task) {
      let frame = 0;
      let timer: ReturnType<typeof setTimeout>;
      const run = () => {
        clearTimeout(timer);
        cancelAnimationFrame(frame);
        lastAt = performance.now();
        task();
      };
      const atFrame = () => {
        frame = requestAnimationFrame(run);
        timer = setTimeout(run, HIDDEN_FRAME_MS);
      };
      timer = setTimeout(atFrame, Math.max(0, lastAt + FOLD_EVERY_MS - performance.now()));
      return () => {
        cancelAnimationFrame(frame);
        clearTimeout(timer);
      };
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
