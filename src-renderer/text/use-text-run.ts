/** A dialog that starts a run of text: the model it asks, what that costs, and the way to the run. */
import { isDemoModel } from '@shared/demo';
import type { ModelChoice, Run } from '@shared/model/run';
import { useState } from 'react';
import { openVault, useLive, useModel } from '../state/app-model';
import { likelyChoice } from '../state/served-models';
import { show } from '../state/ui-store';
import { useAction } from '../state/use-action';
import { cataloguedPrice } from './text-models';

export function useTextRun(onClose: () => void) {
  const model = useModel();
  const action = useAction();
  const models = useLive((state) => state.models);
  const likely = likelyChoice(
    'text',
    useLive((state) => state),
  );
  const [chosen, choose] = useState<ModelChoice | null>(null);
  const choice = chosen ?? likely;
  /** `call` starts it; `onRun` hears of it before it is shown. */
  const start = (call: (choice: ModelChoice) => Promise<Run>, onRun: (run: Run) => void = () => undefined) =>
    void action.run(async () => {
      if (choice === undefined || !(isDemoModel(choice) || (await openVault(model)))) {
        return;
      }
      const run = await call(choice);
      model.accept({ kind: 'run', run });
      onRun(run);
      onClose();
      show(model.ui, { kind: 'runs', runId: run.id });
    });
  return {
    action,
    choice,
    choose,
    start,
    price: choice === undefined ? null : cataloguedPrice(choice, models),
    canStart: !action.isBusy && choice !== undefined,
  };
}
