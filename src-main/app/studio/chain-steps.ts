/** The edits from a tree's root to a node, as steps that can be repeated on other pictures. */
import { join } from 'node:path';
import { z } from 'zod';
import { type ImageRole, imageRoleSchema, type StudioAsk } from '@shared/model/studio';
import { modelChoiceSchema } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { StoredNode } from '../../store/studio/studio-store';
import { keepFile } from './keep-picture';
import { nodeName, shownPicture } from './node-views';
import type { StudioParts } from './parts';

export const chainStepSchema = z.object({
  instruction: z.string(),
  model: modelChoiceSchema,
  aspectRatio: z.string().optional(),
  imageSize: z.string().optional(),
  quality: z.string().optional(),
  /** In the order they are sent. `file` null: the row's own picture; else an absolute path. */
  images: z.array(z.object({ role: imageRoleSchema, file: z.string().nullable() })),
});
export type ChainStep = Readonly<z.infer<typeof chainStepSchema>>;

/** Below the studio's folder. */
const REFERENCES = 'references';

type Parts = Pick<StudioParts, 'store' | 'folder'>;

/** First step first. Throws a Refusal where they cannot be repeated. */
export async function chainTo(parts: Parts, nodeId: number): Promise<readonly ChainStep[]> {
  const path = await pathTo(parts, nodeId);
  const byHand = path.find(({ origin }) => origin.kind === 'edited');
  if (byHand !== undefined) {
    throw new Refusal(
      'BAD_INPUT',
      `"${nodeName(byHand)}" was made in another program, which no run can repeat: choose a node before it.`,
    );
  }
  const steps: ChainStep[] = [];
  for (const node of path) {
    if (node.origin.kind === 'result' && node.parentId !== null) {
      steps.push(await stepOf(parts, node, node.origin.ask));
    }
  }
  if (steps.length === 0) {
    throw new Refusal('BAD_INPUT', 'No edit leads to this picture: choose one that was edited.');
  }
  return steps;
}

async function pathTo({ store }: Parts, nodeId: number): Promise<readonly StoredNode[]> {
  const path: StoredNode[] = [];
  for (let next: number | null = nodeId; next !== null; ) {
    const [node]: readonly StoredNode[] = await store.studioNodesById([next]);
    if (node === undefined) {
      throw new Refusal('NOT_FOUND', 'That picture is no longer in the library.');
    }
    path.unshift(node);
    next = node.parentId;
  }
  return path;
}

async function stepOf(parts: Parts, node: StoredNode, ask: StudioAsk): Promise<ChainStep> {
  if (node.origin.kind === 'result' && node.origin.mask !== undefined) {
    throw new Refusal(
      'BAD_INPUT',
      `"${nodeName(node)}" was edited under a mask, which fits only its own picture: choose a node before it, or edit without a mask.`,
    );
  }
  const images: { role: ImageRole; file: string | null }[] = [];
  for (const { nodeId, role } of ask.inputs) {
    images.push({ role, file: nodeId === node.parentId ? null : await referenceFile(parts, nodeId) });
  }
  const { instruction, model, aspectRatio, imageSize, quality } = ask;
  return {
    instruction,
    model,
    ...(aspectRatio ? { aspectRatio } : {}),
    ...(imageSize ? { imageSize } : {}),
    ...(quality ? { quality } : {}),
    images,
  };
}

/** A copy in a folder that holds nothing else: rows of a stranger's dataset may name what lies there. */
async function referenceFile({ store, folder }: Parts, nodeId: number): Promise<string> {
  const [node] = await store.studioNodesById([nodeId]);
  const shown = node === undefined ? null : shownPicture(folder, node);
  const kept = shown === null ? null : await keepFile(folder, REFERENCES, shown.path);
  if (node === undefined || kept?.kind !== 'ok') {
    throw new Refusal(
      'BAD_INPUT',
      `A step needs the picture ${node === undefined ? 'of a reference' : `"${nodeName(node)}"`}, which is no longer on disk: choose a node before it.`,
    );
  }
  return join(folder, kept.picture.file);
}
