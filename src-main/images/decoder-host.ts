/** Where a decoder runs: a thread, or, in the window's program, a process of its own that may crash, hang or grow. */
import { Worker } from 'node:worker_threads';
import type { ThumbnailAnswer, ThumbnailJob } from './thumbnail-job';

export interface DecoderHost {
  send(job: ThumbnailJob): void;
  onAnswer(listener: (answer: ThumbnailAnswer) => void): void;
  /** It ended, whether asked to or not. */
  onEnd(listener: () => void): void;
  end(): Promise<void>;
}

export type StartDecoder = () => DecoderHost;

export function threadDecoder(workerFile: string | URL): StartDecoder {
  return () => {
    const worker = new Worker(workerFile);
    /* An idle decoder must not keep a command line alive. */
    worker.unref();
    return {
      send: (job) => worker.postMessage(job),
      onAnswer: (listener) => void worker.on('message', listener),
      onEnd: (listener) => void worker.on('error', listener).on('exit', listener),
      async end() {
        await worker.terminate();
      },
    };
  };
}
