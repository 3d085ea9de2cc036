/** Verdicts of reviewers. */
import type { App } from '../app';
import { exportFolder } from '../app/image-folder';
import { freshFolderIn } from '../app/run-request';
import { Refusal } from '../refusal';
import { StoreError } from '../store/store-error';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function reviewCalls(os: Calls, app: App, shell: Shell) {
  return {
    exportFolder: os.review.exportFolder.handler(async function* ({ input, signal }) {
      const run = await app.runs.found(input.runId);
      const dataset = await app.importer.whole(run.datasetId);
      const folder = await freshFolderIn(shell.granted(input.grant), `${run.name}-${input.filter}`);
      yield* exportFolder(
        app.store,
        {
          run,
          filter: input.filter,
          folder,
          rules: {
            baseDir: dataset.baseDir ?? '',
            roots: app.imageRoots(dataset),
            embeddedDir: app.paths.embedded,
          },
        },
        signal,
      );
    }),
    queue: os.review.queue.handler(async ({ input }) => [
      ...(await app.store.reviewQueue(input.runId, input.filter)),
    ]),
    counts: os.review.counts.handler(({ input }) => app.store.reviewCounts(input.runId)),
    set: os.review.set.handler(async ({ input }) => {
      const { runId, jobId, resultId, review } = input;
      try {
        const before = await app.store.setReview(jobId, resultId, review);
        app.events.touchJob(runId, jobId);
        return before;
      } catch (error) {
        throw error instanceof StoreError && error.code === 'NOT_FOUND'
          ? new Refusal('NOT_FOUND', error.message)
          : error;
      }
    }),
  };
}
