/** A text model scores each picture of a run against its instruction; its scores are a run of their own. */
import type { Caps, Run } from '@shared/model/run';
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { TextModelSelect } from '../../text/text-model-select';
import { useTextRun } from '../../text/use-text-run';
import { CapsFields } from '../../ui/caps-fields';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';

export function JudgeDialog({ run, onClose }: { readonly run: Run; onClose(): void }) {
  const { backend, ui } = useModel();
  const { action, choice, choose, start, price, canStart } = useTextRun(onClose);
  const [caps, setCaps] = useState<Caps>({});
  const options = Object.keys(caps).length === 0 ? {} : { caps };
  const judge = () =>
    start(
      (model) => backend.client.text.judge({ runId: run.id, model, options }),
      ({ id }) => ui.setState(({ judged }) => ({ judged: new Map(judged).set(run.id, id) })),
    );
  return (
    <Dialog onClose={onClose} title="Judge with a text model">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          judge();
        }}
      >
        <p>
          A text model scores each picture of “{run.name}” against its instruction, from 0 to 10 with a
          reason: {plural(run.counts.done, 'request')}, in a separate run.
        </p>
        <TextModelSelect choice={choice} needsPictures onChange={choose} />
        {price !== null && <p className="hint">{price}</p>}
        <div className="fields">
          <CapsFields
            caps={caps}
            costHint="then it pauses"
            onChange={setCaps}
            requestsHint="then it pauses"
          />
        </div>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action={`Judge ${plural(run.counts.done, 'picture')}`}
          isDisabled={!canStart}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
