/** What the run would do, asked again when the draft has rested for a moment. */
import type { RunRequest } from '@shared/contract';
import type { Plan } from '@shared/model/plan';
import { useEffect, useState } from 'react';
import { isVaultLocked, useLive, useModel } from '../../state/app-model';
import { refusalOf } from '../../state/refusal';
import type { ActionError } from '../../state/use-action';
import { useSettled } from '../../ui/use-throttled';

export interface PlanState {
  /** The last plan; stays while a new one is on its way. */
  readonly plan: Plan | null;
  readonly isStale: boolean;
  readonly refused: ActionError | null;
}

const REST_MS = 250;
const NO_REQUEST = 'null';

interface PlanAnswer {
  readonly of: string;
  /** So many had been read when it was asked. */
  readonly rows: number;
  readonly plan: Plan | null;
  readonly refused: ActionError | null;
}

export function usePlan(request: RunRequest | null, rows: number): PlanState {
  const { backend } = useModel();
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const wanted = JSON.stringify(request);
  const settled = useSettled(wanted, REST_MS);
  const [answer, setAnswer] = useState<PlanAnswer | null>(null);
  useEffect(() => {
    if (settled === NO_REQUEST) {
      return;
    }
    let isCurrent = true;
    const asked: RunRequest = JSON.parse(settled);
    backend.client.runs.plan(asked).then(
      (plan) => isCurrent && setAnswer({ of: settled, rows, plan, refused: null }),
      (error: unknown) => {
        const refusal = refusalOf(error);
        if (isCurrent && refusal.kind === 'sentence') {
          setAnswer({ of: settled, rows, plan: null, refused: refusal });
        }
      },
    );
    return () => {
      isCurrent = false;
    };
    // `rows` grows while the file is still being read; keys can be read once the vault is open.
  }, [backend, settled, rows, isLocked]);
  if (answer === null || wanted === NO_REQUEST) {
    return { plan: null, isStale: true, refused: null };
  }
  return {
    plan: answer.plan,
    isStale: answer.of !== wanted || answer.rows !== rows,
    refused: answer.refused,
  };
}
