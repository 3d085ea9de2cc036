/** Trees and presets in memory: what is sent goes out at the first tick, shows a part at the second, and is there at the third. */
import { AsyncIteratorClass, ORPCError } from '@orpc/client';
import type { Progress } from '@shared/contract/base';
import type { Failure } from '@shared/model/failure';
import type { JobState } from '@shared/model/run';
import type { Picture, Preset, StudioAsk, Tree, TreeNode } from '@shared/model/studio';
import type { Client } from '../api';
import type { World } from './fake-backend';
import { notFound } from './fake-backend';
import { figureUrl } from './fake-pictures';
import { newRun } from './fake-runs';
import { FAKE_PRESETS, fillTrees } from './fake-trees';

export interface FakeStudio {
  readonly trees: Map<number, Tree>;
  readonly nodes: Map<number, TreeNode>;
  /** Taken out, but not gone. */
  readonly pruned: Set<number>;
  readonly removed: Set<number>;
  presets: Preset[];
  instructions: { instruction: string; usedAt: number }[];
  /** What was asked, in order. */
  readonly sent: { readonly ask: StudioAsk; readonly mask: File | undefined }[];
  lastId: number;
  /** No key works: everything that is sent fails. */
  readonly isFailing: boolean;
}

const worlds = new WeakMap<World, FakeStudio>();

export function studioOf(world: World): FakeStudio {
  const known = worlds.get(world);
  if (known !== undefined) {
    return known;
  }
  const studio: FakeStudio = {
    trees: new Map(),
    nodes: new Map(),
    pruned: new Set(),
    removed: new Set(),
    presets: [],
    instructions: [],
    sent: [],
    lastId: 100,
    isFailing: world.scene === 'failing',
  };
  worlds.set(world, studio);
  if (!world.isEmpty) {
    fillTrees(studio);
    studio.presets = [...FAKE_PRESETS];
  }
  return studio;
}

export function fakePicture(seed: number, hasHat: boolean): Picture {
  const url = figureUrl(seed, hasHat);
  return {
    width: 1024,
    height: 1024,
    mimeType: 'image/png',
    sizeBytes: 1_400_000,
    sha256: seed.toString(16).padStart(64, '0'),
    thumbnail: url,
    view: url,
  };
}

const NEXT: Partial<Record<JobState, JobState>> = { pending: 'sent', leased: 'sent', sent: 'done' };
const BLOCKED: Failure = {
  kind: 'blocked',
  message: 'The provider refused this content (PROHIBITED_CONTENT).',
};

/** Lets every request make one step. */
export function tickStudio(world: World): void {
  const studio = studioOf(world);
  const changed = [...studio.nodes.values()].flatMap((node) => {
    const next = stepNode(studio, node);
    return next === null ? [] : [next];
  });
  for (const node of changed) {
    studio.nodes.set(node.id, node);
  }
  for (const treeId of new Set(changed.map((node) => node.treeId))) {
    tellTree(
      world,
      treeId,
      changed.filter((node) => node.treeId === treeId),
    );
  }
}

function stepNode(studio: FakeStudio, node: TreeNode): TreeNode | null {
  const { origin } = node;
  const next = origin.kind === 'result' ? NEXT[origin.state] : undefined;
  if (origin.kind !== 'result' || next === undefined) {
    return null;
  }
  const url = figureUrl(node.id, true);
  if (next === 'sent') {
    return { ...node, origin: { ...origin, state: 'sent' } };
  }
  if (origin.partial === undefined && !studio.isFailing) {
    return { ...node, origin: { ...origin, partial: url } };
  }
  const { partial: _, ...rest } = origin;
  if (studio.isFailing || /forbidden/i.test(origin.ask.instruction)) {
    return { ...node, origin: { ...rest, state: 'failed', failure: BLOCKED } };
  }
  return {
    ...node,
    picture: fakePicture(node.id, true),
    origin: {
      ...rest,
      state: 'done',
      resultId: 2_000_000 + node.id,
      costUsd: 0.0336,
      ...(origin.ask.inputs.length === 0
        ? {}
        : { drift: { changedShare: 0.041, scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 }, heatMap: url }),
    },
  };
}

export function tellTree(world: World, treeId: number, nodes: readonly TreeNode[]): void {
  const tree = withCount(studioOf(world), treeId);
  world.tell({ kind: 'tree', treeId, tree: tree ?? null, nodes: [...nodes] });
}

function withCount(studio: FakeStudio, treeId: number): Tree | undefined {
  const tree = studio.trees.get(treeId);
  if (tree === undefined || studio.removed.has(treeId)) {
    return undefined;
  }
  const nodes = nodesOf(studio, treeId);
  const cover = nodes.findLast((node) => node.picture !== undefined)?.picture?.thumbnail;
  const counted = { ...tree, nodes: nodes.length, ...(cover === undefined ? {} : { cover }) };
  studio.trees.set(treeId, counted);
  return counted;
}

function nodesOf(studio: FakeStudio, treeId: number): TreeNode[] {
  return [...studio.nodes.values()].filter((node) => node.treeId === treeId && !studio.pruned.has(node.id));
}

function whole(studio: FakeStudio, treeId: number) {
  return { tree: withCount(studio, treeId) ?? notFound(), nodes: nodesOf(studio, treeId) };
}

function treeFor(studio: FakeStudio, treeId: number | null, name: string): number {
  if (treeId !== null) {
    return studio.trees.has(treeId) ? treeId : notFound();
  }
  studio.lastId += 1;
  const now = Date.now();
  studio.trees.set(studio.lastId, { id: studio.lastId, name, createdAt: now, changedAt: now, nodes: 0 });
  return studio.lastId;
}

function addSource(studio: FakeStudio, treeId: number, fileName: string): number {
  studio.lastId += 1;
  studio.nodes.set(studio.lastId, {
    id: studio.lastId,
    treeId,
    parentId: null,
    name: '',
    createdAt: Date.now(),
    origin: { kind: 'source', fileName },
    picture: fakePicture(studio.lastId, false),
  });
  return studio.lastId;
}

function addRequest(studio: FakeStudio, treeId: number, ask: StudioAsk): number[] {
  studio.lastId += 1;
  const runId = studio.lastId;
  const parentId = ask.inputs.find(({ role }) => role === 'subject')?.nodeId ?? null;
  return Array.from({ length: ask.variants }, (_, variant) => {
    studio.lastId += 1;
    const id = studio.lastId;
    studio.nodes.set(id, {
      id,
      treeId,
      parentId,
      name: '',
      createdAt: Date.now(),
      origin: { kind: 'result', ask, runId, jobId: id, variant, state: 'pending' },
    });
    return id;
  });
}

/** Where all of them belong. */
function setState(world: World, nodeIds: readonly number[], from: readonly JobState[], to: JobState): void {
  const studio = studioOf(world);
  const changed = nodeIds.flatMap((id) => {
    const node = studio.nodes.get(id) ?? notFound();
    if (node.origin.kind !== 'result' || !from.includes(node.origin.state)) {
      return [];
    }
    const { failure: _, partial: __, ...origin } = node.origin;
    const next: TreeNode = { ...node, origin: { ...origin, state: to } };
    studio.nodes.set(id, next);
    return [next];
  });
  const [first] = changed;
  if (first !== undefined) {
    tellTree(world, first.treeId, changed);
  }
}

/** Half, then all. */
function progressOf(total: number): AsyncIteratorClass<Progress, void, void> {
  const steps = [Math.floor(total / 2), total].map((done, at) => ({
    done,
    total,
    skipped: 0,
    isOver: at === 1,
    ...(at === 1 ? { sentence: `${total} pictures and tree.json are in the folder.` } : {}),
  }));
  return new AsyncIteratorClass<Progress, void, void>(
    async () => {
      const value = steps.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    async () => undefined,
  );
}

export function studioCalls(world: World): Client['studio'] {
  const studio = studioOf(world);
  return {
    ...treeCalls(world, studio),
    bring: async ({ treeId, images }) => {
      const good = images.filter((file) => !file.name.startsWith('broken'));
      const problems = images
        .filter((file) => !good.includes(file))
        .map((file) => `${file.name} is not a picture.`);
      const at = treeFor(studio, treeId, good[0]?.name ?? 'New tree');
      const broughtIds = good.map((file) => addSource(studio, at, file.name));
      return { ...whole(studio, at), problems, broughtIds };
    },
    bringResults: async ({ treeId, resultIds }) => {
      const at = treeFor(studio, treeId, `${resultIds.length} results`);
      const broughtIds = resultIds.map((id) => addSource(studio, at, `${id % 1_000_000}.png`));
      return { ...whole(studio, at), problems: [], broughtIds };
    },
    send: async ({ treeId, ask, mask }) => {
      const at = treeFor(studio, treeId, ask.instruction.slice(0, 40));
      studio.sent.push({ ask, mask });
      studio.instructions.unshift({ instruction: ask.instruction, usedAt: Date.now() });
      const sentIds = addRequest(studio, at, ask);
      return { ...whole(studio, at), sentIds };
    },
    cancel: async ({ nodeIds }) => setState(world, nodeIds, ['pending', 'leased', 'sent'], 'cancelled'),
    retry: async ({ nodeIds }) => setState(world, nodeIds, ['failed', 'unknown', 'cancelled'], 'pending'),
    exportTree: async ({ treeId }) => progressOf(nodesOf(studio, treeId).length),
    applyChain: async ({ nodeId, datasetId, name }) => {
      const origin = studio.nodes.get(nodeId)?.origin;
      const dataset = world.datasets.get(datasetId) ?? notFound();
      if (origin?.kind !== 'result') {
        throw new ORPCError('BAD_INPUT', { message: 'This branch has no edit to apply.' });
      }
      const recipe = {
        task: 'edit' as const,
        models: [origin.ask.model],
        instruction: origin.ask.instruction,
        imageColumns: [],
        variants: 1,
      };
      const id = Math.max(0, ...world.runs.keys()) + 1;
      const fake = newRun(id, { name: name ?? 'chain', datasetId, recipe, options: {} }, dataset.rows);
      world.runs.set(id, fake);
      return fake.run;
    },
    instructions: async ({ search, limit }) => {
      const words = search.toLowerCase().split(/\s+/);
      return studio.instructions
        .filter(({ instruction }) => words.every((word) => instruction.toLowerCase().includes(word)))
        .slice(0, limit);
    },
  };
}

type TreeCalls = Pick<
  Client['studio'],
  'trees' | 'tree' | 'renameTree' | 'renameNode' | 'prune' | 'restore' | 'removeTree' | 'restoreTree'
>;

function treeCalls(world: World, studio: FakeStudio): TreeCalls {
  return {
    trees: async () => [...studio.trees.keys()].flatMap((id) => withCount(studio, id) ?? []),
    tree: async ({ treeId }) => whole(studio, treeId),
    renameTree: async ({ treeId, name }) => {
      const tree = studio.trees.get(treeId) ?? notFound();
      studio.trees.set(treeId, { ...tree, name });
      tellTree(world, treeId, []);
    },
    renameNode: async ({ nodeId, name }) => {
      const node = studio.nodes.get(nodeId) ?? notFound();
      studio.nodes.set(nodeId, { ...node, name });
      tellTree(world, node.treeId, [{ ...node, name }]);
    },
    prune: async ({ nodeId }) => {
      const node = studio.nodes.get(nodeId) ?? notFound();
      const gone = new Set([nodeId]);
      for (const other of nodesOf(studio, node.treeId)) {
        if (other.parentId !== null && gone.has(other.parentId)) {
          gone.add(other.id);
        }
      }
      gone.forEach((id) => studio.pruned.add(id));
      tellTree(world, node.treeId, []);
      return [...gone];
    },
    restore: async ({ nodeIds }) => {
      nodeIds.forEach((id) => studio.pruned.delete(id));
      const node = studio.nodes.get(nodeIds[0] ?? 0) ?? notFound();
      tellTree(world, node.treeId, []);
    },
    removeTree: async ({ treeId }) => {
      studio.removed.add(treeId);
      tellTree(world, treeId, []);
    },
    restoreTree: async ({ treeId }) => {
      studio.removed.delete(treeId);
      tellTree(world, treeId, []);
    },
  };
}

export function presetCalls(world: World): Client['presets'] {
  const studio = studioOf(world);
  const save = async ({ id, ...rest }: Omit<Preset, 'id'> & { readonly id?: number | undefined }) => {
    studio.lastId += 1;
    const preset: Preset = { ...rest, id: id ?? studio.lastId };
    studio.presets = [...studio.presets.filter((other) => other.id !== preset.id), preset];
    return preset;
  };
  return {
    list: async () => studio.presets,
    save,
    remove: async ({ presetId }) => {
      studio.presets = studio.presets.filter(({ id }) => id !== presetId);
    },
    restore: async ({ preset }) => await save(preset),
    export: async () => 'presets.json',
    import: async () => ({ added: 3, duplicates: 1 }),
  };
}
