/** Jobs that are to go again, a page at a time along their ids. */
import type { Requeue, Store, StoredJob } from '../../store/store';

export async function* requeuePages(
  store: Pick<Store, 'jobIds' | 'jobsById'>,
  { runId, which }: { readonly runId: number; readonly which: Requeue },
  limit: number,
): AsyncGenerator<readonly StoredJob[]> {
  if (which.kind === 'jobs') {
    // The store would read the whole list again for each page of it.
    const named = [...new Set(which.jobIds)].sort((one, other) => one - other);
    for (let at = 0; at < named.length; at += limit) {
      const jobs = await store.jobsById(named.slice(at, at + limit));
      // One without a place is of a row that is gone.
      yield jobs.filter((job) => job.runId === runId && job.position >= 0);
    }
    return;
  }
  for (let after = 0; ; ) {
    const jobIds = await store.jobIds(runId, which, after, limit);
    const last = jobIds.at(-1);
    if (last === undefined) {
      return;
    }
    yield await store.jobsById(jobIds);
    after = last;
  }
}
