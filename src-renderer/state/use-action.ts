/** A call started by a control: whether it is under way, and the sentence it failed with, kept until the next try. */
import { useCallback, useRef, useState } from 'react';
import { useModel, withVault } from './app-model';
import { refusalOf } from './refusal';

export interface ActionError {
  readonly sentence: string;
  readonly field?: string;
}

export interface Action {
  readonly isBusy: boolean;
  readonly error: ActionError | null;
  /** Resolves with undefined when the work failed; the failure is then in `error`. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
  clear(): void;
}

export function useAction(): Action {
  const { ui } = useModel();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ActionError | null>(null);
  const latest = useRef(0);

  const run = useCallback(
    async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      latest.current += 1;
      const mine = latest.current;
      setBusy(true);
      setError(null);
      try {
        return await withVault(ui, work);
      } catch (failure) {
        const refusal = refusalOf(failure);
        if (mine === latest.current && refusal.kind === 'sentence') {
          setError(refusal);
        }
        return undefined;
      } finally {
        if (mine === latest.current) {
          setBusy(false);
        }
      }
    },
    [ui],
  );
  const clear = useCallback(() => setError(null), []);
  return { isBusy, error, run, clear };
}
