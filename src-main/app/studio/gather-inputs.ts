/** The pictures of a request, and what is sent for each: its own bytes, or a copy where the provider would not take them. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageRole, StudioAsk } from '@shared/model/studio';
import { Refusal } from '../../refusal';
import type { StoredNode } from '../../store/studio/studio-store';
import { factsOfFile } from './keep-picture';
import { nodeName, type ShownPicture, shownPicture } from './node-views';
import type { StudioParts } from './parts';
import { type PictureFacts, reasonsForCopy } from './picture-facts';

export interface GatheredInput {
  readonly role: ImageRole;
  readonly node: StoredNode;
  readonly shown: ShownPicture;
  /** Absolute. */
  readonly sent: string;
  /** One sentence where `sent` is a copy. */
  readonly note: string | null;
}

/** Copies that are sent instead of pictures as they came. */
export const SENT = 'sent';

type Parts = Pick<StudioParts, 'store' | 'folder' | 'lab'>;

/**
 * In the order of the ask; `hasMask`: a mask goes with the subject. Throws a Refusal for an input that has no picture.
 */
export async function gatherInputs(
  parts: Parts,
  ask: StudioAsk,
  hasMask: boolean,
): Promise<readonly GatheredInput[]> {
  const nodes = await parts.store.studioNodesById(ask.inputs.map(({ nodeId }) => nodeId));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inputs: GatheredInput[] = [];
  for (const { nodeId, role } of ask.inputs) {
    const node = byId.get(nodeId);
    if (node === undefined) {
      throw new Refusal(
        'NOT_FOUND',
        'One of the pictures is no longer in the library: take it out.',
        'inputs',
      );
    }
    if (role === 'subject' && node.isPruned) {
      throw new Refusal(
        'BAD_INPUT',
        `"${nodeName(node)}" was taken out of its tree: put it back, or choose another picture.`,
        'inputs',
      );
    }
    const isMasked = hasMask && role === 'subject' && !inputs.some((input) => input.role === 'subject');
    inputs.push(await gather(parts, { node, role, ask, isMasked }));
  }
  return inputs;
}

async function gather(
  parts: Parts,
  { node, role, ask, isMasked }: Pick<Needed, 'node' | 'ask' | 'isMasked'> & { role: ImageRole },
): Promise<GatheredInput> {
  const shown = shownPicture(parts.folder, node);
  if (shown === null) {
    throw new Refusal(
      'BAD_INPUT',
      `"${nodeName(node)}" has no picture yet: wait for it, or take it out.`,
      'inputs',
    );
  }
  const facts = await factsOfFile(shown.path);
  if (facts === null) {
    throw new Refusal(
      'NOT_FOUND',
      `The picture of "${nodeName(node)}" is no longer on disk, or cannot be read: take it out.`,
      'inputs',
    );
  }
  const copy = await copyIfNeeded(parts, { node, shown, facts, ask, isMasked });
  return { role, node, shown, sent: copy?.path ?? shown.path, note: copy?.note ?? null };
}

interface Needed {
  readonly node: StoredNode;
  readonly shown: ShownPicture;
  readonly facts: PictureFacts & { readonly sizeBytes: number };
  readonly ask: StudioAsk;
  /** Its mask goes with it, as one. */
  readonly isMasked: boolean;
}

/**
 * Picture and mask have one format and one size: https://platform.openai.com/docs/guides/image-generation, "Edit an
 * image using a mask".
 */
const NOT_LIKE_ITS_MASK = 'the mask is a PNG, and both must be of one kind';

async function copyIfNeeded(
  { folder, lab }: Parts,
  { node, shown, facts, ask, isMasked }: Needed,
): Promise<{ path: string; note: string } | null> {
  const asPng = isMasked && facts.mimeType !== 'image/png';
  const reasons = [
    ...reasonsForCopy(facts, facts.sizeBytes, ask.model.provider),
    ...(asPng ? [NOT_LIKE_ITS_MASK] : []),
  ];
  if (reasons.length === 0) {
    return null;
  }
  const note = `A copy of "${nodeName(node)}" was sent, because ${reasons.join(', and ')}.`;
  await mkdir(join(folder, SENT), { recursive: true, mode: 0o700 });
  const target = join(folder, SENT, shown.sha256);
  for (const known of asPng ? [`${target}.png`] : [`${target}.jpg`, `${target}.png`]) {
    if (await isFilled(known)) {
      return { path: known, note };
    }
  }
  const made = await lab.prepare({ source: shown.path, target, ...(asPng ? { asPng } : {}) });
  if (made.kind === 'failed') {
    throw new Refusal(
      'BAD_INPUT',
      `"${nodeName(node)}" cannot be sent as it is, because ${reasons.join(', and ')}; a copy could not be made: ${made.sentence}`,
      'inputs',
    );
  }
  return { path: made.path, note };
}

/** The subject with the region of the mask marked; made once. Throws a Refusal where it cannot be. */
export async function markedUp(
  { folder, lab }: Parts,
  { subject, mask, maskSha256 }: { subject: GatheredInput; mask: string; maskSha256: string },
): Promise<string> {
  await mkdir(join(folder, SENT), { recursive: true, mode: 0o700 });
  const target = join(folder, SENT, `${subject.shown.sha256.slice(0, 32)}-${maskSha256.slice(0, 32)}.png`);
  if (await isFilled(target)) {
    return target;
  }
  const made = await lab.markUp({ source: subject.sent, mask, target });
  if (made.kind === 'failed') {
    throw new Refusal('BAD_INPUT', `The region could not be marked: ${made.sentence}`, 'mask');
  }
  return target;
}

/** One that a full disk left empty is made anew. */
async function isFilled(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}
