/** The test calls of one endpoint: its part of those under way or just ended. */
import type { EndpointView } from '@shared/contract';
import { useStore } from 'zustand';
import { useModel } from '../../state/app-model';
import { testTargets } from '../../state/key-tests';
import type { TestResult } from '../../state/key-tests';
import { useAction } from '../../state/use-action';
import type { ActionError } from '../../state/use-action';

export interface EndpointTests {
  readonly isRunning: boolean;
  /** Null: none was made since the results were closed. */
  readonly results: readonly TestResult[] | null;
  readonly error: ActionError | null;
  /** All keys, or one. */
  start(keyId?: string): void;
  close(): void;
}

export function useTests(view: EndpointView): EndpointTests {
  const { tests } = useModel();
  const action = useAction();
  const progress = useStore(tests.store);
  const { id } = view.endpoint;
  const isOfThis = ({ endpointId }: { readonly endpointId: string }) => endpointId === id;
  return {
    isRunning: progress.isRunning,
    results: progress.targets.some(isOfThis)
      ? progress.results.filter(({ target }) => isOfThis(target))
      : null,
    error: action.error,
    start(keyId) {
      const targets = testTargets([view]);
      const chosen = keyId === undefined ? targets : targets.filter(({ key }) => key?.id === keyId);
      void action.run(() => tests.start(chosen));
    },
    close: tests.clear,
  };
}
