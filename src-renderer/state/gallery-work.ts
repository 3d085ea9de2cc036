/** What is done to many results: under way with its progress, told when it is over, and undone step by step. */
import { ORPCError } from '@orpc/client';
import type { GalleryReport } from '@shared/contract/gallery';
import { createTurns } from '@shared/in-turn';
import type { GalleryChange, GallerySelection } from '@shared/model/gallery';
import type { Client } from '../api';
import { formatCount } from '../ui/format';
import type { GalleryStore } from './gallery';
import { refusalOf } from './refusal';
import { toast, type UiStore } from './ui-store';

export type WorkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly title: string; readonly report: GalleryReport | null }
  | { readonly kind: 'failed'; readonly sentence: string };

interface Step {
  readonly stepId: number;
  /** `312 accepted`. */
  readonly told: string;
}

export interface GalleryWork {
  change(selection: GallerySelection, change: GalleryChange): Promise<void>;
  rerun(selection: GallerySelection): Promise<void>;
  emptyTrash(): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** What is under way is not gone on with, what waits is; what was done by then can be undone. */
  stop(): void;
  dismiss(): void;
}

interface Parts {
  readonly client: Client;
  readonly ui: UiStore;
  readonly store: GalleryStore;
  refresh(): void;
}

type Reports = Promise<AsyncIterable<GalleryReport>>;

/** How a work ended, with the last that was heard of it. */
interface Ended {
  readonly kind: 'whole' | 'stopped' | 'failed' | 'forgotten';
  readonly report: GalleryReport | null;
}

export function createGalleryWork({ client, ui, store, refresh }: Parts): GalleryWork {
  const undoable: Step[] = [];
  const redoable: Step[] = [];
  const inTurn = createTurns();
  let waiting = 0;
  let stopper: AbortController | null = null;
  /** Why one of the works that wait for each other failed: told when all are over. */
  let failure: string | null = null;

  const say = (work: WorkState) => store.setState({ work });
  const rest = () => say(failure === null ? { kind: 'idle' } : { kind: 'failed', sentence: failure });
  const fail = (sentence: string) => {
    failure = sentence;
    rest();
  };

  /** What is asked for while something is under way waits for its turn. */
  async function queued(work: () => Promise<void>): Promise<void> {
    if (waiting === 0) {
      failure = null;
    }
    waiting += 1;
    await inTurn(work).finally(() => {
      waiting -= 1;
    });
  }

  async function follow(title: string, begin: (signal: AbortSignal) => Reports): Promise<Ended> {
    const mine = new AbortController();
    stopper = mine;
    let report: GalleryReport | null = null;
    say({ kind: 'running', title, report: null });
    try {
      for await (const next of await begin(mine.signal)) {
        report = next;
        say({ kind: 'running', title, report });
      }
      rest();
      return { kind: mine.signal.aborted ? 'stopped' : 'whole', report };
    } catch (error) {
      if (mine.signal.aborted) {
        rest();
        return { kind: 'stopped', report };
      }
      const refusal = refusalOf(error);
      fail(refusal.kind === 'sentence' ? refusal.sentence : 'The vault is locked.');
      const isForgotten = error instanceof ORPCError && error.code === 'NOT_FOUND';
      return { kind: isForgotten ? 'forgotten' : 'failed', report };
    } finally {
      stopper = null;
      refresh();
    }
  }

  async function back(from: Step[], into: Step[], words: { title: string; told: string }): Promise<void> {
    const step = from.at(-1);
    if (step === undefined) {
      toast(ui, `Nothing to ${words.title.toLowerCase()}`);
      return;
    }
    const { kind, report } = await follow(`${words.title}: ${step.told}`, (signal) =>
      client.gallery.undo({ stepId: step.stepId }, { signal }),
    );
    // What was done in part, or not at all, can be asked for again.
    if (kind === 'whole' || kind === 'forgotten') {
      from.pop();
    }
    if (report?.stepId !== undefined && (kind === 'whole' || report.changed > 0)) {
      into.push({ stepId: report.stepId, told: step.told });
      toast(ui, `${words.told}${kind === 'whole' ? '' : ' in part'}: ${step.told}`);
    }
  }

  const undo = () => back(undoable, redoable, { title: 'Undo', told: 'Undone' });

  /** That very step, whatever was done since. */
  async function undoStep(stepId: number | undefined): Promise<void> {
    const at = undoable.findIndex((step) => step.stepId === stepId);
    undoable.push(...undoable.splice(at, at < 0 ? 0 : 1));
    if (at < 0) {
      toast(ui, 'That was already undone');
    } else {
      await undo();
    }
  }

  async function change(selection: GallerySelection, what: GalleryChange): Promise<void> {
    const { doing, done } = wordsOf(what);
    const { kind, report } = await follow(doing, (signal) =>
      client.gallery.change({ selection, change: what }, { signal }),
    );
    const told = `${formatCount(report?.changed ?? 0)} ${done}`;
    if (report?.stepId !== undefined && report.changed > 0) {
      undoable.push({ stepId: report.stepId, told });
      redoable.length = 0;
      toast(ui, told, { label: 'Undo', run: () => void queued(() => undoStep(report.stepId)) });
    } else if (report !== null && kind === 'whole') {
      toast(ui, 'Nothing to change');
    }
  }

  async function rerun(selection: GallerySelection): Promise<void> {
    const { report } = await follow('Sending again', (signal) =>
      client.gallery.rerun({ selection }, { signal }),
    );
    if (report !== null) {
      const refused =
        report.sentence === undefined ? '' : `; ${formatCount(report.skipped)} not: ${report.sentence}`;
      toast(ui, `${formatCount(report.changed)} sent again${refused}`);
    }
  }

  async function emptyTrash(): Promise<void> {
    const { kind, report } = await follow('Emptying the trash', (signal) =>
      client.gallery.emptyTrash(undefined, { signal }),
    );
    if (report?.sentence !== undefined) {
      fail(report.sentence);
    } else if (report !== null && kind !== 'failed') {
      toast(ui, `${formatCount(report.changed)} moved to the system’s trash`);
    }
  }

  return {
    change: (selection, what) => queued(() => change(selection, what)),
    rerun: (selection) => queued(() => rerun(selection)),
    emptyTrash: () => queued(emptyTrash),
    undo: () => queued(undo),
    redo: () => queued(() => back(redoable, undoable, { title: 'Redo', told: 'Redone' })),
    stop: () => stopper?.abort(),
    dismiss: () => say({ kind: 'idle' }),
  };
}

function wordsOf(change: GalleryChange): { doing: string; done: string } {
  switch (change.kind) {
    case 'verdict':
      switch (change.verdict) {
        case 'accepted':
          return { doing: 'Accepting', done: 'accepted' };
        case 'rejected':
          return { doing: 'Rejecting', done: 'rejected' };
        case null:
          return { doing: 'Clearing verdicts', done: 'back to no verdict' };
      }
      break;
    case 'rating':
      return change.rating === null
        ? { doing: 'Clearing ratings', done: 'back to no rating' }
        : { doing: 'Rating', done: `rated ${change.rating}` };
    case 'addTag':
      return { doing: `Tagging “${change.name}”`, done: `tagged “${change.name}”` };
    case 'removeTag':
      return { doing: `Untagging “${change.name}”`, done: `no longer tagged “${change.name}”` };
    case 'trash':
      return { doing: 'Deleting', done: 'moved to the trash' };
    case 'restore':
      return { doing: 'Restoring', done: 'restored' };
  }
  return { doing: '', done: '' };
}
