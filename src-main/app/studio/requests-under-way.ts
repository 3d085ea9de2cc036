/** Requests that are cancelled or sent once more. Nodes of one request are jobs of one run. */
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
    const { counts } = await runs.found(runId);
    if (counts.pending > 0) {
      await runs.start(await runs.found(runId));
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

  return {
    async cancel(nodeIds) {
      for (const [runId, jobs] of byRun(await store.studioNodesById(nodeIds))) {
        await cancelOf(runId, jobs);
      }
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
