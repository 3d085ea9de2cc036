/**
 * The engine's Journal over the store: it fetches the rows of a page of jobs together with the page, prices what was
 * delivered, and tells who listens when a job is over.
 */
import { costOfText, costOfUsage } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import type { AttemptEnd, AttemptOutcome, AttemptStart, Journal, PendingJob } from '../../engine/ports';
import { NotKept } from '../../engine/runs/not-kept';
import { NotPending } from '../../engine/runs/not-pending';
import { StoreError } from '../../store/store-error';
import type { ArrivalQueue } from './arrivals';
import { writeEnd } from '../results/write-end';

export interface RunJournalOptions {
  readonly store: Journal;
  /** Resolves when all jobs of the run are planned. */
  planned(runId: number): Promise<unknown>;
  /** Whether the row filter of this session lets the job be sent; asked once its page is fetched. */
  isWanted(job: PendingJob): boolean;
  /** Whether all that comes after this job of the plan is left for later; asked once its page is fetched. */
  isPastEnd(job: PendingJob): boolean;
  /** Jobs that became pending behind what was handed out; waits while more may come; empty: there are no more. */
  stragglers(runId: number, limit: number): Promise<readonly PendingJob[]>;
  /** Of a run that stays open, what comes behind all that was pending when it was started. */
  readonly arrivals: Pick<ArrivalQueue, 'isOpen' | 'hasCaughtUp' | 'next'>;
  onHandedOut(runId: number, jobs: readonly PendingJob[]): void;
  fetchPages(runId: number, jobIds: readonly number[]): Promise<void>;
  catalogueModel(choice: ModelChoice): CatalogueModel | undefined;
  /** Undefined: it is gone. */
  providerOf(endpointId: string): Provider | undefined;
  /** What it cost is known, as far as it will be. */
  onSettled(end: AttemptEnd): void;
  /** The attempts are on disk, and about to be sent. */
  onSent(attempts: readonly AttemptStart[]): void;
  /** What it took the place of is of no more use, where that is known. Never rejects. */
  withoutReplaced?(end: AttemptEnd): Promise<AttemptEnd>;
  /** The attempt is on disk. */
  onEnded(end: AttemptEnd): void;
  /** It is not, and why; answers where a picture of it lies, null: in no file. */
  onUnwritten?(end: AttemptEnd, error: unknown): Promise<string | null>;
}

export function createRunJournal(options: RunJournalOptions): Journal {
  /** What each job under way really asks for: a fallback may ask another model. */
  const asked = new Map<number, ModelChoice>();

  async function pending(runId: number, afterId: number, limit: number): Promise<readonly PendingJob[]> {
    for (let last = afterId; ; ) {
      if (options.arrivals.hasCaughtUp(runId)) {
        return wantedArrivals(runId, last, limit);
      }
      const found = await options.store.pending(runId, last, limit);
      const jobs = found.length > 0 ? found : await afterPlanning(runId, last, limit);
      const lastJob = jobs.at(-1);
      const wanted = await wantedOf(runId, jobs);
      if (wanted.length > 0) {
        return wanted;
      }
      // A page without a wanted job is not the end of the run.
      if (lastJob === undefined && options.arrivals.isOpen(runId)) {
        return wantedArrivals(runId, last, limit);
      }
      if (lastJob === undefined || options.isPastEnd(lastJob)) {
        return wantedStragglers(runId, limit);
      }
      last = lastJob.id;
    }
  }

  const wantedStragglers = (runId: number, limit: number): Promise<readonly PendingJob[]> =>
    firstWanted(runId, () => options.stragglers(runId, limit));

  const wantedArrivals = (runId: number, afterId: number, limit: number): Promise<readonly PendingJob[]> =>
    firstWanted(runId, () => options.arrivals.next(runId, afterId, limit));

  /** A page without a wanted job is not the end. */
  async function firstWanted(
    runId: number,
    nextPage: () => Promise<readonly PendingJob[]>,
  ): Promise<readonly PendingJob[]> {
    for (;;) {
      const jobs = await nextPage();
      const wanted = await wantedOf(runId, jobs);
      if (wanted.length > 0 || jobs.length === 0) {
        return wanted;
      }
    }
  }

  async function wantedOf(runId: number, jobs: readonly PendingJob[]): Promise<readonly PendingJob[]> {
    await options.fetchPages(
      runId,
      jobs.map((job) => job.id),
    );
    const wanted = jobs.filter((job) => options.isWanted(job));
    options.onHandedOut(runId, wanted);
    return wanted;
  }

  /** A run starts while its later jobs are still being planned: only then does "no more" mean it. */
  async function afterPlanning(
    runId: number,
    afterId: number,
    limit: number,
  ): Promise<readonly PendingJob[]> {
    await options.planned(runId);
    return options.store.pending(runId, afterId, limit);
  }

  function priced(end: AttemptEnd): AttemptEnd {
    const choice = asked.get(end.jobId);
    const costUsd = choice === undefined ? null : costOf(end.outcome, options.catalogueModel(choice));
    const { outcome } = end;
    return costUsd === null || outcome.kind === 'lost' || (outcome.costUsd ?? null) !== null
      ? end
      : { ...end, outcome: { ...outcome, costUsd } };
  }

  return {
    pending,
    nextAttemptId: () => options.store.nextAttemptId(),
    async sent(attempts) {
      await options.store.sent(attempts).catch(nameRefusal);
      for (const { jobId, model, endpointId } of attempts) {
        const provider = options.providerOf(endpointId);
        if (provider !== undefined) {
          asked.set(jobId, { provider, model });
        }
      }
      options.onSent(attempts);
    },
    received: (attemptId, file) => options.store.received(attemptId, file),
    async ended(end) {
      const known = priced(end);
      asked.delete(end.jobId);
      options.onSettled(known);
      let written: AttemptEnd;
      try {
        written = await writeEnd(options.store, known);
      } catch (error) {
        const lies = (await options.onUnwritten?.(known, error)) ?? null;
        throw lies !== null && error instanceof NotKept ? error.lyingAt(lies) : error;
      }
      options.onEnded((await options.withoutReplaced?.(written)) ?? written);
    },
  };
}

/** What the store refuses is no fault of the disk's. */
function nameRefusal(error: unknown): never {
  throw error instanceof StoreError && error.code === 'UNEXPECTED_STATE'
    ? new NotPending(error.message, { cause: error })
    : error;
}

/** What the provider's own figures make it; null: they do not say. */
function costOf(outcome: AttemptOutcome, model: CatalogueModel | undefined): number | null {
  switch (outcome.kind) {
    case 'done':
      return costOfUsage(model, outcome.usage, outcome.file) ?? null;
    case 'text':
      return costOfText(model, outcome.usage) ?? null;
    case 'failed':
      return outcome.usage === undefined ? null : (costOfText(model, outcome.usage) ?? null);
    case 'lost':
      return null;
  }
}
