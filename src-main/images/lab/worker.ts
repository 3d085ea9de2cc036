/** The picture lab's thread or process: decodes strangers' pictures, one order at a time, and may be ended at any time. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { standBack } from '../stand-back';
import type { LabAnswer, LabJob } from './lab-orders';
import { carryOut } from './work';

sharp.concurrency(1);
sharp.cache(false);

/** A utility process of Electron has a port of another kind, whose messages come wrapped. */
interface UtilityPort {
  on(event: 'message', listener: (message: { data: LabJob }) => void): void;
  postMessage(answer: LabAnswer): void;
}

const utilityPort = (process as { parentPort?: UtilityPort }).parentPort;

parentPort?.on('message', (job: LabJob) => {
  void carryOut(job).then((answer) => parentPort?.postMessage(answer));
});

if (utilityPort !== undefined) {
  utilityPort.on('message', ({ data }) => {
    void carryOut(data).then((answer) => utilityPort.postMessage(answer));
  });
  // Not in a thread, which would take all others of its process with it.
  standBack(5);
}
