/** What the studio shows and holds in this window: the open tree, selection, drafts, and the way back. */
import { ORPCError } from '@orpc/client';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { createTurns } from '@shared/in-turn';
import type { InTurn } from '@shared/in-turn';
import type { Hand } from '../canvas/mask-tools';
import { MOST_PICTURES } from '../compare/compare-model';
import type { CompareMode } from '../compare/compare-model';
import { freshDraft, studioDraftSchema, subjectOf } from './studio-draft';
import type { StudioDraft } from './studio-draft';
import { keepMasks, readMasks } from './studio-masks';
import type { KeptMasks } from './studio-masks';
import type { MaskDocument } from '../canvas/mask-document';

/** A step that can be taken back. */
export interface Step {
  /** `Pruned 3 pictures`. */
  readonly label: string;
  undo(): Promise<void>;
  /** False: there was nothing to do, and so there is nothing to take back. */
  redo(): Promise<boolean>;
}

/** What covers the screen or asks for something. */
export type StudioDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'library' }
  | { readonly kind: 'savePreset' }
  | { readonly kind: 'applyChain'; readonly nodeId: number };

/** Something dropped that the studio does not take, and what would. */
export interface Offer {
  readonly sentence: string;
  /** Of pictures, where they are too many for the studio. */
  readonly count?: number;
  readonly actions: readonly OfferAction[];
}

export interface OfferAction {
  readonly label: string;
  run(): void;
}

/** Drafts by tree; this one is of the tree that what is sent or brought next begins. */
export const NEW_TREE = 0;

const NOT_BEGINNING: Promise<null> = Promise.resolve(null);

export interface StudioState extends KeptMasks {
  /** Null: the tree that changed last; `NEW_TREE`: one that does not exist yet. */
  readonly openId: number | null;
  readonly drafts: ReadonlyMap<number, StudioDraft>;
  /** Selected node by tree. */
  readonly selected: ReadonlyMap<number, number>;
  /** All variants of the selected request side by side. */
  readonly isSpread: boolean;
  /** Nodes kept beside whatever is selected, to compare; of any tree, those of the open one count. */
  readonly kept: readonly number[];
  /** Calls that bring pictures in and are not answered yet: what is sent meanwhile would be sent without them. */
  readonly arriving: number;
  /** A request goes out and is not answered yet: asked for once more it would be paid twice. */
  readonly isSending: boolean;
  readonly isHeatMapShown: boolean;
  readonly heatMapOpacity: number;
  /** How a picture stands beside others, until another way is chosen. */
  readonly compareMode: CompareMode;
  /** How the last mask was painted. */
  readonly hand: Hand | null;
  /** The picture that is painted on, as long as it is the one that is edited: see `paintedNode`. */
  readonly masking: number | null;
  /** The tree that is about to begin with what is on its way to it; null: it did not. */
  readonly beginning: Promise<number | null>;
  /** How many new trees were asked for. */
  readonly newTrees: number;
  /** Nodes, of any tree, whose branches are closed. */
  readonly closed: ReadonlySet<number>;
  /** The name that is being changed in place. */
  readonly renaming: { readonly kind: 'tree' | 'node'; readonly id: number } | null;
  readonly dialog: StudioDialog;
  readonly offer: Offer | null;
  /** Why the last action of the screen could not be done; stays until the next. */
  readonly problems: readonly string[];
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  /** Steps are taken, and taken back, one after the other: two never mean the same last one. */
  readonly inTurn: InTurn;
}

const INITIAL: Omit<StudioState, 'inTurn' | keyof KeptMasks> = {
  openId: null,
  drafts: new Map(),
  selected: new Map(),
  isSpread: false,
  kept: [],
  arriving: 0,
  isSending: false,
  isHeatMapShown: false,
  heatMapOpacity: 0.7,
  compareMode: 'result',
  hand: null,
  masking: null,
  beginning: NOT_BEGINNING,
  newTrees: 0,
  closed: new Set(),
  renaming: null,
  dialog: { kind: 'none' },
  offer: null,
  problems: [],
  done: [],
  undone: [],
};

export type StudioStore = StoreApi<StudioState>;

const KEPT = 'brushfleet.studio';
/** Drafts that survive a restart of the window. */
const KEPT_DRAFTS = 20;
/** Steps back. */
const KEPT_STEPS = 100;
const CLOSED = 'brushfleet.studio.closed';
/** Those closed last. */
const KEPT_CLOSED = 5000;

export function createStudioStore(storage: Storage): StudioStore {
  const store = createStore<StudioState>(() => ({
    ...INITIAL,
    drafts: readDrafts(storage),
    closed: readClosed(storage),
    ...readMasks(storage),
    inTurn: createTurns(),
  }));
  store.subscribe((now, before) => {
    const { drafts, closed } = now;
    if (now.masks !== before.masks || now.lost !== before.lost) {
      keepMasks(storage, before, now);
    }
    if (drafts !== before.drafts) {
      storage.setItem(KEPT, JSON.stringify([...drafts].slice(-KEPT_DRAFTS)));
    }
    if (closed !== before.closed) {
      storage.setItem(CLOSED, JSON.stringify([...closed].slice(-KEPT_CLOSED)));
    }
  });
  return store;
}

/** What cannot be read is let go: it was only a draft. */
function readDrafts(storage: Storage): ReadonlyMap<number, StudioDraft> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEPT) ?? '[]');
    const entries = Array.isArray(kept) ? kept : [];
    return new Map(
      entries.flatMap((entry: unknown) => {
        const [treeId, draft]: readonly unknown[] = Array.isArray(entry) ? entry : [];
        const read = studioDraftSchema.safeParse(draft);
        return typeof treeId === 'number' && read.success ? [[treeId, read.data] as const] : [];
      }),
    );
  } catch {
    return new Map();
  }
}

function readClosed(storage: Storage): ReadonlySet<number> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(CLOSED) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'number') : []);
  } catch {
    return new Set();
  }
}

/** `treeId` null: of the tree to come. A tree without a draft takes the settings of the one used last. */
export function draftOf(state: StudioState, treeId: number | null): StudioDraft {
  return state.drafts.get(treeId ?? NEW_TREE) ?? freshDraft([...state.drafts.values()].at(-1));
}

export function changeDraft(
  store: StudioStore,
  treeId: number | null,
  change: (draft: StudioDraft) => StudioDraft,
): void {
  store.setState((state) => {
    const key = treeId ?? NEW_TREE;
    const before = draftOf(state, treeId);
    const after = change(before);
    const drafts = new Map(state.drafts);
    // The one used last stands last.
    drafts.delete(key);
    const isPainted = subjectOf(after.inputs)?.nodeId === state.masking;
    return { drafts: drafts.set(key, after), masking: isPainted ? state.masking : null };
  });
}

/** A tree that just began takes over the draft it began with. */
export function adoptDraft(store: StudioStore, treeId: number): void {
  store.setState((state) => {
    const drafts = new Map(state.drafts);
    // What is brought may lead to a tree that was there before, with a draft of its own.
    const draft = drafts.get(NEW_TREE) ?? drafts.get(treeId) ?? draftOf(state, null);
    drafts.delete(NEW_TREE);
    return { drafts: drafts.set(treeId, draft), openId: treeId };
  });
}

/** Another tree that is yet to begin: what is on its way to the one before does not belong to it. */
export function openNewTree(store: StudioStore): void {
  store.setState(({ newTrees }) => ({
    openId: NEW_TREE,
    beginning: NOT_BEGINNING,
    newTrees: newTrees + 1,
    masking: null,
    problems: [],
    offer: null,
  }));
}

/** Where something goes. */
export interface Destination {
  /** Null: to a tree that it begins. */
  readonly treeId: number | null;
  /** False once another new tree was asked for: the draft on screen is of that one. */
  isAwaited(): boolean;
}

/**
 * Does what makes a tree, or adds to one, and answers which. Of all that is on its way to a tree that is yet to begin, the
 * first begins it; the others wait, and find it there.
 */
export async function inTree(
  store: StudioStore,
  treeId: number | null,
  work: (to: Destination) => Promise<number>,
): Promise<void> {
  const { beginning: before, newTrees } = store.getState();
  const isAwaited = () => store.getState().newTrees === newTrees;
  if (treeId !== null) {
    await work({ treeId, isAwaited });
    return;
  }
  const mine = before.then((begun) => work({ treeId: begun, isAwaited }));
  const beginning = mine.catch(() => before);
  store.setState({ beginning });
  try {
    await mine;
  } finally {
    store.setState((state) => (state.beginning === beginning ? { beginning: NOT_BEGINNING } : {}));
  }
}

/** Paints on one picture; the masks of the others stay. */
export function paint(store: StudioStore, nodeId: number, mask: MaskDocument): void {
  store.setState((state) => {
    const masks = new Map(state.masks);
    // The one painted last stands last.
    masks.delete(nodeId);
    return { masks: masks.set(nodeId, mask), lost: without(state.lost, nodeId) };
  });
}

/** The picture goes without the mask that was not kept. */
export function giveUpMask(store: StudioStore, nodeId: number): void {
  store.setState(({ lost }) => ({ lost: without(lost, nodeId) }));
}

function without(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  return ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : ids;
}

export function selectNode(store: StudioStore, treeId: number, nodeId: number): void {
  store.setState(({ selected }) => ({ selected: new Map(selected).set(treeId, nodeId) }));
}

export function closeBranches(store: StudioStore, nodeIds: readonly number[]): void {
  store.setState(({ closed }) => ({ closed: new Set([...closed, ...nodeIds]) }));
}

export function openBranches(store: StudioStore, nodeIds: readonly number[]): void {
  const opened = new Set(nodeIds);
  store.setState(({ closed }) => ({ closed: new Set([...closed].filter((id) => !opened.has(id))) }));
}

/** Keeps a node for comparison, or lets it go; with the selected one there are at most four, so the oldest gives way. */
export function toggleKept(store: StudioStore, nodeId: number): void {
  store.setState(({ kept }) => ({
    kept: kept.includes(nodeId)
      ? kept.filter((id) => id !== nodeId)
      : [...kept, nodeId].slice(-(MOST_PICTURES - 1)),
  }));
}

/** Takes a step and remembers it; the way forward ends. False: there was nothing to do. */
export async function takeStep(store: StudioStore, step: Step): Promise<boolean> {
  return await store.getState().inTurn(async () => {
    const isTaken = await step.redo();
    if (isTaken) {
      store.setState(({ done }) => ({ done: [...done, step].slice(-KEPT_STEPS), undone: [] }));
    }
    return isTaken;
  });
}

/**
 * Takes the last step back, or `only` that one, whatever was done since; answers its label, null where there is none.
 * Throws what its call threw; a step that never can be taken back is let go then, and no longer stands before the others.
 */
export async function stepBack(store: StudioStore, only?: Step): Promise<string | null> {
  return await store.getState().inTurn(async () => {
    const { done } = store.getState();
    const step = only === undefined ? done.at(-1) : done.find((one) => one === only);
    if (step === undefined) {
      return null;
    }
    await orLetGo(store, step, () => step.undo());
    store.setState((state) => ({ done: withoutStep(state.done, step), undone: [...state.undone, step] }));
    return step.label;
  });
}

/** Takes the step again that was taken back last; answers and throws as `stepBack` does. */
export async function stepAgain(store: StudioStore): Promise<string | null> {
  return await store.getState().inTurn(async () => {
    const step = store.getState().undone.at(-1);
    if (step === undefined) {
      return null;
    }
    const isTaken = await orLetGo(store, step, () => step.redo());
    store.setState(({ done, undone }) => ({
      done: isTaken ? [...done, step] : done,
      undone: withoutStep(undone, step),
    }));
    return isTaken ? step.label : null;
  });
}

/** What main answers where the same call never succeeds. */
const HOPELESS: ReadonlySet<string> = new Set(['NOT_FOUND', 'BAD_REQUEST']);

async function orLetGo<T>(store: StudioStore, step: Step, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ORPCError && HOPELESS.has(error.code)) {
      store.setState(({ done, undone }) => ({
        done: withoutStep(done, step),
        undone: withoutStep(undone, step),
      }));
    }
    throw error;
  }
}

function withoutStep(steps: readonly Step[], step: Step): readonly Step[] {
  return steps.filter((one) => one !== step);
}
