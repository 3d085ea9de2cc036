/** The gallery over every run. */
import type { App } from '../app';
import { emptyTrash } from '../app/gallery/empty-trash';
import type { Calls } from './calls';
import type { Shell } from './shell';

/** Ids that are answered at once; a selection beyond it is one by query. */
const MOST_IDS = 100_000;

export function galleryCalls(os: Calls, app: App, shell: Shell) {
  const { store, gallery } = app;
  return {
    search: os.gallery.search.handler(async ({ input }) => {
      await gallery.ready();
      return store.searchGallery(input.query);
    }),
    page: os.gallery.page.handler(async ({ input: { query, snapshot, offset, limit } }) => {
      await gallery.ready();
      const page = await store.galleryPage({ query, snapshot }, offset, limit);
      return { ...page, jobs: [...page.jobs] };
    }),
    ids: os.gallery.ids.handler(async ({ input: { query, snapshot, from, to } }) => [
      ...(await store.galleryIds({ query, snapshot }, from, Math.min(to, from + MOST_IDS))),
    ]),
    findRow: os.gallery.findRow.handler(({ input: { query, snapshot, index, after } }) =>
      store.galleryRow({ query, snapshot }, index, after),
    ),
    placeOf: os.gallery.placeOf.handler(({ input: { query, snapshot, jobId } }) =>
      store.galleryPlace({ query, snapshot }, jobId),
    ),
    texts: os.gallery.texts.handler(async ({ input }) => [...(await store.instructionsOf(input.jobIds))]),
    sum: os.gallery.sum.handler(({ input }) => store.selectionSum(input.selection)),
    tags: os.gallery.tags.handler(async () => [...(await store.tags())]),
    change: os.gallery.change.handler(async function* ({ input, signal }) {
      yield* gallery.change(input.selection, input.change, signal);
    }),
    undo: os.gallery.undo.handler(async function* ({ input, signal }) {
      yield* gallery.undo(input.stepId, signal);
    }),
    rerun: os.gallery.rerun.handler(async function* ({ input, signal }) {
      yield* gallery.rerun(input.selection, signal);
    }),
    emptyTrash: os.gallery.emptyTrash.handler(async function* ({ signal }) {
      yield* emptyTrash({ store, events: app.events, trash: (paths) => shell.trash(paths) }, signal);
    }),
    views: os.gallery.views.handler(async () => [...(await store.smartViews())]),
    saveView: os.gallery.saveView.handler(({ input }) => store.saveSmartView(input)),
    removeView: os.gallery.removeView.handler(({ input }) => store.removeSmartView(input.viewId)),
  };
}
