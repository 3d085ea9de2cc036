/** One page's model: backend, live state, interface state and the job lists in view. Everything it starts, `stop` ends. */
import type { AppEvent } from '@shared/contract';
import type { JobTile, Run } from '@shared/model/run';
import type { VaultStatus } from '@shared/model/settings';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Backend } from '../api';
import { settledJobs } from '../jobs/job-words';
import { createReviewSittings } from '../screens/review/review-sittings';
import type { ReviewSittings } from '../screens/review/review-sittings';
import { answerQueryOf, createAnswerPages } from './answer-pages';
import type { AnswerPages, AnswerQuery } from './answer-pages';
import { startFeed } from './feed';
import type { Feed } from './feed';
import { createJobDetails } from './job-details';
import type { JobDetails } from './job-details';
import { createGalleryModel } from './gallery';
import type { GalleryModel } from './gallery';
import { createJobPages } from './job-pages';
import type { JobPages, Looked } from './job-pages';
import { createKeyTests } from './key-tests';
import type { KeyTests } from './key-tests';
import { createLiveStore, withEvent, withSnapshot } from './live-store';
import type { LiveState, LiveStore } from './live-store';
import { withKnownColumns } from './change-source';
import { createDraftStore } from './new-run-draft';
import type { DraftStore } from './new-run-draft';
import { createOutgoing } from './outgoing';
import type { OutgoingStore } from './outgoing';
import { refusalOf } from './refusal';
import { createRewritesStore } from './rewrites';
import type { RewritesStore } from './rewrites';
import { createStudioStore } from './studio';
import type { StudioStore } from './studio';
import { createTextStore } from './text';
import type { TextStore } from './text';
import { createTreesStore, withTreeEvent } from './trees';
import type { TreesStore } from './trees';
import { ALL_JOBS, createUiStore, select } from './ui-store';
import type { JobFilter, UiState, UiStore } from './ui-store';

export interface AppModel {
  readonly backend: Backend;
  readonly live: LiveStore;
  readonly ui: UiStore;
  readonly draft: DraftStore;
  readonly trees: TreesStore;
  readonly studio: StudioStore;
  readonly text: TextStore;
  /** The jobs of a run behind a filter; the same list as long as it is among the last few used. */
  runJobs(runId: number, filter: JobFilter): JobPages;
  /** The answers of a text run; the same list as long as it is among the last few used. */
  runAnswers(runId: number, query: AnswerQuery): AnswerPages;
  readonly gallery: GalleryModel;
  readonly rewrites: RewritesStore;
  readonly sittings: ReviewSittings;
  readonly outgoing: OutgoingStore;
  readonly details: JobDetails;
  /** Test calls under way, whatever screen is shown. */
  readonly tests: KeyTests;
  /** Hears of every job that changed; returns the undo. */
  onJobs(listener: (tiles: readonly JobTile[]) => void): () => void;
  /** Takes in what was told before now: what a call just returned is newer, and must not be undone by it. */
  catchUp(): void;
  /** Takes a fact a call just returned, without waiting for its event. A function makes it of what is known by then. */
  accept(event: AppEvent | (() => AppEvent)): void;
  start(): () => void;
}

/** Lists kept, so that going back keeps place and pictures. */
const KEPT_LISTS = 8;

export function createAppModel(backend: Backend, storage: Storage): AppModel {
  const live = createLiveStore();
  const ui = createUiStore(storage);
  const draft = createDraftStore();
  const trees = createTreesStore();
  const studio = createStudioStore(storage);
  const text = createTextStore(storage);
  const lists = new Map<string, RunList>();
  const answers = new Map<string, AnswerPages>();
  const jobListeners = new Set<(tiles: readonly JobTile[]) => void>();
  const gallery = createGalleryModel(backend.client, ui);
  const details = createJobDetails(backend.client);
  let feed: Feed | null = null;

  function applyEvents(events: readonly AppEvent[]): void {
    const before = live.getState().runs;
    live.setState((state) => events.reduce(withEvent, state), true);
    for (const [runId, run] of live.getState().runs) {
      if (changedUntold(before.get(runId), run)) {
        for (const list of lists.values()) {
          list.refresh(runId);
        }
      }
    }
    for (const event of events) {
      if (event.kind === 'jobs') {
        // Before anyone who draws them hears of it.
        details.forget(event.jobs.map(({ id }) => id));
        for (const list of lists.values()) {
          list.take(event);
        }
        gallery.patch(event.jobs);
        jobListeners.forEach((listener) => listener(event.jobs));
      }
      if (event.kind === 'tree') {
        trees.setState((state) => withTreeEvent(state, event), true);
      }
      if (event.kind === 'dataset') {
        draft.setState((old) => withKnownColumns(old, event.dataset, live.getState()), true);
      }
    }
  }

  const catchUp = () => feed?.catchUp();

  return {
    backend,
    live,
    ui,
    draft,
    trees,
    studio,
    text,
    gallery,
    rewrites: createRewritesStore(),
    sittings: createReviewSittings(),
    outgoing: createOutgoing({ client: backend.client, ui, storage }),
    details,
    tests: createKeyTests(backend.client),
    runJobs(runId, filter) {
      const key = `${runId} ${JSON.stringify(filter)}`;
      const list =
        lists.get(key) ??
        createRunList(backend, {
          runId,
          filter,
          isWhole: () => isWhole(live.getState().runs.get(runId)),
          looked: selectionIn(ui, runId, (shown) => JSON.stringify(shown) === JSON.stringify(filter)),
        });
      lists.delete(key);
      lists.set(key, list);
      for (const oldest of [...lists.keys()].slice(0, Math.max(0, lists.size - KEPT_LISTS))) {
        lists.delete(oldest);
      }
      return list.pages;
    },
    runAnswers(runId, query) {
      const shown = JSON.stringify(query);
      const key = `${runId} ${shown}`;
      const pages =
        answers.get(key) ??
        createAnswerPages(backend.client, {
          runId,
          query,
          looked: selectionIn(ui, runId, (filter) => JSON.stringify(answerQueryOf(filter)) === shown),
        });
      answers.delete(key);
      answers.set(key, pages);
      for (const oldest of [...answers.keys()].slice(0, Math.max(0, answers.size - KEPT_LISTS))) {
        answers.delete(oldest);
      }
      return pages;
    },
    onJobs(listener) {
      jobListeners.add(listener);
      return () => jobListeners.delete(listener);
    },
    catchUp,
    accept(event) {
      catchUp();
      applyEvents([typeof event === 'function' ? event() : event]);
    },
    start() {
      feed = startFeed(backend.client, {
        snapshot: (snapshot) => {
          details.forgetAll();
          live.setState((state) => withSnapshot(state, snapshot), true);
          for (const list of lists.values()) {
            list.pages.refresh();
          }
          for (const pages of answers.values()) {
            pages.refresh();
          }
          gallery.connected();
        },
        events: applyEvents,
        lost: (reason) => live.setState({ connection: { kind: 'lost', reason } }),
      });
      return feed.stop;
    },
  };
}

/** Jobs put back or cancelled by the thousand are told by the run's counts alone, not one by one. */
function changedUntold(before: Run | undefined, after: Run): boolean {
  return (
    before !== undefined &&
    before !== after &&
    (settledJobs(after.counts) < settledJobs(before.counts) ||
      after.counts.cancelled !== before.counts.cancelled)
  );
}

interface RunList {
  readonly pages: JobPages;
  /** Fetches again what is in view, where the list is of that run. */
  refresh(runId: number): void;
  take(event: Extract<AppEvent, { kind: 'jobs' }>): void;
}

/** What is selected in a run, as long as its list behind that filter is the one on screen. */
function selectionIn(ui: UiStore, runId: number, isOf: (filter: JobFilter) => boolean): Looked {
  return {
    place() {
      const { filters, selected } = ui.getState();
      return isOf(filters.get(runId) ?? ALL_JOBS) ? selected.get(runId) : undefined;
    },
    move: (offset) => select(ui, runId, offset),
  };
}

interface RunListOptions {
  readonly runId: number;
  readonly filter: JobFilter;
  readonly looked: Looked;
  /** Whether the run takes all rows. */
  isWhole(): boolean;
}

/** With a row filter a job's position may leave gaps, so its place in the list is not its position. */
function isWhole(run: Run | undefined): boolean {
  return run !== undefined && run.options.filterRows.trim() === '';
}

function createRunList(backend: Backend, { runId, filter, isWhole: whole, looked }: RunListOptions): RunList {
  const pages = createJobPages({
    load: (offset, limit) =>
      backend.client.runs.jobs({
        runId,
        offset,
        limit,
        ...(filter.kind === 'state' ? { state: filter.state } : {}),
        ...(filter.kind === 'failure' ? { failureKind: filter.failure } : {}),
      }),
    // Without any filter the grid's order is the run's own: a job's place is its position.
    offsetOf: (tile) => (filter.kind === 'all' && whole() ? tile.position : null),
    looked,
  });
  return {
    pages,
    refresh: (changed) => {
      if (changed === runId) {
        pages.refresh();
      }
    },
    take: (event) => {
      if (event.runId === runId) {
        pages.patch(event.jobs);
      }
    },
  };
}

const ModelContext = createContext<AppModel | null>(null);
export const ModelProvider = ModelContext.Provider;

export function useModel(): AppModel {
  const model = useContext(ModelContext);
  if (model === null) {
    throw new Error('useModel is used outside ModelProvider');
  }
  return model;
}

export function useLive<T>(selector: (state: LiveState) => T): T {
  return useStore(useModel().live, selector);
}

export function useUi<T>(selector: (state: UiState) => T): T {
  return useStore(useModel().ui, selector);
}

export function isVaultLocked(vault: VaultStatus | null): boolean {
  return vault?.kind === 'passphrase' && vault.locked;
}

/** Asks for the passphrase while the vault is locked; resolves with whether it is open, or needs no opening. */
export async function openVault({ live, ui }: Pick<AppModel, 'live' | 'ui'>): Promise<boolean> {
  const { vault } = live.getState();
  if (vault === null || !isVaultLocked(vault)) {
    return true;
  }
  return await new Promise<boolean>((settle) => {
    ui.setState({ vaultRequest: { status: vault, settle } });
  });
}

/** Runs a call; when the vault stands in the way, asks the user to open it and tries once more. */
export async function withVault<T>(ui: UiStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.kind !== 'vault') {
      throw error;
    }
    const isOpen = await new Promise<boolean>((settle) => {
      ui.setState({ vaultRequest: { status: refusal.status, settle } });
    });
    if (!isOpen) {
      throw new Error('Nothing was saved: the key vault is still locked.', { cause: error });
    }
    return await work();
  }
}
