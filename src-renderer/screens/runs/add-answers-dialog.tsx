/** A new dataset of a text run's rows with its answers beside them, ready for the next run. */
import type { Run } from '@shared/model/run';
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { draftFor } from '../../state/new-run-draft';
import { show, toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { answerFields } from './answer-columns';

export function AddAnswersDialog({ run, onClose }: { readonly run: Run; onClose(): void }) {
  const model = useModel();
  const action = useAction();
  const [column, setColumn] = useState('answer');
  const fields = answerFields(run);
  const name = column.trim();
  const add = () =>
    void action.run(async () => {
      const dataset = await model.backend.client.text.addAnswers({ runId: run.id, column: name });
      model.accept({ kind: 'dataset', dataset });
      model.draft.setState(draftFor(dataset, model.live.getState()), true);
      onClose();
      show(model.ui, { kind: 'newRun' });
      toast(model.ui, `Created the dataset ${dataset.name}`);
    });
  return (
    <Dialog onClose={onClose} title="Add answers as a column">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <p>
          Makes a new dataset of the rows of “{run.name}”, with {plural(run.counts.done, 'answer')} beside
          their cells. The dataset of the run stays as it is.
        </p>
        <TextField
          autoFocus
          error={action.error?.field === 'column' ? action.error.sentence : undefined}
          hint={
            fields.length === 0
              ? 'Rows without an answer have it blank'
              : `One for each field: ${fields.map((field) => `${name === '' ? '…' : name}.${field}`).join(', ')}`
          }
          label="Name of the column"
          maxLength={200}
          onChange={(event) => setColumn(event.target.value)}
          value={column}
        />
        {action.error !== null && action.error.field !== 'column' && (
          <Notice tone="bad">{action.error.sentence}</Notice>
        )}
        <DialogFoot action="Create dataset" isDisabled={action.isBusy || name === ''} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
