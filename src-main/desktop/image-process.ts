/**
 * Decodes and paints images in utility processes: strangers' bytes never meet the process that holds the keys. Nor may
 * sharp be loaded into it on Linux, in a thread neither: it and Electron each bring a GLib, the wrong one complains of
 * each of sharp's objects, and Chromium's way to log that in its main process makes a complaint of another thread
 * meanwhile a fatal one.
 */
import { utilityProcess } from 'electron';
import type { StartDemo } from '../demo/start-demo';
import type { FromDemoWorker } from '../demo/worker';
import type { StartDecoder } from '../images/thumbnail-job';
import type { StartLab } from '../images/lab/lab-orders';
import type { LabAnswer } from '../images/lab/lab-orders';
import type { ThumbnailAnswer } from '../images/thumbnail-job';
import { workerPath } from '../worker-path';

const NAMES = {
  'image-worker': 'Brushfleet images',
  'lab-worker': 'Brushfleet picture lab',
  'demo-worker': 'Brushfleet demo',
};

export const startImageProcess: StartDecoder = () => imageProcess<ThumbnailAnswer>('image-worker');

export const startLabProcess: StartLab = () => imageProcess<LabAnswer>('lab-worker');

export const startDemoProcess: StartDemo = () => imageProcess<FromDemoWorker>('demo-worker');

function imageProcess<Answer>(worker: keyof typeof NAMES) {
  const child = utilityProcess.fork(workerPath(worker), [], {
    serviceName: NAMES[worker],
    stdio: 'ignore',
    // It needs nothing of the environment, which may hold keys.
    env: {},
  });
  return {
    send: (job: unknown) => child.postMessage(job),
    onAnswer: (listener: (answer: Answer) => void) =>
      void child.on('message', (answer: Answer) => listener(answer)),
    onEnd: (listener: () => void) => void child.on('exit', listener),
    end() {
      child.kill();
      return Promise.resolve();
    },
  };
}
