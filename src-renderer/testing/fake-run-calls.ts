/** The calls on runs, in memory: planned, checked, started, ordered, cancelled and sent again. */
import type { RunRequest } from '@shared/contract';
import type { ExistingOutput } from '@shared/model/plan';
import { DEMO_MODEL } from '@shared/demo';
import type { Run } from '@shared/model/run';
import type { Client } from '../api';
import { notFound } from './fake-backend';
import type { World } from './fake-backend';
import { fakePreflight } from './fake-preflight';
import { detailOf, failureOf, newRun, recount } from './fake-runs';
import type { FakeRun } from './fake-runs';
import { answersOfRun } from './fake-text';

/** Names of picked output folders that hold something. */
const EXISTING: Readonly<Record<string, ExistingOutput>> = {
  'other-recipe': {
    kind: 'run',
    runId: 1,
    name: 'city-sunset',
    changes: ['the instruction', 'size 1K instead of 2K'],
  },
  'same-recipe': { kind: 'run', runId: 1, name: 'city-sunset', changes: [] },
  'earlier-pictures': { kind: 'pictures', whole: 411, torn: 2 },
};

type Job = FakeRun['jobs'][number];

export function runCalls(world: World): Client['runs'] {
  return { ...planCalls(world), ...queueCalls(world), ...jobCalls(world) };
}

type PlanCalls = Pick<Client['runs'], 'plan' | 'preflight' | 'start' | 'list' | 'sessions' | 'get'>;

function planCalls(world: World): PlanCalls {
  const rowsOf = (request: RunRequest) => world.datasets.get(request.datasetId)?.rows ?? 0;
  return {
    plan: async (request) => {
      const rows = rowsOf(request);
      const jobs = rows * request.recipe.models.length * request.recipe.variants;
      const isFree = request.recipe.models.every((choice) => choice.model === DEMO_MODEL.model);
      const clear = world.endpoints.some((view) => view.endpoint.baseUrl.startsWith('http:'));
      const existing = EXISTING[world.grants.get(request.outputGrant ?? '') ?? ''];
      return {
        rows,
        jobs,
        costUsd: isFree ? { low: 0, high: 0 } : { low: jobs * 0.0336, high: jobs * 0.0504 },
        seconds: { low: jobs * 0.6, high: jobs * 1.2 },
        ...(existing === undefined ? {} : { existing }),
        warnings: clear ? ['Relay Frankfurt is reached over plain http: keys travel unencrypted.'] : [],
        blockers: [],
      };
    },
    preflight: async (request) => fakePreflight(rowsOf(request)),
    start: async (request) => {
      const id = Math.max(0, ...world.runs.keys()) + 1;
      const dataset = world.datasets.get(request.datasetId);
      const fake = newRun(id, { ...request, name: request.name ?? dataset?.name ?? 'run' }, rowsOf(request));
      world.runs.set(id, fake);
      world.started.push(request);
      return fake.run;
    },
    list: async () => [...world.runs.values()].map((fake) => fake.run),
    sessions: async () => [],
    get: async ({ runId }) => world.runs.get(runId)?.run ?? notFound(),
  };
}

type QueueCalls = Pick<
  Client['runs'],
  'resume' | 'stop' | 'cancel' | 'rename' | 'setPriority' | 'move' | 'setOptions' | 'rerun' | 'rerunJob'
>;

function queueCalls(world: World): QueueCalls {
  const found = (runId: number) => world.runs.get(runId) ?? notFound();
  const put = (fake: FakeRun, part: Partial<Run>) => (fake.run = { ...fake.run, ...part });
  const again = (runId: number, which: (job: Job) => boolean) => {
    const fake = found(runId);
    put(fake, { state: { kind: 'running' } });
    for (const job of fake.jobs.filter(which)) {
      const { failureKind: _, resultId: __, ...rest } = job;
      fake.jobs[job.position] = { ...rest, state: 'pending' };
    }
    recount(fake);
    return fake.run;
  };
  return {
    resume: async ({ runId, resendUnknown }) => {
      const { canary: _, ...options } = found(runId).run.options;
      put(found(runId), { options });
      return again(runId, (job) => resendUnknown === true && job.state === 'unknown');
    },
    stop: async ({ runId }) => put(found(runId), { state: { kind: 'paused', reason: 'Stopped by you.' } }),
    cancel: async ({ runId, which }) => {
      const fake = found(runId);
      for (const job of fake.jobs) {
        if (job.state === 'pending') {
          fake.jobs[job.position] = { ...job, state: 'cancelled' };
        } else if (which === 'all' && job.state === 'sent') {
          fake.jobs[job.position] = { ...job, state: 'unknown' };
        }
      }
      recount(fake);
      return fake.run;
    },
    rename: async ({ runId, name }) => put(found(runId), { name }),
    setPriority: async ({ runId, priority }) => {
      const fake = found(runId);
      return put(fake, { options: { ...fake.run.options, priority } });
    },
    move: async ({ runId, place }) => {
      const moved = found(runId);
      const peers = [...world.runs.values()]
        .filter(({ run }) => run.state.kind !== 'finished' && run.id !== runId)
        .filter(({ run }) => (run.options.priority ?? 'normal') === (moved.run.options.priority ?? 'normal'))
        .sort((a, b) => a.run.place - b.run.place)
        .toSpliced(place, 0, moved);
      return peers.map((fake, at) => put(fake, { place: at + 1 }));
    },
    setOptions: async ({ runId, options }) => {
      const fake = found(runId);
      return put(fake, { options: { ...fake.run.options, ...options } as Run['options'] });
    },
    rerun: async ({ runId, which, changes }) => {
      const isChosen = (job: Job) => {
        switch (which.kind) {
          case 'failed':
            return (
              job.state === 'failed' &&
              (which.failureKind === undefined || job.failureKind === which.failureKind)
            );
          case 'unknown':
          case 'cancelled':
            return job.state === which.kind;
          case 'jobs':
            return which.jobIds.includes(job.id);
        }
      };
      const { endpointIds: _, ...recipe } = changes ?? {};
      if (Object.keys(recipe).length === 0) {
        return again(runId, isChosen);
      }
      const { run, jobs } = found(runId);
      const id = Math.max(...world.runs.keys()) + 1;
      const request = { ...run, name: `${run.name} again`, recipe: { ...run.recipe, ...recipe } };
      const fake = newRun(id, request as RunRequest, jobs.filter(isChosen).length);
      world.runs.set(id, fake);
      return fake.run;
    },
    rerunJob: async ({ jobId }) => again(Math.floor(jobId / 1_000_000), (job) => job.id === jobId),
  };
}

type JobCalls = Pick<Client['runs'], 'jobs' | 'job' | 'failures' | 'unplaced' | 'showFolder' | 'export'>;

function jobCalls(world: World): JobCalls {
  const found = (runId: number) => world.runs.get(runId) ?? notFound();
  return {
    jobs: async ({ runId, offset, limit, state, failureKind }) => {
      const jobs = found(runId).jobs.filter(
        (job) =>
          (state === undefined || job.state === state) &&
          (failureKind === undefined || (job.state === 'failed' && job.failureKind === failureKind)),
      );
      return { total: jobs.length, jobs: jobs.slice(offset, offset + limit) };
    },
    job: async ({ jobId }) => {
      const fake = found(Math.floor(jobId / 1_000_000));
      const detail = detailOf(fake.jobs.find((job) => job.id === jobId) ?? notFound());
      if (fake.run.recipe.task !== 'text') {
        return detail;
      }
      const { output: _, heatMap: __, ...rest } = detail;
      const answer = answersOfRun(world, fake.run.id).find((row) => row.jobId === jobId)?.answer;
      return { ...rest, ...(answer === undefined ? {} : { answer }) };
    },
    failures: async ({ runId }) =>
      Object.entries(found(runId).run.failures).map(([kind, count]) => {
        const examples = found(runId).jobs.filter((job) => job.failureKind === kind);
        const example = examples[0] ?? notFound();
        return {
          kind: example.failureKind ?? 'blocked',
          message: failureOf(example.row)?.[1] ?? '',
          count,
          examples: examples.slice(0, 5),
        };
      }),
    unplaced: async () => ({ total: 0, paths: [] }),
    showFolder: async () => undefined,
    export: async ({ format }) =>
      format === 'failures' ? 'failures.csv' : `results.${format === 'jsonl' ? 'jsonl' : 'csv'}`,
  };
}
