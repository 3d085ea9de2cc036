/** Pictures that come into a tree from outside: dropped, pasted, saved by another program, or results of any run. */
import { basename, join } from 'node:path';
import { imageReferences } from '@shared/columns';
import type { PictureRecipe } from '@shared/model/studio';
import { embeddedFile, isEmbeddedReference } from '../../images/embedded';
import { resolveInputPath } from '../../images/safe-path';
import { Refusal } from '../../refusal';
import type { StoredJob, StoredRow, StoredRun } from '../../store/store';
import type { NewNode, StoredNode } from '../../store/studio/studio-store';
import { instructionOf } from '../orders/job-instruction';
import { plainRow } from '../orders/plain-row';
import { libraryId } from '../pictures/library-id';
import { readRecipe } from '../pictures/recipe';
import { type Kept, keepBytes, keepFile, type NamedBytes } from './keep-picture';
import { nodeName, rawAnswer, shortened, shownPicture } from './node-views';
import type { StudioParts } from './parts';
import { FACTS_BYTES, pictureFacts, reasonsForCopy } from './picture-facts';

const SOURCES = 'sources';

/** Its bytes are read when its turn comes: two hundred photographs are not held at once. */
export interface GivenPicture {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

export interface Brought {
  readonly treeId: number;
  /** In the order they were given; without those that could not be used. */
  readonly nodeIds: readonly number[];
  /** One sentence each. */
  readonly problems: readonly string[];
}

/**
 * Each picture becomes a source node; one of ours that this library still has is not copied: its own node is answered.
 * Throws a Refusal when none can be used.
 */
export async function bringPictures(
  parts: StudioParts,
  treeId: number | null,
  pictures: readonly GivenPicture[],
): Promise<Brought> {
  const drafts: Draft[] = [];
  const problems: string[] = [];
  for (const { name, read } of pictures) {
    const picture = { name, bytes: await read() };
    // A picture of another tree opens that tree, where it comes alone.
    const node = await knownNode(parts, picture);
    if (node !== null && (node.treeId === treeId || pictures.length === 1)) {
      await bringBack(parts, node);
      drafts.push({ kind: 'known', node });
      continue;
    }
    const kept = await keepBytes(parts.folder, SOURCES, picture);
    if (kept.kind === 'refused') {
      problems.push(kept.sentence);
    } else {
      drafts.push({ kind: 'new', nodes: [await restoredNode(kept, picture)] });
    }
  }
  return addDrafts(parts, { treeId, drafts, problems });
}

/**
 * One of ours, by the place that its recipe names, as long as it shows what that node shows: other programs keep the
 * recipe of a picture that somebody painted on, and such a picture is a new one.
 */
async function knownNode(
  { store, libraryRoot, folder, lab }: StudioParts,
  { bytes }: NamedBytes,
): Promise<StoredNode | null> {
  const note = await readRecipe(bytes);
  if (note === null || note.place.libraryId !== (await libraryId(libraryRoot))) {
    return null;
  }
  const { nodeId } = note.place;
  const [node] = nodeId === undefined ? [] : await store.studioNodesById([nodeId]);
  if (node === undefined) {
    return null;
  }
  const facts = pictureFacts(bytes.subarray(0, FACTS_BYTES));
  for (const shown of [shownPicture(folder, node), rawAnswer(node)]) {
    const isCut = facts?.width !== shown?.width || facts?.height !== shown?.height;
    if (shown !== null && !isCut && (await lab.isSame(shown.path, bytes))) {
      return node;
    }
  }
  return null;
}

/** With its tree and all that it grew from, where they were removed. */
async function bringBack({ store }: StudioParts, node: StoredNode): Promise<void> {
  await store.setStudioTreeRemoved(node.treeId, false);
  for (let next: StoredNode | undefined = node; next !== undefined; ) {
    await store.restoreStudioNodes([next.id]);
    next = next.parentId === null ? undefined : (await store.studioNodesById([next.parentId]))[0];
  }
}

type Draft =
  | { readonly kind: 'known'; readonly node: StoredNode }
  /** Each grows from the one before; the last is what was brought. */
  | { readonly kind: 'new'; readonly nodes: readonly Omit<NewNode, 'treeId' | 'parentId'>[] };

async function addDrafts(
  { store }: Pick<StudioParts, 'store'>,
  {
    treeId,
    drafts,
    problems,
  }: { treeId: number | null; drafts: readonly Draft[]; problems: readonly string[] },
): Promise<Brought> {
  const [first] = drafts;
  if (first === undefined) {
    throw new Refusal('BAD_INPUT', problems.join(' ') || 'There is no picture to bring in.');
  }
  const target = first.kind === 'known' ? first.node.treeId : await treeFor(store, treeId, first);
  const added: NewNode[] = [];
  /** Of each draft: the node that is there, or the place among those that are added. */
  const places: ({ readonly id: number } | { readonly at: number })[] = [];
  /** Several results of one input grow from one node. */
  const ancestors = new Map<string, number>();
  for (const draft of drafts) {
    if (draft.kind === 'known') {
      places.push({ id: draft.node.id });
      continue;
    }
    let parentAt: number | undefined;
    for (const [at, node] of draft.nodes.entries()) {
      const ancestor = at < draft.nodes.length - 1 ? hashOf(node) : null;
      const known = ancestor === null ? undefined : ancestors.get(ancestor);
      const place =
        known ??
        added.push({
          ...node,
          treeId: target,
          parentId: null,
          ...(parentAt === undefined ? {} : { parentAt }),
        }) - 1;
      if (ancestor !== null) {
        ancestors.set(ancestor, place);
      }
      parentAt = place;
    }
    places.push(...(parentAt === undefined ? [] : [{ at: parentAt }]));
  }
  const ids = added.length === 0 ? [] : await store.addStudioNodes(added);
  const nodeIds = places.flatMap((place) => ('id' in place ? place.id : (ids[place.at] ?? [])));
  return { treeId: target, nodeIds, problems };
}

function hashOf({ origin }: Pick<NewNode, 'origin'>): string | null {
  return origin.kind === 'result' ? null : origin.picture.sha256;
}

async function treeFor(
  store: StudioParts['store'],
  treeId: number | null,
  first: Extract<Draft, { kind: 'new' }>,
): Promise<number> {
  const tree = treeId === null ? null : await store.studioTree(treeId);
  if (treeId !== null && (tree === null || tree.isRemoved)) {
    throw new Refusal('NOT_FOUND', 'That tree is no longer in the library: start a new one.');
  }
  const last = first.nodes.at(-1);
  const name = last === undefined ? '' : nodeName(last).replace(/\.[a-z0-9]{2,5}$/i, '');
  return tree?.id ?? (await store.addStudioTree(shortened(name, 60) || 'Pictures')).id;
}

interface SourceNode extends Omit<NewNode, 'treeId' | 'parentId' | 'origin'> {
  readonly origin: Extract<NewNode['origin'], { readonly picture: unknown }>;
}

function sourceNode({ picture, facts }: Extract<Kept, { kind: 'ok' }>, fileName: string): SourceNode {
  const reasons = reasonsForCopy(facts, picture.sizeBytes, null);
  return {
    name: '',
    origin: {
      kind: 'source',
      fileName,
      picture,
      ...(reasons.length === 0
        ? {}
        : {
            notes: [`Kept as it came; a copy is sent where it must be, because ${reasons.join(', and ')}.`],
          }),
    },
  };
}

/** What was asked for a picture of ours, also in another library, comes with it. */
async function restoredNode(
  kept: Extract<Kept, { kind: 'ok' }>,
  { name, bytes }: NamedBytes,
): Promise<Omit<NewNode, 'treeId' | 'parentId'>> {
  const source = sourceNode(kept, name);
  const note = await readRecipe(bytes);
  if (note === null) {
    return source;
  }
  const { aspectRatio, imageSize, quality } = note.settings;
  const recipe: PictureRecipe = {
    instruction: note.instruction,
    model: { provider: note.provider, model: note.model },
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(quality === undefined ? {} : { quality }),
  };
  return {
    name: shortened(note.instruction, 60),
    origin: { ...source.origin, recipe },
  };
}

/** Results of any run with what was asked for them; an edit's input comes along as what it grew from. */
export async function bringResults(
  parts: StudioParts & { inputRoots(datasetId: number): Promise<InputRules | null> },
  treeId: number | null,
  resultIds: readonly number[],
): Promise<Brought> {
  const drafts: Draft[] = [];
  const problems: string[] = [];
  /** Of the first: what follows joins it, and what is of another tree is copied. */
  let target: number | 'new' | null = treeId;
  for (const resultId of resultIds) {
    const found: Draft | string = await draftOfResult(parts, resultId, target);
    if (typeof found !== 'string') {
      target ??= found.kind === 'known' ? found.node.treeId : 'new';
    }
    if (typeof found === 'string') {
      problems.push(found);
    } else {
      drafts.push(found);
    }
  }
  return addDrafts(parts, { treeId, drafts, problems });
}

/** Where the inputs of a dataset may lie. */
export interface InputRules {
  readonly baseDir: string;
  readonly roots: readonly string[] | 'all';
  readonly embeddedDir: string;
}

async function draftOfResult(
  parts: StudioParts & { inputRoots(datasetId: number): Promise<InputRules | null> },
  resultId: number,
  treeId: number | 'new' | null,
): Promise<Draft | string> {
  const { store, folder } = parts;
  const found = await store.result(resultId);
  const job = found === null ? null : await store.job(found.jobId);
  const run = job === null ? null : await store.run(job.runId);
  if (found === null || job === null || run === null) {
    return 'One of the results is no longer in the library.';
  }
  const [own] = run.origin === 'studio' ? await store.studioNodesOfJobs([job.id]) : [];
  if (own !== undefined && (treeId === null || own.treeId === treeId)) {
    await bringBack(parts, own);
    return { kind: 'known', node: own };
  }
  const kept = await keepFile(folder, SOURCES, found.path);
  if (kept.kind === 'refused') {
    return kept.sentence;
  }
  const [row] = await store.rowsAt(run.datasetId, [job.row]);
  const recipe = recipeOf(run, job, row);
  const source = sourceNode(kept, basename(found.path));
  const node = {
    name: shortened(recipe.instruction, 60),
    origin: { ...source.origin, recipe },
  };
  const input = row === undefined ? null : await inputOf(parts, run, row);
  return { kind: 'new', nodes: [...(input === null ? [] : [input]), node] };
}

function recipeOf(run: StoredRun, job: StoredJob, row: StoredRow | undefined): PictureRecipe {
  const { recipe, fields } = plainRow(run, row?.fields ?? {});
  const { aspectRatio, imageSize, quality } = recipe;
  return {
    instruction:
      row === undefined ? (job.instruction ?? recipe.instruction) : instructionOf(recipe, job, fields),
    model: { provider: job.provider, model: job.model },
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(quality === undefined ? {} : { quality }),
  };
}

/** The first input of an edit, where it is a file of this machine. */
async function inputOf(
  parts: StudioParts & { inputRoots(datasetId: number): Promise<InputRules | null> },
  run: StoredRun,
  row: StoredRow,
): Promise<Omit<NewNode, 'treeId' | 'parentId'> | null> {
  const { recipe, fields } = plainRow(run, row.fields);
  const reference =
    recipe.task === 'edit' ? imageReferences(fields, recipe.imageColumns)[0]?.trim() : undefined;
  const rules = reference === undefined ? null : await parts.inputRoots(run.datasetId);
  if (reference === undefined || rules === null || /^(https?|data):/i.test(reference)) {
    return null;
  }
  const path = await pathOf(reference, rules);
  const kept = path === null ? null : await keepFile(parts.folder, SOURCES, path);
  return path === null || kept?.kind !== 'ok' ? null : sourceNode(kept, basename(path));
}

async function pathOf(reference: string, rules: InputRules): Promise<string | null> {
  if (isEmbeddedReference(reference)) {
    return embeddedFile(reference, rules.embeddedDir)?.path ?? null;
  }
  const resolved = await resolveInputPath(reference, rules);
  return resolved.kind === 'ok' ? resolved.path : null;
}

/** What another program saved of a node's picture becomes its child. */
export async function adoptEdited(parts: StudioParts, nodeId: number, path: string): Promise<number> {
  const [parent] = await parts.store.studioNodesById([nodeId]);
  if (parent === undefined) {
    throw new Refusal('NOT_FOUND', 'The picture this was made from is no longer in the library.');
  }
  const kept = await keepFile(parts.folder, SOURCES, join(path));
  if (kept.kind === 'refused') {
    throw new Refusal('BAD_INPUT', kept.sentence);
  }
  const { origin } = sourceNode(kept, basename(path));
  const [id] = await parts.store.addStudioNodes([
    {
      treeId: parent.treeId,
      parentId: parent.id,
      name: '',
      origin: { ...origin, kind: 'edited' },
    },
  ]);
  if (id === undefined) {
    throw new Error('A node that was added has an id.');
  }
  return id;
}
