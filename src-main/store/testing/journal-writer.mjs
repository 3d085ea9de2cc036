/**
 * A process that journals until it is killed: it runs the built store thread and prints a line for each promise the
 * store has kept, only after it was kept. Arguments: store-worker.js, library folder, driver, run id.
 */
import { Worker } from 'node:worker_threads';

const [workerFile, libraryDir, driver, run] = process.argv.slice(2);
const runId = Number(run);
const worker = new Worker(workerFile, { workerData: { libraryDir, driver } });
const callers = new Map();
let lastId = 0;

worker.on('message', (message) => {
  switch (message.kind) {
    case 'ready':
      void work(message.nextAttemptId);
      break;
    case 'done':
      callers.get(message.id)?.(message.value);
      break;
    default:
      process.stderr.write(`${JSON.stringify(message)}\n`);
      process.exit(1);
  }
});

function call(method, ...args) {
  lastId += 1;
  worker.postMessage({ id: lastId, method, args });
  return new Promise((resolve) => callers.set(lastId, resolve));
}

async function work(firstAttemptId) {
  let attemptId = firstAttemptId;
  for (;;) {
    const jobs = await call('pending', runId, 0, 4);
    const starts = jobs.map((job) => ({
      attemptId: attemptId++,
      jobId: job.id,
      runId,
      endpointId: 'e',
      keyId: null,
      model: 'm',
      priceUsd: 0.02,
      sentAt: 1,
    }));
    await call('sent', starts);
    for (const { jobId } of starts) {
      process.stdout.write(`sent ${jobId}\n`);
    }
    await Promise.all(starts.map(finish));
  }
}

async function finish(start) {
  const file = {
    fileName: `${start.jobId}.png`,
    sha256: `hash of ${start.jobId}`,
    mimeType: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: 1,
  };
  await call('received', start.attemptId, file);
  const outcome = { kind: 'done', file, usage: {}, costUsd: 0.01 };
  const { attemptId, jobId } = start;
  const next = { kind: 'done' };
  await call('ended', { attemptId, jobId, runId, endedAt: 2, bodySentAt: 2, tookMs: 1, outcome, next });
  process.stdout.write(`done ${jobId}\n`);
}
