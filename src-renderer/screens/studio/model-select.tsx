/** The models of the catalogue with what each takes and costs; those that nothing can serve yet stand apart. */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import { useLive } from '../../state/app-model';
import { makesPictures } from '../../state/model-tasks';
import { canServe } from '../../state/served-models';
import { SelectField } from '../../ui/field';
import { priceOf } from '../new-run/model-facts';
import { catalogued, modelNote } from './composer-rules';
import type { AskContext } from './composer-rules';

interface ModelSelectProps {
  readonly choice: ModelChoice | undefined;
  readonly context: AskContext;
  onChange(choice: ModelChoice): void;
}

export function ModelSelect({ choice, context, onChange }: ModelSelectProps) {
  const endpoints = useLive((state) => state.endpoints);
  const known = catalogued(choice, context.models);
  const offered = context.models.filter(
    (model) => model === known || (model.state !== 'ended' && makesPictures(model)),
  );
  const ready = offered.filter(({ provider, id }) => canServe(endpoints, { provider, model: id }));
  const others = offered.filter((model) => !ready.includes(model));
  return (
    <SelectField
      className="model"
      label="Model"
      onChange={(event) => {
        const model = context.models.find((one) => keyOf(one) === event.target.value);
        if (model !== undefined) {
          onChange({ provider: model.provider, model: model.id });
        }
      }}
      title={known === undefined ? undefined : `${known.label}: ${wordsOf(known)}`}
      value={choice === undefined ? '' : `${choice.provider} ${choice.model}`}
    >
      {choice === undefined && <option value="">Choose a model</option>}
      {choice !== undefined && known === undefined && (
        <option value={`${choice.provider} ${choice.model}`}>{choice.model}</option>
      )}
      <Group label="Ready" models={ready} />
      <Group label="No usable key yet" models={others} />
    </SelectField>
  );
}

function Group({ label, models }: { readonly label: string; readonly models: readonly CatalogueModel[] }) {
  return (
    models.length > 0 && (
      <optgroup label={label}>
        {models.map((model) => (
          <option key={keyOf(model)} value={keyOf(model)}>
            {`${model.label} · ${wordsOf(model)}`}
          </option>
        ))}
      </optgroup>
    )
  );
}

function wordsOf(model: CatalogueModel): string {
  const ends =
    model.state === 'ended' ? ', ended' : model.endsOn === undefined ? '' : `, until ${model.endsOn}`;
  return `${modelNote(model)}, ${priceOf(model)}${ends}`;
}

function keyOf(model: CatalogueModel): string {
  return `${model.provider} ${model.id}`;
}
