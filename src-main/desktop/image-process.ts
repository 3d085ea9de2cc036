/** Decodes images in a utility process: strangers' bytes never meet the process that holds the keys. */
import { utilityProcess } from 'electron';
import type { StartDecoder } from '../images/decoder-host';
import type { ThumbnailAnswer } from '../images/thumbnail-job';
import { workerPath } from '../worker-path';

export const startImageProcess: StartDecoder = () => {
  const child = utilityProcess.fork(workerPath('image-worker'), [], {
    serviceName: 'Brushfleet images',
    stdio: 'ignore',
    // It needs nothing of the environment, which may hold keys.
    env: {},
  });
  return {
    send: (job) => child.postMessage(job),
    onAnswer: (listener) => void child.on('message', (answer: ThumbnailAnswer) => listener(answer)),
    onEnd: (listener) => void child.on('exit', listener),
    end() {
      child.kill();
      return Promise.resolve();
    },
  };
};
