/** The words, states and pictures of the studio's nodes. Pure. */
import type { JobState } from '@shared/model/run';
import type { Picture, StudioAsk, TreeNode } from '@shared/model/studio';
import type { Asked } from '../../state/studio-draft';
import { JOB_STATES } from '../../jobs/job-words';
import { formatPercent } from '../../ui/format';
import type { Tone } from '../../ui/pill';

export type ResultOrigin = Extract<TreeNode['origin'], { kind: 'result' }>;

export function resultOf(node: TreeNode | undefined): ResultOrigin | undefined {
  return node?.origin.kind === 'result' ? node.origin : undefined;
}

/** What was asked for it, here or elsewhere; undefined where nobody knows. */
export function askedFor(node: TreeNode): Asked | undefined {
  switch (node.origin.kind) {
    case 'result':
      return node.origin.ask;
    case 'source':
      return node.origin.recipe;
    case 'edited':
      return undefined;
  }
}

/** What the node shows and what its children grow from: the composite of a locked edit, else the bytes as they came. */
export function pictureOf(node: TreeNode | undefined): Picture | undefined {
  return resultOf(node)?.locked ?? node?.picture;
}

export function isReady(node: TreeNode): boolean {
  return node.origin.kind !== 'result' || node.origin.state === 'done';
}

const BUSY: ReadonlySet<JobState> = new Set(['pending', 'leased', 'sent']);

export function isBusy(node: TreeNode): boolean {
  return node.origin.kind === 'result' && BUSY.has(node.origin.state);
}

const AGAIN: ReadonlySet<JobState> = new Set(['failed', 'unknown', 'cancelled']);

/** Whether it can be sent once more as it was. */
export function canRetry(node: TreeNode): boolean {
  return node.origin.kind === 'result' && AGAIN.has(node.origin.state);
}

export function stateOf(node: TreeNode): { readonly word: string; readonly tone: Tone } {
  switch (node.origin.kind) {
    case 'source':
      return { word: 'Source', tone: 'idle' };
    case 'edited':
      return { word: 'Edited elsewhere', tone: 'idle' };
    case 'result':
      return JOB_STATES[node.origin.state];
  }
}

const NAME_LENGTH = 60;

/** Its own name, else what was asked for, else its file's. */
export function nameOf(node: TreeNode): string {
  if (node.name !== '') {
    return node.name;
  }
  const text = node.origin.kind === 'result' ? node.origin.ask.instruction : node.origin.fileName;
  const line = text.split('\n')[0]?.trim() ?? '';
  return line.length <= NAME_LENGTH ? line : `${line.slice(0, NAME_LENGTH - 1).trimEnd()}…`;
}

/** The same for a screen reader: which variant, and how it stands. */
export function spokenName(node: TreeNode): string {
  const origin = resultOf(node);
  const variant = origin === undefined || origin.ask.variants === 1 ? '' : `, variant ${origin.variant + 1}`;
  return `${nameOf(node)}${variant}: ${stateOf(node).word}`;
}

/** `1536x1024 · high`, as far as something was chosen. */
export function settingsWords(ask: StudioAsk): string {
  return [ask.aspectRatio, ask.imageSize, ask.quality === undefined ? undefined : `${ask.quality} quality`]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** Null where nothing was measured. */
export function driftWords(node: TreeNode): string | null {
  const origin = resultOf(node);
  if (origin?.drift === undefined) {
    return null;
  }
  const share = origin.drift.changedShare;
  const figure = share > 0 && share < 0.01 ? `${(100 * share).toFixed(1)}%` : formatPercent(share);
  return origin.mask === undefined ? `${figure} changed` : `${figure} changed outside the mask`;
}

/** All variants of the request a node belongs to, in order; the node alone where it is none. */
export function variantsOf(
  node: TreeNode | undefined,
  nodes: ReadonlyMap<number, TreeNode>,
): readonly TreeNode[] {
  const origin = resultOf(node);
  if (node === undefined || origin === undefined) {
    return node === undefined ? [] : [node];
  }
  return [...nodes.values()]
    .filter((other) => other.origin.kind === 'result' && other.origin.runId === origin.runId)
    .sort((a, b) => (resultOf(a)?.variant ?? 0) - (resultOf(b)?.variant ?? 0));
}

/** From the root down to the node itself. */
export function pathTo(nodeId: number, nodes: ReadonlyMap<number, TreeNode>): readonly TreeNode[] {
  const path: TreeNode[] = [];
  const seen = new Set<number>();
  let at = nodes.get(nodeId);
  while (at !== undefined && !seen.has(at.id)) {
    seen.add(at.id);
    path.unshift(at);
    at = at.parentId === null ? undefined : nodes.get(at.parentId);
  }
  return path;
}

/** How the model was told of the mask; blank where none was painted. */
export function maskWords(origin: ResultOrigin): string {
  if (origin.mask === undefined) {
    return '';
  }
  return origin.maskSentAs === 'markedUp' ? 'mask shown as a marked copy, with words' : 'mask sent';
}

/** Blank where no lock was asked for, or without a mask, which leaves nothing to lock. */
export function lockWords({ ask, state, locked, lockProblem, mask }: ResultOrigin): string {
  if (ask.lock === undefined || mask === undefined) {
    return '';
  }
  if (locked !== undefined) {
    return `locked, blended over ${ask.lock.featherPx} px`;
  }
  return state === 'done' && lockProblem === undefined ? 'being locked to its source' : '';
}
