/** Trees and nodes as screens see them. Pure. */
import { join } from 'node:path';
import { nodeUrl, type NodePart } from '@shared/media-url';
import type { Picture, Tree, TreeNode } from '@shared/model/studio';
import type { StoredFile, StoredNode, StoredTree } from '../../store/studio/studio-store';

/** What a node shows, and what goes out when it is edited: the composite where there is one, else the answer's bytes. */
export interface ShownPicture {
  /** Absolute. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Null: nothing has come yet. */
export function shownPicture(folder: string, node: StoredNode): ShownPicture | null {
  const locked = node.outcome?.locked;
  if (locked !== undefined) {
    return { ...locked, path: join(folder, locked.file) };
  }
  if (node.origin.kind !== 'result') {
    return { ...node.origin.picture, path: join(folder, node.origin.picture.file) };
  }
  return rawAnswer(node);
}

/** The provider's own bytes. */
export function rawAnswer({ job }: StoredNode): ShownPicture | null {
  return job === null || job.result === null || job.path === null ? null : { ...job.result, path: job.path };
}

/** What a sentence calls it. */
export function nodeName(node: Pick<StoredNode, 'name' | 'origin'>): string {
  if (node.name !== '') {
    return node.name;
  }
  const text = node.origin.kind === 'result' ? node.origin.ask.instruction : node.origin.fileName;
  return shortened(text, 60);
}

export function shortened(text: string, most: number): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`;
}

export function treeView(tree: StoredTree): Tree {
  const { id, name, createdAt, changedAt, nodes, cover } = tree;
  return {
    id,
    name,
    createdAt,
    changedAt,
    nodes,
    ...(cover === null ? {} : { cover: nodeUrl('thumbnail', cover.part, cover.nodeId, cover.version) }),
  };
}

/** `partial`: version of the partial image that has come; undefined: none. */
export function nodeView(node: StoredNode, partial?: number): TreeNode {
  const { id, treeId, parentId, name, createdAt } = node;
  const picture = pictureOf(node);
  return {
    id,
    treeId,
    parentId,
    name,
    createdAt,
    origin: originOf(node, partial),
    ...(picture === undefined ? {} : { picture }),
  };
}

function originOf(node: StoredNode, partial: number | undefined): TreeNode['origin'] {
  const { id, origin, job, outcome } = node;
  if (origin.kind !== 'result') {
    const { fileName, notes } = origin;
    const told = { fileName, ...(notes === undefined ? {} : { notes: [...notes] }) };
    return origin.kind === 'edited'
      ? { kind: 'edited', ...told }
      : { kind: 'source', ...told, ...(origin.recipe === undefined ? {} : { recipe: origin.recipe }) };
  }
  const version = job?.result?.id ?? 0;
  const { ask, variant, mask, maskSentAs, sentNotes } = origin;
  return {
    kind: 'result',
    ask,
    runId: job?.runId ?? 0,
    jobId: job?.id ?? 0,
    variant,
    state: job?.state ?? 'cancelled',
    ...(job === null ? {} : answered(job)),
    ...(mask === undefined ? {} : { mask: nodeUrl('view', 'mask', id) }),
    ...(maskSentAs === undefined ? {} : { maskSentAs }),
    ...(sentNotes === undefined || sentNotes.length === 0 ? {} : { sentNotes: [...sentNotes] }),
    ...(partial === undefined || job?.state !== 'sent'
      ? {}
      : { partial: nodeUrl('view', 'partial', id, partial) }),
    ...(outcome?.drift === undefined ? {} : { drift: outcome.drift }),
    ...(outcome?.heatMap === undefined ? {} : { heatMap: nodeUrl('view', 'heatMap', id, version) }),
    ...(outcome?.locked === undefined ? {} : { locked: keptPicture(node, 'locked', outcome.locked) }),
    ...(outcome?.problem === undefined ? {} : { lockProblem: outcome.problem }),
  };
}

type Answered = Partial<
  Pick<
    Extract<TreeNode['origin'], { kind: 'result' }>,
    'resultId' | 'failure' | 'costUsd' | 'sentAt' | 'seconds'
  >
>;

function answered({ result, failure, costUsd, sentAt, seconds }: NonNullable<StoredNode['job']>): Answered {
  return {
    ...(result === null ? {} : { resultId: result.id }),
    ...(failure === null ? {} : { failure }),
    ...(costUsd === null ? {} : { costUsd }),
    ...(sentAt === null ? {} : { sentAt }),
    ...(seconds === null ? {} : { seconds }),
  };
}

function pictureOf(node: StoredNode): Picture | undefined {
  if (node.origin.kind !== 'result') {
    return keptPicture(node, 'picture', node.origin.picture);
  }
  const result = node.job?.result ?? null;
  return result === null ? undefined : keptPicture(node, 'picture', result);
}

function keptPicture(
  node: StoredNode,
  part: NodePart,
  { width, height, mimeType, sizeBytes, sha256 }: Omit<StoredFile, 'file'>,
): Picture {
  const version = node.job?.result?.id ?? 0;
  return {
    width,
    height,
    mimeType,
    sizeBytes,
    sha256,
    thumbnail: nodeUrl('thumbnail', part, node.id, version),
    view: nodeUrl('view', part, node.id, version),
  };
}
