/** The text models of the catalogue, each with its provider; those that nothing can serve yet stand apart. */
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { useLive } from '../state/app-model';
import { canServe } from '../state/served-models';
import { SelectField } from '../ui/field';
import { takesWords, textModels, tokenPriceWords } from './text-models';

interface TextModelSelectProps {
  readonly choice: ModelChoice | undefined;
  readonly label?: string;
  readonly className?: string;
  /** Only those that are not known to refuse pictures. */
  readonly needsPictures?: boolean;
  onChange(choice: ModelChoice): void;
}

const keyOf = ({ provider, model }: ModelChoice) => `${provider} ${model}`;
const choiceOf = ({ provider, id }: CatalogueModel): ModelChoice => ({ provider, model: id });

export function TextModelSelect(props: TextModelSelectProps) {
  const { choice, label = 'Model', className = '', needsPictures = false, onChange } = props;
  const models = textModels(useLive((state) => state.models));
  const endpoints = useLive((state) => state.endpoints);
  const isChosen = (model: CatalogueModel) =>
    choice !== undefined && keyOf(choiceOf(model)) === keyOf(choice);
  const offered = models.filter(
    (model) =>
      isChosen(model) ||
      (model.state !== 'ended' && !(needsPictures && model.media?.includes('image') === false)),
  );
  const known = offered.find(isChosen);
  const ready = offered.filter((model) => canServe(endpoints, choiceOf(model)));
  return (
    <SelectField
      className={className}
      label={label}
      onChange={(event) => {
        const model = offered.find((one) => keyOf(choiceOf(one)) === event.target.value);
        if (model !== undefined) {
          onChange(choiceOf(model));
        }
      }}
      title={known === undefined ? undefined : wordsOf(known)}
      value={choice === undefined ? '' : keyOf(choice)}
    >
      {choice === undefined && <option value="">Choose a model</option>}
      {choice !== undefined && known === undefined && <option value={keyOf(choice)}>{choice.model}</option>}
      <Group label="Ready" models={ready} />
      <Group label="No usable key yet" models={offered.filter((model) => !ready.includes(model))} />
    </SelectField>
  );
}

function Group({ label, models }: { readonly label: string; readonly models: readonly CatalogueModel[] }) {
  return (
    models.length > 0 && (
      <optgroup label={label}>
        {models.map((model) => (
          <option key={keyOf(choiceOf(model))} value={keyOf(choiceOf(model))}>
            {`${model.label} · ${PROVIDER_LABELS[model.provider]}`}
          </option>
        ))}
      </optgroup>
    )
  );
}

function wordsOf(model: CatalogueModel): string {
  const price = tokenPriceWords(model);
  const costs =
    price === '?' ? 'price not known' : price === 'free' ? price : `${price} per million tokens in / out`;
  return `${model.label}: takes ${takesWords(model)}; ${costs}`;
}
