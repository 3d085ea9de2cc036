/**
 * One open session. What is submitted in one turn is written in one commit, and what comes while it is being written
 * goes with the next; its run is started with the first request, and again after a pause.
 */
import type { RunState } from '@shared/model/run';
import { type Ask, REQUEST_FIELD } from '@shared/model/text';
import type { AttemptEnd, PendingJob } from '../../engine/ports';
import { Refusal } from '../../refusal';
import { requestStem, type RequestPlace } from '../../store/studio/session-store';
import type { StoredRun } from '../../store/store';
import { TOKEN_FIELD } from './asked-jobs';
import { answerOf, LOST, pauseFailure, STOPPED } from './answer-of';
import type { OpenSessionParts } from './open-session-parts';
import { createPasses } from './passes';
import { createReservedPlaces } from './reserved-places';
import type { Session, SessionAnswer, SessionOptions, SubmitOptions } from './session';
import { createServedModels } from './served-models';
import { inFlightOf } from './session-run';
import { createSubmissions, type Submitted } from './submissions';
import type { Waiting } from './waiting-list';

export interface OpenSession extends Session {
  /** How an attempt ended is about to be on disk. */
  onKnown(end: AttemptEnd): void;
  /** It is. */
  onEnded(end: AttemptEnd): void;
  onOver(state: RunState): void;
  /** Starts what earlier sessions left. */
  goOn(): Promise<void>;
}

/** With more waiting, what they ask for is read from the library when their turn comes. */
const MOST_NOTED = 1000;

type Paused = Extract<RunState, { kind: 'paused' }>;

export function createOpenSession(
  parts: OpenSessionParts,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
  options: SessionOptions,
): OpenSession {
  const { store, runs, arrivals, waiting } = parts;
  const runId = run.id;
  let { caps } = options;
  const submissions = createSubmissions(write, barred);
  const places = createReservedPlaces(store, parts.onError);
  const endpoints = createServedModels(parts.endpointsFor);
  const bound = createPasses((jobId) => waiting.get(jobId)?.pass);
  let starting: Promise<void> | null = null;
  let closing: Promise<void> | null = null;
  let isKept = false;
  let isStopped = false;
  /** Kept in the end, after it was asked to be carried out. */
  let isLeft = false;
  let stopDraining = (): void => undefined;
  const aborted = new Set<number>();

  function submitAll(
    asks: readonly Ask[],
    given: readonly SubmitOptions[] = [],
  ): readonly Promise<SessionAnswer>[] {
    const answers = asks.map((ask, at) => {
      const answer =
        closing === null
          ? new Promise<SessionAnswer>((settle, fail) =>
              submissions.add({ ask, options: given[at] ?? {}, settle, fail }),
            )
          : Promise.reject<SessionAnswer>(closed());
      // Who waits for them one by one has not come to all of them when they fail together.
      answer.catch(() => undefined);
      return answer;
    });
    return answers;
  }

  const closed = (): Refusal => new Refusal('BAD_INPUT', `The session "${options.name}" is closed.`);

  /** A request that would pause the session for everyone is refused. */
  function barred({ model }: Ask): string | null {
    const { payer, endpointIds, borrower } = options;
    return parts.unpriced(model, { runId, caps, payer, endpointIds, borrower });
  }

  async function write(group: readonly Submitted[]): Promise<void> {
    const requests = group.map(({ ask, options: { token } }) => ({
      model: ask.model,
      fields: {
        [REQUEST_FIELD]: JSON.stringify(ask),
        ...(token === undefined ? {} : { [TOKEN_FIELD]: token }),
      },
    }));
    const first = runs.isActive(runId) ? places.take(group.length) : null;
    const adding = store.addRequests(runId, requests, first ?? undefined);
    if (first !== null) {
      await enterAhead(group, first, adding);
      return;
    }
    const added = await adding;
    places.learn((added.at(-1)?.row ?? -1) + 1);
    const jobs = noted(group, added);
    tellJobs(group, jobs);
    if (runs.isActive(runId)) {
      arrivals.came(runId, jobs);
    } else {
      await goOn();
    }
  }

  /** What can be sent at once is journalled with the commit that adds it: who writes that hears of both. */
  async function enterAhead(
    group: readonly Submitted[],
    first: RequestPlace,
    adding: Promise<unknown>,
  ): Promise<void> {
    const jobs = noted(
      group,
      group.map((_one, at) => ({ jobId: first.jobId + at, row: first.row + at })),
    );
    arrivals.came(runId, jobs);
    try {
      await adding;
      tellJobs(group, jobs);
    } catch (error) {
      // None of them was sent: the journal knows no attempt of a job that is not in the library.
      places.lose();
      const jobIds = jobs.map(({ id }) => id);
      await runs.cancelJobs(runId, jobIds, { inFlight: false }).catch(parts.onError);
      for (const jobId of jobIds) {
        parts.orders.forget(jobId);
        waiting.fail(jobId, error);
      }
    }
  }

  /**
   * Only once they are on disk: of a process that dies before, the next one gives the same numbers to others, and who
   * had heard of them would be told the answers of those.
   */
  function tellJobs(group: readonly Submitted[], jobs: readonly PendingJob[]): void {
    jobs.forEach(({ id }, at) => safely(() => group[at]?.options.onJob?.(id)));
  }

  /** From here on somebody waits for them. */
  function noted(group: readonly Submitted[], placed: readonly RequestPlace[]): readonly PendingJob[] {
    const jobs = group.flatMap((one, at) => {
      const place = placed[at];
      if (place === undefined) {
        return [];
      }
      const { ask } = one;
      if (waiting.count(runId) < MOST_NOTED) {
        parts.orders.note({ runId, jobId: place.jobId, row: place.row, stem: requestStem(place.row), ask });
      }
      wait(one, place.jobId);
      return [{ id: place.jobId, runId, model: ask.model, retriesUsed: 0 }];
    });
    if (endpoints.haveChanged(group.map(({ ask }) => ask.model))) {
      runs.refreshOrder(runId);
    }
    return jobs;
  }

  function wait({ ask, options: given, settle, fail }: Submitted, jobId: number): void {
    const { signal, onDelta, onAgain, pass } = given;
    const onAbort = (): void => void cancelSoon(jobId);
    const end = (): void => signal?.removeEventListener('abort', onAbort);
    waiting.add({
      runId,
      jobId,
      model: ask.model.model,
      borrower: options.borrower,
      pass,
      hooks: {
        ...(onDelta && { onDelta: (text) => safely(() => onDelta(text)) }),
        ...(onAgain && { onAgain: (why) => safely(() => onAgain(why)) }),
      },
      isSent: false,
      settle(answer) {
        end();
        settle(answer);
      },
      fail(error) {
        end();
        fail(error);
      },
    });
    if (pass !== undefined) {
      bound.came(pass);
    }
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) {
      onAbort();
    }
  }

  /** A listener that throws must not cost a job. */
  function safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      parts.onError(error);
    }
  }

  /** What is pending in the library is sent from now on. */
  function goOn(): Promise<void> {
    starting ??= start().finally(() => {
      starting = null;
    });
    return starting;
  }

  async function start(): Promise<void> {
    const { borrower, endpointIds = [], roots } = options;
    arrivals.open(runId);
    isStopped = false;
    try {
      await runs.start(await runs.found(runId), {
        isSession: true,
        bound,
        roots: roots === 'all' ? 'all' : [run.outputDir, ...(roots ?? [])],
        ...(borrower === undefined ? {} : { borrower: { name: borrower, endpointIds } }),
        onStop() {
          isStopped = true;
        },
        onGivenUp: (jobIds, why) => void giveUp(jobIds, why),
      });
    } catch (error) {
      const left = waiting.of(runId).map(({ jobId }) => jobId);
      await store.cancelPendingJobs(runId, left).catch(parts.onError);
      const failure = { kind: 'storage', message: messageOf(error), bodySent: false } as const;
      for (const jobId of left) {
        // Nobody will ask for it again.
        parts.orders.forget(jobId);
        waiting.settle(jobId, { kind: 'failed', jobId, failure });
      }
    }
  }

  /** All that were aborted in one turn at once. */
  async function cancelSoon(jobId: number): Promise<void> {
    aborted.add(jobId);
    if (aborted.size > 1) {
      return;
    }
    await Promise.resolve();
    const jobIds = [...aborted];
    aborted.clear();
    await cancel(jobIds).catch(parts.onError);
  }

  /** What is under way is finished and kept, and its answer told then. */
  async function cancel(jobIds: readonly number[]): Promise<void> {
    // A run that is about to start would not hear of it, and send what the library has cancelled.
    await starting?.catch(() => undefined);
    await runs.cancelJobs(runId, jobIds, { inFlight: false });
    for (const { id: jobId, state } of await store.jobsById(jobIds)) {
      if (state === 'cancelled') {
        parts.orders.forget(jobId);
        // Of one that was sent its end is about to be told, which says more.
        if (waiting.get(jobId)?.isSent !== true) {
          waiting.settle(jobId, { kind: 'cancelled', jobId });
        }
      }
    }
  }

  /** Nothing can serve these: who waits for them hears why, and they are not sent when something can. */
  async function giveUp(jobIds: readonly number[], why: Paused): Promise<void> {
    const failure = isStopped ? STOPPED : pauseFailure(why, parts.wallNow());
    try {
      await store.cancelPendingJobs(runId, jobIds);
    } catch (error) {
      parts.onError(error);
    }
    for (const jobId of jobIds) {
      parts.orders.forget(jobId);
      // That does not hold for a job that was sent and whose end could not be written.
      const isSent = waiting.get(jobId)?.isSent === true;
      waiting.settle(jobId, { kind: 'failed', jobId, failure: isSent ? LOST : failure });
    }
  }

  async function endOf(state: RunState): Promise<void> {
    const left = waiting.of(runId).map(({ jobId }) => jobId);
    if (left.length === 0 || isKept) {
      return;
    }
    if (state.kind === 'paused') {
      return giveUp(left, state);
    }
    // It was cancelled from elsewhere, or it ended in the moment in which more came.
    const states = new Map((await store.jobsById(left)).map((job) => [job.id, job.state] as const));
    const isPending = (jobId: number): boolean => states.get(jobId) === 'pending';
    for (const jobId of left.filter((id) => !isPending(id))) {
      const isCancelled = states.get(jobId) === 'cancelled';
      waiting.settle(
        jobId,
        isCancelled ? { kind: 'cancelled', jobId } : { kind: 'failed', jobId, failure: LOST },
      );
    }
    if (left.some(isPending)) {
      await goOn();
    }
  }

  async function closeAs(how: 'drain' | 'keep' | 'drop'): Promise<void> {
    await submissions.written();
    await starting;
    if (how === 'drop') {
      // Also what is in flight: it is finished, and not sent again.
      await cancel(waitingOf().map(({ jobId }) => jobId));
    }
    if (!runs.isActive(runId)) {
      return;
    }
    if (how === 'keep' || isLeft) {
      isKept = true;
      await runs.stop(runId);
    } else {
      arrivals.close(runId);
      // The library may be closed meanwhile.
      stopDraining = () => {
        isKept = true;
        void runs.stop(runId).catch(parts.onError);
      };
      await runs.over(runId);
    }
  }

  function tell(end: AttemptEnd): void {
    const one = waiting.get(end.jobId);
    const answer = one && answerOf(end, { outputDir: run.outputDir, model: one.model });
    if (answer) {
      waiting.settle(end.jobId, answer);
    }
  }

  const waitingOf = (): readonly Waiting[] => waiting.of(runId);

  return {
    runId,
    submitAll,
    async submit(ask, given = {}) {
      const [answer] = submitAll([ask], [given]);
      return answer ?? Promise.reject(closed());
    },
    standing() {
      const inFlight = waitingOf().filter(({ isSent }) => isSent).length;
      return { inFlight, waiting: waiting.count(runId) - inFlight + submissions.count };
    },
    change({ concurrency, caps: wanted }) {
      caps = wanted ?? caps;
      const changes = {
        ...(concurrency === undefined ? {} : { concurrency: inFlightOf(concurrency) }),
        ...(wanted === undefined ? {} : { caps: wanted }),
      };
      runs.setOptions(runId, changes).catch(parts.onError);
    },
    close(how) {
      if (how === 'keep' && closing !== null) {
        isLeft = true;
        stopDraining();
      }
      closing ??= closeAs(how);
      return closing;
    },
    goOn,
    onKnown(end) {
      if (options.tells === 'known') {
        tell(end);
      }
    },
    onEnded: tell,
    onOver: (state) => void endOf(state).catch(parts.onError),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
