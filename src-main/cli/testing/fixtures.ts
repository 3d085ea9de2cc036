/** A run, a finished job and a sink, as tests of the command line need them. */
import { NO_COUNTS, type Counts, type Run } from '@shared/model/run';
import type { JobFacts } from '../engine-port';
import type { Terminal } from '../streams';

export function runWith(counts: Partial<Counts>, more: Partial<Run> = {}): Run {
  return {
    id: 1,
    name: 'data',
    origin: 'dataset',
    datasetId: 1,
    recipe: {
      task: 'edit',
      models: [{ provider: 'google_genai', model: 'm' }],
      instruction: '{{instruction}}',
      imageColumns: [],
      variants: 1,
    },
    options: {
      filterRows: '',
      concurrency: 1,
      workers: 1,
      maxRetries: 0,
      retryDelayMs: 0,
      allowPrivateUrls: false,
    },
    outputDir: '/out',
    createdAt: 0,
    state: { kind: 'running' },
    counts: { ...NO_COUNTS, ...counts },
    failures: {},
    ratePerSecond: 3.25,
    costUsd: 0,
    requests: 0,
    place: 0,
    emptied: 0,
    look: 0,
    ...more,
  };
}

export const JOB: JobFacts = {
  index: 12,
  row: 3,
  variant: 0,
  model: 'm',
  status: 'done',
  outputImage: '000012.png',
  failure: null,
  error: '',
  endpoint: 'proxy1.com',
  attempts: 1,
  seconds: 2.5,
  width: 1024,
  height: 1024,
  costUsd: 0.04,
};

export interface RecordingSink extends Terminal {
  readonly text: string;
}

export function recordingSink(isTTY = false, columns = 80): RecordingSink {
  let text = '';
  return {
    isTTY,
    columns,
    write: (more) => void (text += more),
    get text() {
      return text;
    },
  };
}
