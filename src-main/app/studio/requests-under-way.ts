/** Requests that are cancelled or sent once more. Nodes of one request are jobs of one run. */
import { createTurns } from '@shared/in-turn';
import { Refusal } from '../../refusal';
import type { NodeJob, StoredNode } from '../../store/studio/studio-store';
import type { StudioParts } from './parts';

type Parts = Pick<StudioParts, 'store' | 'runs' | 'log'>;

const UNDER_WAY: ReadonlySet<string> = new Set(['pending', 'leased', 'sent']);
const CAN_GO_AGAIN: ReadonlySet<string> = new Set(['failed', 'unknown', 'cancelled']);
/** More than one request has variants. */
const MOST_JOBS = 100;

export interface RequestsUnderWay {
  /** The other nodes of the same request go on. Resolves when pending ones are cancelled and requests are cut off. */
  cancel(nodeIds: readonly number[]): Promise<void>;
  /**
   * Of nodes nobody sees any more: what has not left is cancelled, what is in flight ends and is kept, and neither is sent
   * again.
   */
  withdraw(nodeIds: readonly number[]): Promise<void>;
  /**
   * Of withdrawn nodes that are seen again: what would have left meanwhile goes out, once. What failed meanwhile or has no
   * known outcome waits for a person, as it would have, and so does a run that stands still.
   */
  goOn(nodeIds: readonly number[]): Promise<void>;
  /**
   * The same request once more, into the same nodes; one that goes again already does so once, however often it is
   * asked for. Throws a Refusal when none of them can go again, or was taken out of its tree.
   */
  retry(nodeIds: readonly number[]): Promise<void>;
}

/** Jobs that go again as soon as what is in flight of their run has ended. */
interface Again {
  readonly jobIds: Set<number>;
  readonly started: Promise<void>;
}

export function createRequestsUnderWay(parts: Parts): RequestsUnderWay {
  const { store, runs, log } = parts;
  /** By run: more may join until they are handed over. */
  const waiting = new Map<number, Again>();
  /** By run: the last that was begun, waiting or not. A run is never started twice at once. */
  const last = new Map<number, Promise<void>>();
  /** Nodes that were taken away while their requests were under way. */
  const withdrawn = new Set<number>();
  /** What is put back while it is still being withdrawn must find that done. */
  const inTurn = createTurns();

  const standsStill = async (runId: number): Promise<boolean> =>
    !last.has(runId) && (await runs.found(runId)).state.kind === 'paused';

  function goAgain(runId: number, jobIds: readonly number[]): Promise<void> {
    const joined = waiting.get(runId);
    if (joined !== undefined) {
      jobIds.forEach((id) => joined.jobIds.add(id));
      return joined.started;
    }
    const before = last.get(runId) ?? Promise.resolve();
    const wanted = new Set(jobIds);
    const started = before
      .catch(() => undefined)
      .then(() => handOver(runId, wanted))
      .finally(() => {
        if (last.get(runId) === started) {
          last.delete(runId);
        }
      });
    waiting.set(runId, { jobIds: wanted, started });
    last.set(runId, started);
    return started;
  }

  async function handOver(runId: number, wanted: ReadonlySet<number>): Promise<void> {
    try {
      // A run that is still going must not be handed jobs behind its cursor: it ends first, then goes on.
      await runs.stop(runId);
    } finally {
      waiting.delete(runId);
    }
    // As they are by now: what is done meanwhile, or was asked for before, must not be paid for a second time, and what
    // was taken out of its tree not at all.
    const shown = await shownOf(store, await store.studioNodesOfJobs([...wanted]));
    const jobIds = (await store.jobsById(shown.flatMap(({ job }) => job?.id ?? [])))
      .filter(({ state }) => CAN_GO_AGAIN.has(state))
      .map(({ id }) => id);
    if (jobIds.length > 0) {
      await store.requeue(runId, { kind: 'jobs', jobIds });
    }
    await leaveOutUnseen(runId);
    const { counts } = await runs.found(runId);
    if (counts.pending > 0) {
      await runs.start(await runs.found(runId));
    }
  }

  /** Taken away since, or while it was under way in a program that ended then. */
  async function leaveOutUnseen(runId: number): Promise<void> {
    const pending = await store.jobs({ runId, state: 'pending', offset: 0, limit: MOST_JOBS });
    const nodes = await store.studioNodesOfJobs(pending.jobs.map(({ id }) => id));
    const shown = new Set(await shownOf(store, nodes));
    const jobIds = nodes.flatMap((node) => (shown.has(node) ? [] : (node.job?.id ?? [])));
    if (jobIds.length > 0) {
      await runs.cancelJobs(runId, jobIds, { inFlight: false });
    }
  }

  async function cancelOf(runId: number, jobs: readonly NodeJob[]): Promise<void> {
    jobs.forEach(({ id }) => waiting.get(runId)?.jobIds.delete(id));
    // All of its jobs at one moment: siblings that went on since the nodes were read are not cut off with them.
    const all = await store.jobs({ runId, offset: 0, limit: MOST_JOBS });
    const underWay = all.jobs.filter(({ state }) => UNDER_WAY.has(state)).map(({ id }) => id);
    const named = underWay.filter((jobId) => jobs.some(({ id }) => id === jobId));
    if (named.length > 0) {
      await (named.length === underWay.length ? runs.cancel(runId, true) : runs.cancelJobs(runId, named));
    }
  }

  async function withdraw(nodeIds: readonly number[]): Promise<void> {
    const nodes = (await store.studioNodesById(nodeIds)).filter(
      ({ job }) =>
        job !== null &&
        (UNDER_WAY.has(job.state) ||
          (job.state === 'cancelled' && waiting.get(job.runId)?.jobIds.has(job.id) === true)),
    );
    for (const [runId, jobs] of byRun(nodes)) {
      const jobIds = jobs.map(({ id }) => id);
      const goesOn = !(await standsStill(runId));
      jobIds.forEach((id) => waiting.get(runId)?.jobIds.delete(id));
      await runs.cancelJobs(runId, jobIds, { inFlight: false });
      if (goesOn) {
        nodes.filter(({ job }) => job?.runId === runId).forEach(({ id }) => withdrawn.add(id));
      }
    }
  }

  /** Answers what resolves when they are on their way, which may take as long as what is in flight of their run. */
  async function goOn(nodeIds: readonly number[]): Promise<readonly Promise<void>[]> {
    const again = nodeIds.filter((id) => withdrawn.delete(id));
    const begun: Promise<void>[] = [];
    for (const [runId, jobs] of byRun(await shownOf(store, await store.studioNodesById(again)))) {
      const jobIds = jobs.filter(({ state }) => state === 'cancelled').map(({ id }) => id);
      if (jobIds.length > 0 && !(await standsStill(runId))) {
        begun.push(goAgain(runId, jobIds));
      }
    }
    return begun;
  }

  return {
    async cancel(nodeIds) {
      for (const [runId, jobs] of byRun(await store.studioNodesById(nodeIds))) {
        await cancelOf(runId, jobs);
      }
    },
    withdraw: (nodeIds) => inTurn(() => withdraw(nodeIds)),
    async goOn(nodeIds) {
      await Promise.all(await inTurn(() => goOn(nodeIds)));
    },
    async retry(nodeIds) {
      let again = 0;
      const nodes = await store.studioNodesById(nodeIds);
      const shown = await shownOf(store, nodes);
      if (nodes.length > 0 && shown.length === 0) {
        throw new Refusal(
          'BAD_INPUT',
          'This picture was taken out of its tree: put it back, and it can be sent again.',
        );
      }
      for (const [runId, jobs] of byRun(shown)) {
        // What still waits in a run that stands still, after a restart say, goes on with it.
        const stands = !runs.isActive(runId);
        const jobIds = jobs
          .filter(({ state }) => CAN_GO_AGAIN.has(state) || (stands && state === 'pending'))
          .map(({ id }) => id);
        if (jobIds.length > 0) {
          again += jobIds.length;
          const started = goAgain(runId, jobIds);
          if (stands) {
            await started;
          } else {
            // Others of this request are still in flight: these follow when they have ended.
            started.catch((error: unknown) => log.error('studio', `run ${runId}: ${String(error)}`));
          }
        }
      }
      if (again === 0) {
        throw new Refusal(
          'BAD_INPUT',
          'Only a request that failed, was cancelled or has no known outcome goes again.',
        );
      }
    },
  };
}

/** What nobody would see is not sent, for it would be paid for: of a tree that was removed, or taken out of its own. */
async function shownOf(
  store: Pick<StudioParts['store'], 'studioTree'>,
  nodes: readonly StoredNode[],
): Promise<readonly StoredNode[]> {
  const treeIds = [...new Set(nodes.map(({ treeId }) => treeId))];
  const trees = await Promise.all(treeIds.map((treeId) => store.studioTree(treeId)));
  const present = new Set(trees.flatMap((tree) => (tree === null || tree.isRemoved ? [] : [tree.id])));
  return nodes.filter(({ treeId, isPruned }) => !isPruned && present.has(treeId));
}

function byRun(nodes: readonly StoredNode[]): ReadonlyMap<number, readonly NodeJob[]> {
  const runs = new Map<number, NodeJob[]>();
  for (const { job } of nodes) {
    if (job !== null) {
      runs.set(job.runId, [...(runs.get(job.runId) ?? []), job]);
    }
  }
  return runs;
}
