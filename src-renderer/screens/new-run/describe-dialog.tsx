/** What each row's pictures show, written by a text model: a run whose answers can become a column. */
import { hasImageColumn } from '@shared/columns';
import type { Dataset } from '@shared/model/run';
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { TextModelSelect } from '../../text/text-model-select';
import { useTextRun } from '../../text/use-text-run';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import type { DraftView } from './use-draft';

const PROMPT = 'Describe what this picture shows in one or two plain sentences.';

export function DescribeButton({ dataset, view }: { readonly dataset: Dataset; readonly view: DraftView }) {
  const [isOpen, setOpen] = useState(false);
  const hasPictures =
    dataset.format === 'folder' ||
    dataset.format === 'images' ||
    (view.draft.imageColumns?.length ?? 0) > 0 ||
    hasImageColumn(view.columns);
  if (!hasPictures || dataset.importing) {
    return null;
  }
  return (
    <>
      <button className="btn small ghost" onClick={() => setOpen(true)} type="button">
        Describe the pictures into a column…
      </button>
      {isOpen && <DescribeDialog dataset={dataset} onClose={() => setOpen(false)} />}
    </>
  );
}

function DescribeDialog({ dataset, onClose }: { readonly dataset: Dataset; onClose(): void }) {
  const { backend } = useModel();
  const { action, choice, choose, start, price, canStart } = useTextRun(onClose);
  const [prompt, setPrompt] = useState(PROMPT);
  const describe = () =>
    start((model) => backend.client.text.describe({ datasetId: dataset.id, model, prompt, options: {} }));
  return (
    <Dialog onClose={onClose} title="Describe the pictures">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          describe();
        }}
      >
        <p>
          A text model looks at the pictures of each row of “{dataset.name}”:{' '}
          {plural(dataset.rows, 'request')}. When the answers are in, choose <b>More</b>,{' '}
          <b>Add answers as a column</b> to make a dataset of them.
        </p>
        <TextModelSelect choice={choice} needsPictures onChange={choose} />
        {price !== null && <p className="hint">{price}</p>}
        <Field label="What to ask about each">
          {(wiring) => (
            <textarea
              className="input"
              maxLength={100_000}
              onChange={(event) => setPrompt(event.target.value)}
              rows={4}
              value={prompt}
              {...wiring}
            />
          )}
        </Field>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action={`Describe ${plural(dataset.rows, 'row')}`}
          isDisabled={!canStart || prompt.trim() === ''}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
