/** The edits from the root to a picture, for every row of a dataset: what will happen, then a run. */
import { detectImageColumns } from '@shared/columns';
import type { Dataset } from '@shared/model/run';
import type { TreeNode } from '@shared/model/studio';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { datasetsNewestFirst } from '../../state/live-store';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { priceOfJobs, priceWords } from '../../jobs/job-price';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { nameOf, pathTo, resultOf, settingsWords } from './node-words';
import type { ResultOrigin } from './node-words';

interface ChainProps {
  readonly nodeId: number;
  readonly nodes: ReadonlyMap<number, TreeNode>;
  onClose(): void;
}

export function ApplyChainDialog({ nodeId, nodes, onClose }: ChainProps) {
  const { backend, ui, ...model } = useModel();
  const action = useAction();
  const datasets = useLive((state) => state.datasets);
  const models = useLive((state) => state.models);
  const [datasetId, setDatasetId] = useState<number | null>(null);
  const [imageColumn, setImageColumn] = useState('');
  const [name, setName] = useState('');
  const steps = pathTo(nodeId, nodes).flatMap((node) => resultOf(node) ?? []);
  const offered = datasetsNewestFirst(datasets);
  const dataset = (datasetId === null ? undefined : datasets.get(datasetId)) ?? offered[0];
  const rows = dataset?.rows ?? 0;
  const node = nodes.get(nodeId);
  const start = async () => {
    if (dataset === undefined) {
      return;
    }
    const run = await backend.client.studio.applyChain({
      nodeId,
      datasetId: dataset.id,
      ...(imageColumn === '' ? {} : { imageColumn }),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
    });
    model.accept({ kind: 'run', run });
    onClose();
    show(ui, { kind: 'runs', runId: run.id });
  };
  return (
    <Dialog className="wide" onClose={onClose} title="Apply this chain to rows">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(start);
        }}
      >
        <Steps steps={steps} />
        {offered.length === 0 ? (
          <Notice tone="info">
            There is no dataset yet. Drop a CSV or a folder of pictures on Runs first.
          </Notice>
        ) : (
          <ChainFields
            column={imageColumn}
            dataset={dataset}
            name={name}
            offered={offered}
            onColumn={setImageColumn}
            onDataset={(id) => {
              setDatasetId(id);
              setImageColumn('');
            }}
            onName={setName}
            ownName={node === undefined ? '' : nameOf(node)}
          />
        )}
        {dataset !== undefined && (
          <p className="hint">
            {plural(rows, 'row')} × {plural(steps.length, 'step')} = {formatCount(rows * steps.length)}{' '}
            requests at most, {priceWords(chainPrice(steps, rows, models))}. A row that fails a step is left
            out of the next.
          </p>
        )}
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action={`Run ${plural(rows, 'row')}`}
          isDisabled={dataset === undefined || steps.length === 0 || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly offered: readonly Dataset[];
  readonly dataset: Dataset | undefined;
  /** Blank: by its name. */
  readonly column: string;
  readonly name: string;
  /** What the run is called where no name is given. */
  readonly ownName: string;
  onDataset(id: number): void;
  onColumn(column: string): void;
  onName(name: string): void;
}

function ChainFields({ offered, dataset, column, name, ownName, onDataset, onColumn, onName }: FieldsProps) {
  return (
    <div className="fields">
      <SelectField
        className="span2"
        label="Dataset"
        onChange={(event) => onDataset(Number(event.target.value))}
        value={dataset?.id ?? ''}
      >
        {offered.map((one) => (
          <option key={one.id} value={one.id}>
            {`${one.name} · ${plural(one.rows, 'row')}`}
          </option>
        ))}
      </SelectField>
      <SelectField
        className="span2"
        label="Column with the picture"
        onChange={(event) => onColumn(event.target.value)}
        value={column}
      >
        <option value="">
          By its name ({detectImageColumns(dataset?.columns ?? [])[0] ?? 'none found'})
        </option>
        {dataset?.columns.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </SelectField>
      <TextField
        className="span4"
        label="Name of the run"
        maxLength={200}
        onChange={(event) => onName(event.target.value)}
        placeholder={ownName}
        value={name}
      />
    </div>
  );
}

function Steps({ steps }: { readonly steps: readonly ResultOrigin[] }) {
  return (
    <ol aria-label="Steps" className="chain-steps">
      {steps.map(({ ask, jobId }) => (
        <li key={jobId}>
          <span>{ask.instruction}</span>
          <small>
            {[
              ask.model.model,
              settingsWords(ask),
              ask.inputs.length > 1 ? `with ${plural(ask.inputs.length - 1, 'fixed picture')}` : '',
            ]
              .filter((part) => part !== '')
              .join(' · ')}
          </small>
        </li>
      ))}
    </ol>
  );
}

/** Undefined as soon as one step's price is not known. */
function chainPrice(
  steps: readonly ResultOrigin[],
  rows: number,
  models: Parameters<typeof priceOfJobs>[2],
): ReturnType<typeof priceOfJobs> {
  let sum = { low: 0, high: 0 };
  for (const { ask } of steps) {
    const price = priceOfJobs(
      rows,
      { models: [ask.model], ...(ask.imageSize === undefined ? {} : { imageSize: ask.imageSize }) },
      models,
    );
    if (price === undefined) {
      return undefined;
    }
    sum = { low: sum.low + price.low, high: sum.high + price.high };
  }
  return sum;
}
