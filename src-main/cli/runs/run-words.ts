/** A run in words, for a person and for programs. Pure. */
import type { JobState, Run, RunState } from '@shared/model/run';
import { durationText, tally } from '../progress';

type Json = Readonly<Record<string, unknown>>;

/** `running`, `paused: Every key is out for the day.` */
export function stateSentence(state: RunState): string {
  switch (state.kind) {
    case 'waiting':
    case 'paused':
      return `${state.kind}: ${state.reason}`;
    case 'draining':
      return 'draining: requests in flight finish and are kept';
    case 'planned':
    case 'running':
    case 'finished':
      return state.kind;
  }
}

/** In the order of a job's life. */
const STATES: readonly JobState[] = ['pending', 'leased', 'sent', 'done', 'failed', 'unknown', 'cancelled'];

/** Those that have any. */
export function countRows({ counts }: Pick<Run, 'counts'>): readonly (readonly [string, number])[] {
  return STATES.filter((state) => counts[state] > 0).map((state) => [state, counts[state]] as const);
}

/** `4.68`, `0.0040`: small sums keep their digits. */
export function dollars(costUsd: number): string {
  return costUsd > 0 && costUsd < 0.1 ? costUsd.toFixed(4) : costUsd.toFixed(2);
}

/** `3.2/s, 1:36 left`; blank while nothing comes. */
export function paceText({ ratePerSecond, etaSeconds }: Pick<Run, 'ratePerSecond' | 'etaSeconds'>): string {
  const rate = ratePerSecond > 0 ? `${ratePerSecond.toFixed(1)}/s` : '';
  return etaSeconds === undefined ? rate : `${rate}, ${durationText(etaSeconds)} left`;
}

/** With the names of results.csv and of the flags. */
export function runJson(run: Run): Json {
  const { counts, options, state } = run;
  return {
    id: run.id,
    name: run.name,
    state: state.kind,
    reason: 'reason' in state ? state.reason : null,
    failure: state.kind === 'paused' ? (state.failure ?? null) : null,
    until: state.kind === 'waiting' ? new Date(state.until).toISOString() : null,
    task: run.recipe.task,
    models: run.recipe.models,
    priority: options.priority ?? 'normal',
    total: tally(run).total,
    ...counts,
    failures: run.failures,
    requests: run.requests,
    cost_usd: run.costUsd,
    max_cost: options.caps?.costUsd ?? null,
    max_requests: options.caps?.requests ?? null,
    canary: options.canary ?? null,
    rate_per_second: run.ratePerSecond,
    eta_seconds: run.etaSeconds ?? null,
    place: run.place,
    output_dir: run.outputDir,
    created_at: new Date(run.createdAt).toISOString(),
  };
}
