/** What is done to many results: under way with its progress, told when it is over, and undone step by step. */
import type { GalleryReport } from '@shared/contract/gallery';
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
  /** What is under way is not gone on with; what was done by then can be undone. */
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

export function createGalleryWork({ client, ui, store, refresh }: Parts): GalleryWork {
  const undoable: Step[] = [];
  const redoable: Step[] = [];
  let stopper: AbortController | null = null;

  const say = (work: WorkState) => store.setState({ work });

  /** One after the other; the last report, or null when it failed or something else is under way. */
  async function follow(
    title: string,
    begin: (signal: AbortSignal) => Reports,
  ): Promise<GalleryReport | null> {
    if (stopper !== null) {
      return null;
    }
    const mine = new AbortController();
    stopper = mine;
    let last: GalleryReport | null = null;
    say({ kind: 'running', title, report: null });
    try {
      for await (const report of await begin(mine.signal)) {
        last = report;
        say({ kind: 'running', title, report });
      }
      say({ kind: 'idle' });
    } catch (error) {
      const refusal = refusalOf(error);
      if (mine.signal.aborted) {
        say({ kind: 'idle' });
      } else {
        say({
          kind: 'failed',
          sentence: refusal.kind === 'sentence' ? refusal.sentence : 'The vault is locked.',
        });
        last = null;
      }
    } finally {
      stopper = null;
      refresh();
    }
    return last;
  }

  async function back(from: Step[], into: Step[], words: { title: string; told: string }): Promise<void> {
    const step = from.pop();
    if (step === undefined) {
      toast(ui, `Nothing to ${words.title.toLowerCase()}`);
      return;
    }
    const report = await follow(`${words.title}: ${step.told}`, (signal) =>
      client.gallery.undo({ stepId: step.stepId }, { signal }),
    );
    if (report?.stepId !== undefined) {
      into.push({ stepId: report.stepId, told: step.told });
      toast(ui, `${words.told}: ${step.told}`);
    }
  }

  /** That very step, whatever was done since. */
  async function undoStep(stepId: number | undefined): Promise<void> {
    const at = undoable.findIndex((step) => step.stepId === stepId);
    undoable.push(...undoable.splice(at, at < 0 ? 0 : 1));
    if (at < 0) {
      toast(ui, 'That is undone already');
    } else {
      await undo();
    }
  }

  const undo = () => back(undoable, redoable, { title: 'Undo', told: 'Undone' });

  return {
    async change(selection, change) {
      const { doing, done } = wordsOf(change);
      const report = await follow(doing, (signal) =>
        client.gallery.change({ selection, change }, { signal }),
      );
      if (report === null) {
        return;
      }
      const told = `${formatCount(report.changed)} ${done}`;
      if (report.changed === 0) {
        toast(ui, 'Nothing changed: it was so already');
      } else if (report.stepId !== undefined) {
        undoable.push({ stepId: report.stepId, told });
        redoable.length = 0;
        toast(ui, told, { label: 'Undo', run: () => void undoStep(report.stepId) });
      }
    },
    async rerun(selection) {
      const report = await follow('Sending again', (signal) =>
        client.gallery.rerun({ selection }, { signal }),
      );
      if (report !== null) {
        const refused =
          report.sentence === undefined ? '' : `; ${formatCount(report.skipped)} not: ${report.sentence}`;
        toast(ui, `${formatCount(report.changed)} sent again${refused}`);
      }
    },
    async emptyTrash() {
      const report = await follow('Emptying the trash', (signal) =>
        client.gallery.emptyTrash(undefined, { signal }),
      );
      if (report?.sentence !== undefined) {
        say({ kind: 'failed', sentence: report.sentence });
      } else if (report !== null) {
        toast(ui, `${formatCount(report.changed)} moved to the system's trash`);
      }
    },
    undo,
    redo: () => back(redoable, undoable, { title: 'Redo', told: 'Done again' }),
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
          return { doing: 'Taking verdicts back', done: 'without a verdict' };
      }
      break;
    case 'rating':
      return change.rating === null
        ? { doing: 'Taking ratings back', done: 'without a rating' }
        : { doing: 'Rating', done: `rated ${change.rating}` };
    case 'addTag':
      return { doing: `Tagging "${change.name}"`, done: `tagged "${change.name}"` };
    case 'removeTag':
      return { doing: `Untagging "${change.name}"`, done: `no longer tagged "${change.name}"` };
    case 'trash':
      return { doing: 'Deleting', done: 'moved to the trash' };
    case 'restore':
      return { doing: 'Restoring', done: 'restored' };
  }
  return { doing: '', done: '' };
}
