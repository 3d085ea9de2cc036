/** Weights changed by hand: the boundary between two parts of the share bar is moved. Pure. */
import type { EndpointView } from '@shared/contract';
import { sharesOf } from '@shared/shares';
import { canTake } from './endpoint-words';

/** Weights not saved yet, by endpoint. */
export type WeightDraft = ReadonlyMap<string, number>;

export function weightOf(view: EndpointView, draft: WeightDraft): number {
  return draft.get(view.endpoint.id) ?? view.endpoint.weight;
}

/** The share each endpoint would have with these weights while all of its protocol are well; 0 where it takes nothing. */
export function draftShares(views: readonly EndpointView[], draft: WeightDraft): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const provider of new Set(views.map((view) => view.endpoint.provider))) {
    const rivals = views.filter((view) => view.endpoint.provider === provider && canTake(view));
    const parts = sharesOf(rivals.map((view) => weightOf(view, draft)));
    rivals.forEach((view, at) => shares.set(view.endpoint.id, parts[at] ?? 0));
  }
  return shares;
}

/** Small sums are told in tenths, large ones in whole numbers. */
export function stepFor(total: number): number {
  return total <= 20 ? 0.1 : 1;
}

/**
 * Moves the boundary behind part `at` to `position` (0 to 1, of the whole bar): what that part gains, the next one
 * loses. Neither is left without anything: who wants to send nothing pauses the endpoint.
 */
export function moveBoundary(weights: readonly number[], at: number, position: number): readonly number[] {
  const [left, right] = [weights[at], weights[at + 1]];
  if (left === undefined || right === undefined) {
    return weights;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const before = weights.slice(0, at).reduce((sum, weight) => sum + weight, 0);
  const pair = left + right;
  const step = stepFor(total);
  const wanted = Math.round((position * total - before) / step) * step;
  const next = Math.min(pair - step, Math.max(step, wanted));
  return pair < 2 * step ? weights : weights.toSpliced(at, 2, rounded(next), rounded(pair - next));
}

/** Sums of tenths are not exact in floating point. */
function rounded(weight: number): number {
  return Math.round(weight * 1000) / 1000;
}
