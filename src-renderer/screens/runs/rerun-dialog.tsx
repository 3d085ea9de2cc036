/** Sends a group of jobs again: as they were, through other endpoints, or as a new run with a changed recipe. */
import type { EndpointView } from '@shared/contract';
import { isUnderWay, type Run } from '@shared/model/run';
import { useState } from 'react';
import { priceOfJobs, priceWords } from '../../jobs/job-price';
import { useLive, useModel } from '../../state/app-model';
import { sharedChoices } from '../../state/new-run-draft';
import type { RunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Checkbox, SelectField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ableEndpoints } from '../new-run/able-endpoints';
import { TemplateField } from '../new-run/template-field';
import { makesNewRun, rerunDraftOf, rerunRequest } from './rerun-request';
import type { RerunDraft, RerunTarget } from './rerun-request';

interface RerunDialogProps {
  readonly run: Run;
  readonly target: RerunTarget;
  readonly controls: RunControls;
  onClose(): void;
}

export function RerunDialog({ run, target, controls, onClose }: RerunDialogProps) {
  const { ui } = useModel();
  const [draft, setDraft] = useState<RerunDraft>(() => rerunDraftOf(run));
  const change = (part: Partial<RerunDraft>) => setDraft((old) => ({ ...old, ...part }));
  const endpoints = useLive((state) => state.endpoints);
  const able = ableEndpoints(endpoints, draft.models);
  const isNew = makesNewRun(run, draft);
  const submit = async () => {
    const all = able.map((one) => one.endpoint.id);
    const request = rerunRequest(run, { which: target.which, draft, able: all });
    if (!isNew) {
      // A run under way ends what is in flight first; the panel below tells what becomes of it.
      void controls.rerun(request);
      onClose();
      return;
    }
    const answer = await controls.rerun(request);
    if (answer !== undefined) {
      onClose();
      show(ui, { kind: 'runs', runId: answer.id });
    }
  };
  return (
    <Dialog className="wide" onClose={onClose} title={`Rerun ${plural(target.count, 'job')}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className="sub clip" title={target.what}>
          {target.what}
        </p>
        <InstructionField change={change} draft={draft} run={run} />
        <Choices change={change} draft={draft} run={run} />
        <EndpointChoice able={able} change={change} draft={draft} />
        <Outcome draft={draft} isNew={isNew} run={run} target={target} />
        {controls.action.error !== null && <Notice tone="bad">{controls.action.error.sentence}</Notice>}
        <DialogFoot
          action={isNew ? `Make a new run of ${plural(target.count, 'job')}` : `Rerun ${target.count}`}
          isDisabled={
            controls.action.isBusy ||
            target.count === 0 ||
            draft.instruction.trim() === '' ||
            draft.endpointIds?.length === 0
          }
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: RerunDraft;
  change(part: Partial<RerunDraft>): void;
}

function InstructionField({ run, draft, change }: PartProps & { readonly run: Run }) {
  const dataset = useLive((state) => state.datasets.get(run.datasetId));
  return (
    <TemplateField
      columns={dataset?.columns ?? []}
      label="Instruction"
      onChange={(instruction) => change({ instruction })}
      value={draft.instruction}
    />
  );
}

function Choices({ run, draft, change }: PartProps & { readonly run: Run }) {
  const models = useLive((state) => state.models);
  const { sizes, ratios } = sharedChoices(draft.models, models);
  const chosen = draft.models.length === 1 ? draft.models[0] : undefined;
  const offered = models.filter(
    (model) =>
      model.tasks.includes(run.recipe.task) && (model.state !== 'ended' || model.id === chosen?.model),
  );
  const keyOf = (provider: string, id: string) => `${provider} ${id}`;
  const isListed = offered.some((model) => model.id === chosen?.model && model.provider === chosen.provider);
  return (
    <div className="fields">
      {chosen !== undefined && (
        <SelectField
          className="span2"
          label="Model"
          onChange={(event) => {
            const next = offered.find(({ provider, id }) => keyOf(provider, id) === event.target.value);
            const picked =
              next === undefined ? run.recipe.models : [{ provider: next.provider, model: next.id }];
            const can = sharedChoices(picked, models);
            change({
              models: picked,
              imageSize: can.sizes.includes(draft.imageSize) ? draft.imageSize : '',
              aspectRatio: can.ratios.includes(draft.aspectRatio) ? draft.aspectRatio : '',
            });
          }}
          value={keyOf(chosen.provider, chosen.model)}
        >
          {!isListed && <option value={keyOf(chosen.provider, chosen.model)}>{chosen.model}</option>}
          {offered.map((model) => (
            <option key={keyOf(model.provider, model.id)} value={keyOf(model.provider, model.id)}>
              {model.label}
            </option>
          ))}
        </SelectField>
      )}
      {run.recipe.task !== 'text' && (
        <>
          <ChoiceField
            label="Size"
            onChange={(imageSize) => change({ imageSize })}
            value={draft.imageSize}
            values={sizes}
          />
          <ChoiceField
            label="Ratio"
            onChange={(aspectRatio) => change({ aspectRatio })}
            value={draft.aspectRatio}
            values={ratios}
          />
        </>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  onChange(value: string): void;
}

function ChoiceField({ label, value, values, onChange }: ChoiceProps) {
  // What the run asked for stays choosable, also where the catalogue does not list it.
  const all = value === '' || values.includes(value) ? values : [value, ...values];
  return (
    <SelectField label={label} onChange={(event) => onChange(event.target.value)} value={value}>
      <option value="">Auto</option>
      {all.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </SelectField>
  );
}

function EndpointChoice({ draft, change, able }: PartProps & { readonly able: readonly EndpointView[] }) {
  if (able.length < 2) {
    return null;
  }
  const all = able.map((one) => one.endpoint.id);
  const chosen = draft.endpointIds ?? all;
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
    change({ endpointIds: all.every((one) => next.includes(one)) ? null : next });
  };
  return (
    <fieldset className="plain">
      <legend className="legend">Endpoints that may serve the run from now on</legend>
      <div className="rerun-endpoints">
        {able.map(({ endpoint }) => (
          <Checkbox
            checked={chosen.includes(endpoint.id)}
            key={endpoint.id}
            label={endpoint.name}
            onChange={() => toggle(endpoint.id)}
          />
        ))}
      </div>
      {draft.endpointIds?.length === 0 && <p className="field-error">Choose an endpoint.</p>}
    </fieldset>
  );
}

interface OutcomeProps {
  readonly run: Run;
  readonly target: RerunTarget;
  readonly draft: RerunDraft;
  readonly isNew: boolean;
}

function Outcome({ run, target, draft, isNew }: OutcomeProps) {
  const models = useLive((state) => state.models);
  const { imageSize } = draft;
  const recipe = { models: [...draft.models], ...(imageSize === '' ? {} : { imageSize }) };
  const price = priceWords(priceOfJobs(target.count, recipe, models));
  return isNew ? (
    <Notice tone="info">
      What is asked has changed, so these jobs become a new run with a folder of its own: results of two
      recipes are never mixed. “{run.name}” keeps its failures. {sentence(price)}
    </Notice>
  ) : (
    <p className="hint">
      They go back to waiting in this run{isUnderWay(run) && ', once what is in flight has finished'}.{' '}
      {sentence(price)}
    </p>
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
