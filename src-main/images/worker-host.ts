/** Where strangers' pictures are worked on: a thread, or, in the window's program, a process of its own. Either may crash, hang or grow. */
import { Worker } from 'node:worker_threads';

export interface WorkerHost<Job, Answer> {
  send(job: Job): void;
  onAnswer(listener: (answer: Answer) => void): void;
  /** It ended, whether asked to or not. */
  onEnd(listener: () => void): void;
  end(): Promise<void>;
}

export function threadHost<Job, Answer>(workerFile: string | URL): () => WorkerHost<Job, Answer> {
  return () => {
    const worker = new Worker(workerFile);
    // Idle it must not keep a command line alive.
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
