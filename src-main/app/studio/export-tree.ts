/** A tree as a folder: every picture as it came, its composite and mask, and one JSON file that says how each came about. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@shared/contract/base';
import { writeAtomically } from '../../datasets/atomic-file';
import { fileSha256 } from '../../images/file-sha256';
import { Refusal } from '../../refusal';
import type { StoredFile, StoredNode } from '../../store/studio/studio-store';
import { freshFolderIn } from '../runs/run-request';
import { nodeName, rawAnswer } from './node-views';
import type { StudioParts } from './parts';

const SIDECAR = 'tree.json';

type Parts = Pick<StudioParts, 'store' | 'folder' | 'clock'>;

/** Into a new folder below `into`. tree.json comes last. Throws a Refusal when the folder cannot be written. */
export async function* exportTree(
  parts: Parts,
  { treeId, into }: { treeId: number; into: string },
  signal?: AbortSignal,
): AsyncGenerator<Progress> {
  const tree = await parts.store.studioTree(treeId);
  if (tree === null) {
    throw new Refusal('NOT_FOUND', 'That tree is no longer in the library.');
  }
  const nodes = inTreeOrder(await parts.store.studioNodes(treeId));
  const folder = await freshFolderIn(into, tree.name);
  await writable(folder, () => mkdir(folder, { recursive: true }));
  const digits = String(nodes.length).length;
  const told: ExportedNode[] = [];
  let skipped = 0;
  for (const [at, node] of nodes.entries()) {
    if (signal?.aborted === true) {
      return;
    }
    const stem = `${String(at + 1).padStart(digits, '0')}-${safeName(nodeName(node))}`;
    const exported = await writable(folder, () => exportNode(parts, { node, folder, stem }));
    told.push(exported);
    skipped += exported.file === null ? 1 : 0;
    yield { done: told.length - skipped, skipped, total: nodes.length, isOver: false };
  }
  const about = {
    brushfleetTree: 1,
    name: tree.name,
    exportedAt: new Date(parts.clock.wallNow()).toISOString(),
    nodes: told,
  };
  await writable(folder, () =>
    writeAtomically(join(folder, SIDECAR), (handle) =>
      handle.writeFile(`${JSON.stringify(about, null, 2)}\n`),
    ),
  );
  const done = told.length - skipped;
  yield { done, skipped, total: nodes.length, isOver: true, sentence: sentenceOf(folder, done, skipped) };
}

function sentenceOf(folder: string, done: number, skipped: number): string {
  const pictures = done === 1 ? 'One picture' : `${done} pictures`;
  const without =
    skipped === 0
      ? ''
      : ` ${skipped === 1 ? 'One node has' : `${skipped} nodes have`} no picture; ${SIDECAR} names them.`;
  return `${pictures} and ${SIDECAR} are in ${folder}.${without}`;
}

/** Parents before children, siblings by age. */
export function inTreeOrder(nodes: readonly StoredNode[]): readonly StoredNode[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const children = new Map<number | null, StoredNode[]>();
  for (const node of nodes) {
    const parent = node.parentId !== null && ids.has(node.parentId) ? node.parentId : null;
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const ordered: StoredNode[] = [];
  const waiting = [...(children.get(null) ?? [])].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    ordered.push(node);
    waiting.push(...[...(children.get(node.id) ?? [])].reverse());
  }
  return ordered;
}

interface ExportedNode {
  readonly id: number;
  readonly parent: number | null;
  readonly name: string;
  readonly madeAt: string;
  readonly kind: StoredNode['origin']['kind'];
  /** Names in this folder; null: it has none. */
  readonly file: string | null;
  readonly sha256: string | null;
  readonly locked?: string;
  readonly lockedSha256?: string;
  readonly mask?: string;
  readonly request?: Readonly<Record<string, unknown>>;
}

async function exportNode(
  { folder: studio }: Parts,
  { node, folder, stem }: { node: StoredNode; folder: string; stem: string },
): Promise<ExportedNode> {
  const { origin } = node;
  const from = origin.kind === 'result' ? (rawAnswer(node)?.path ?? null) : join(studio, origin.picture.file);
  const file = from === null ? null : await copied(from, folder, `${stem}${extensionOf(from)}`);
  const kept = (picture: StoredFile | undefined, what: string): Promise<string | null> =>
    picture === undefined
      ? Promise.resolve(null)
      : copied(join(studio, picture.file), folder, `${stem}-${what}${extensionOf(picture.file)}`);
  const locked = await kept(node.outcome?.locked, 'locked');
  const mask = await kept(origin.kind === 'result' ? origin.mask : undefined, 'mask');
  return {
    id: node.id,
    parent: node.parentId,
    name: nodeName(node),
    madeAt: new Date(node.createdAt).toISOString(),
    kind: origin.kind,
    file,
    // As it lies there now: a file that changed on disk must not be vouched for.
    sha256: file === null ? null : await fileSha256(join(folder, file)),
    ...(locked === null ? {} : { locked, lockedSha256: await fileSha256(join(folder, locked)) }),
    ...(mask === null ? {} : { mask }),
    ...(origin.kind === 'result' ? { request: requestOf(node, origin) } : {}),
  };
}

function requestOf(
  { job, outcome }: StoredNode,
  { ask, variant, maskSentAs }: Extract<StoredNode['origin'], { kind: 'result' }>,
): Readonly<Record<string, unknown>> {
  const { instruction, model, inputs, aspectRatio, imageSize, quality, lock, turn } = ask;
  return {
    instruction,
    provider: model.provider,
    model: model.model,
    inputs: inputs.map(({ nodeId, role }) => ({ node: nodeId, role })),
    settings: { aspectRatio, imageSize, quality, lock, turn },
    variant,
    maskSentAs,
    state: job?.state,
    failure: job?.failure ?? undefined,
    costUsd: job?.costUsd ?? undefined,
    seconds: job?.seconds ?? undefined,
    drift: outcome?.drift,
  };
}

/** Its name; null: it is no longer on disk. */
async function copied(from: string, folder: string, name: string): Promise<string | null> {
  try {
    await copyFile(from, join(folder, name));
    return name;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && path === from) {
      return null;
    }
    throw error;
  }
}

async function writable<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') {
      throw new Refusal('BAD_INPUT', `The disk of ${folder} is full: free some space, then export again.`);
    }
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
      throw new Refusal('BAD_INPUT', `Cannot write to ${folder}: choose another folder.`);
    }
    throw error;
  }
}

function extensionOf(path: string): string {
  return /\.[a-z0-9]{2,5}$/i.exec(path)?.[0].toLowerCase() ?? '';
}

function safeName(name: string): string {
  const safe = name
    .replace(/\.[a-z0-9]{2,5}$/i, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
  return safe === '' ? 'picture' : safe;
}
