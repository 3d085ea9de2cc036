/** The jobs of a run, or those in one state, page by page in their order. */
import type { JobState } from '@shared/model/run';
import type { Store, StoredJob } from '../../store/store';

/** Jobs enter and leave a state while their run goes on: each page goes on behind the last, so that none comes twice. */
export async function* jobPages(
  store: Pick<Store, 'jobsAfter'>,
  of: { readonly runId: number; readonly state?: JobState },
  limit: number,
): AsyncGenerator<readonly StoredJob[]> {
  for (let afterPosition = -1; ; ) {
    const jobs = await store.jobsAfter({ ...of, afterPosition, limit });
    const last = jobs.at(-1);
    if (last === undefined) {
      return;
    }
    afterPosition = last.position;
    yield jobs;
  }
}
