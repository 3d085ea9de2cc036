/** Instructions of results that are being written anew, by job: kept wherever the user goes meanwhile, until they are sent or given up. */
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';

export type RewritesStore = StoreApi<ReadonlyMap<number, string>>;

export function createRewritesStore(): RewritesStore {
  return createStore<ReadonlyMap<number, string>>(() => new Map());
}

export function writeRewrite(rewrites: RewritesStore, jobId: number, text: string): void {
  rewrites.setState((drafts) => new Map(drafts).set(jobId, text), true);
}

export function forgetRewrite(rewrites: RewritesStore, jobId: number): void {
  rewrites.setState((drafts) => new Map([...drafts].filter(([other]) => other !== jobId)), true);
}
