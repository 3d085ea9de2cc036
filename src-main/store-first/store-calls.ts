/** The store's calls as messages: which there are, and how one is carried out beside the group commit. */
import type { AttemptEnd, AttemptStart, ReceivedFile } from '../engine/ports';
import type { GroupCommit } from './group-commit';
import type { Store } from '../store/store';
import type { SyncStore } from './sync-store';

/** Answered on the caller's side: ids are handed out there, and closing ends the thread. */
export type CallName = Exclude<keyof Store, 'nextAttemptId' | 'close'>;

export interface Call {
  readonly id: number;
  readonly name: CallName | 'lastAttemptId' | 'close';
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly kind: 'ok'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };

export async function carryOut(
  store: SyncStore,
  commits: GroupCommit,
  call: Omit<Call, 'id'>,
): Promise<unknown> {
  switch (call.name) {
    case 'received': {
      const [attemptId, file] = call.args as [number, ReceivedFile];
      return commits.add(() => store.received(attemptId, file));
    }
    case 'ended': {
      const [end] = call.args as [AttemptEnd];
      return commits.add(() => store.ended(end));
    }
    case 'sent': {
      const [attempts] = call.args as [readonly AttemptStart[]];
      return commits.flush(() => store.sent(attempts));
    }
    case 'close':
      commits.flush();
      return store.close();
    default: {
      // A read must see what was written before it was asked.
      commits.flush();
      const method = store[call.name] as (...args: readonly unknown[]) => unknown;
      return method.apply(store, call.args as unknown[]);
    }
  }
}
