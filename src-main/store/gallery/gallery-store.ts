/** Search, facets, tags, smart views and trash over every run. */
import type {
  GalleryAnswer,
  GalleryChange,
  GalleryQuery,
  GallerySelection,
  SelectionSum,
  SmartView,
  Tag,
} from '@shared/model/gallery';
import type { JobTile } from '@shared/model/run';
import type { Access } from '../access';
import {
  CHANGES_SCHEMA,
  type ChangedJob,
  createGalleryChanges,
  kindOfChange,
  type StepKind,
} from './gallery-changes';
import { createGalleryFeed } from './gallery-feed';
import { createGalleryLists, type ListQuery } from './gallery-lists';
import { createGalleryTrash, type TrashedFiles } from './gallery-trash';
import { createGalleryWords, WORDS_SCHEMA } from './gallery-words';
import { createSmartViews, SMART_VIEWS_SCHEMA } from './smart-views';
import type { Tables } from '../sqlite-store';

export interface GalleryStore {
  /**
   * A few milliseconds of what the gallery needs before it is quick: its index in memory, then the words of new jobs.
   * Nothing else is held up meanwhile. `reading`: the index is not whole yet; `words`: searches find not all words yet.
   */
  galleryStep(): Promise<'reading' | 'words' | 'done'>;
  searchGallery(query: GalleryQuery): Promise<GalleryAnswer>;
  /** Of the list a search answered; of a fresh one where that is forgotten: `snapshot` tells which. */
  galleryPage(
    list: ListQuery,
    offset: number,
    limit: number,
  ): Promise<{ snapshot: string; total: number; jobs: readonly JobTile[] }>;
  /** Jobs from place `from` up to and without `to`. */
  galleryIds(list: ListQuery, from: number, to: number): Promise<readonly number[]>;
  /** The next place after `after`, around the end, of a row with that number in its file; null: there is none. */
  galleryRow(list: ListQuery, index: number, after: number): Promise<number | null>;
  galleryPlace(list: ListQuery, jobId: number): Promise<number | null>;
  /** In the order asked for; empty where a job is gone. */
  instructionsOf(jobIds: readonly number[]): Promise<readonly string[]>;
  /** Ids of the jobs that are meant, ascending, after `afterId`. Jobs that are gone are left out. */
  selectionIds(selection: GallerySelection, afterId: number, limit: number): Promise<readonly number[]>;
  selectionSum(selection: GallerySelection): Promise<SelectionSum>;
  tags(): Promise<readonly Tag[]>;
  /** Begins something that can be undone as a whole; answers its number. */
  beginGalleryStep(change: GalleryChange): Promise<number>;
  /** Answers the jobs that really changed. */
  changeInGallery(
    stepId: number,
    change: GalleryChange,
    jobIds: readonly number[],
  ): Promise<readonly ChangedJob[]>;
  /** Begins to undo a step, as a step of its own. Rejects with NOT_FOUND when it is too long ago. */
  beginGalleryUndo(stepId: number): Promise<{ kind: StepKind; into: number; total: number }>;
  /** Undoes so many jobs of a step after `afterId`; `lastId` null: none were left. */
  undoInGallery(
    which: { stepId: number; into: number; afterId: number },
    limit: number,
  ): Promise<{ changed: readonly ChangedJob[]; lastId: number | null }>;
  trashedFiles(afterId: number, limit: number): Promise<readonly TrashedFiles[]>;
  /** Their files were deleted; answers how many jobs were told. */
  forgetTrashed(jobIds: readonly number[]): Promise<number>;
  smartViews(): Promise<readonly SmartView[]>;
  saveSmartView(view: { id?: number | undefined; name: string; query: GalleryQuery }): Promise<SmartView>;
  removeSmartView(viewId: number): Promise<void>;
}

/** Every method by name, for the store's thread. */
export const GALLERY_METHODS = {
  galleryStep: true,
  searchGallery: true,
  galleryPage: true,
  galleryIds: true,
  galleryRow: true,
  galleryPlace: true,
  instructionsOf: true,
  selectionIds: true,
  selectionSum: true,
  tags: true,
  beginGalleryStep: true,
  changeInGallery: true,
  beginGalleryUndo: true,
  undoInGallery: true,
  trashedFiles: true,
  forgetTrashed: true,
  smartViews: true,
  saveSmartView: true,
  removeSmartView: true,
} as const satisfies Record<keyof GalleryStore, true>;

/** Part of the step of migrations.ts that brought the studio. */
export const GALLERY_SCHEMA = [CHANGES_SCHEMA, WORDS_SCHEMA, SMART_VIEWS_SCHEMA].join('\n');

/** Jobs whose words are taken in at one step: some ten milliseconds. */
const WORDS_PER_STEP = 200;

export function galleryCalls({ db, tally, wallNow, note }: Tables, { read, write }: Access): GalleryStore {
  const feed = createGalleryFeed(db);
  const words = createGalleryWords(db);
  const lists = createGalleryLists(db, { feed, words });
  const changes = createGalleryChanges(db, wallNow);
  const trash = createGalleryTrash(db, tally);
  const views = createSmartViews(db, note);
  const isBehind = read(words.isBehind);
  const takeWords = write(() => words.step(WORDS_PER_STEP));

  return {
    async galleryStep() {
      if (!(await read(feed.step)())) {
        return 'reading';
      }
      // A transaction costs a write to the disk: there is none where nothing is to be taken in.
      if (!(await isBehind())) {
        return 'done';
      }
      await takeWords();
      return (await isBehind()) ? 'words' : 'done';
    },
    searchGallery: read(lists.search),
    galleryPage: read(lists.page),
    galleryIds: read(lists.ids),
    galleryRow: read(lists.row),
    galleryPlace: read(lists.place),
    instructionsOf: read(words.instructions),
    selectionIds: read(lists.selectionIds),
    selectionSum: read(lists.sum),
    tags: read(changes.tags),
    beginGalleryStep: write((change: GalleryChange) => changes.begin(kindOfChange(change))),
    changeInGallery: write(changes.apply),
    beginGalleryUndo: write((stepId: number) => {
      const kind = changes.kindOf(stepId);
      return { kind, into: changes.begin(kind), total: changes.countOf(stepId) };
    }),
    undoInGallery: write(changes.undo),
    trashedFiles: read(trash.files),
    forgetTrashed: write(trash.forget),
    smartViews: read(views.list),
    saveSmartView: write(views.save),
    removeSmartView: write(views.remove),
  };
}
