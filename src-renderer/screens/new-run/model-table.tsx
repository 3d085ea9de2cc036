/** The catalogue as a table to choose from: one model or several, each with what it takes, gives and costs. */
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice, Task } from '@shared/model/run';
import { useState } from 'react';
import { useLive } from '../../state/app-model';
import { TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { ProviderSelect } from '../../ui/provider-select';
import { useNow } from '../../ui/use-now';
import { schemaWords, takesWords, tokenPriceWords } from '../../text/text-models';
import { endOf, imagesIn, isEnding, priceOf, sizesOf } from './model-facts';

interface ModelTableProps {
  readonly task: Task;
  readonly chosen: readonly ModelChoice[];
  onChange(models: readonly ModelChoice[]): void;
}

const sameModel = (a: ModelChoice, b: ModelChoice) => a.model === b.model && a.provider === b.provider;
const choiceOf = (model: CatalogueModel): ModelChoice => ({ provider: model.provider, model: model.id });

export function ModelTable({ task, chosen, onChange }: ModelTableProps) {
  const models = useLive((state) => state.models);
  const columns = task === 'text' ? TEXT_COLUMNS : PICTURE_COLUMNS;
  const [showsEnded, setShowsEnded] = useState(false);
  // What was chosen at first stands at the top, and stays there whatever is chosen later.
  const [first] = useState(chosen);
  const able = models.filter((model) => model.tasks.includes(task));
  const isChosen = (model: CatalogueModel) => chosen.some((choice) => sameModel(choice, choiceOf(model)));
  const ended = able.filter((model) => model.state === 'ended' && !isChosen(model));
  const shown = able.filter((model) => showsEnded || !ended.includes(model));
  const unlisted = chosen.filter((choice) => !able.some((model) => sameModel(choice, choiceOf(model))));
  const toggle = (choice: ModelChoice) =>
    onChange(
      chosen.some((one) => sameModel(one, choice))
        ? chosen.filter((one) => !sameModel(one, choice))
        : [...chosen, choice],
    );
  return (
    <div className="stack">
      <div className="models-scroll">
        <table className="table models">
          <caption className="sr-only">Models. Choose one or several.</caption>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {grouped(shown, first).map(([provider, ofProvider]) => (
            <tbody key={provider}>
              <tr>
                <th colSpan={columns.length} scope="rowgroup">
                  {PROVIDER_LABELS[provider]}
                </th>
              </tr>
              {ofProvider.map((model) => (
                <ModelLine
                  isChosen={isChosen(model)}
                  key={model.id}
                  model={model}
                  onToggle={() => toggle(choiceOf(model))}
                  task={task}
                />
              ))}
            </tbody>
          ))}
          <tbody>
            {unlisted.map((choice) => (
              <UnlistedLine
                choice={choice}
                columns={columns.length}
                key={choice.model}
                onToggle={() => toggle(choice)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <EndedWarning models={able.filter(isChosen)} />
      <div className="row wrap">
        {(ended.length > 0 || showsEnded) && (
          <button className="link" onClick={() => setShowsEnded(!showsEnded)} type="button">
            {showsEnded ? 'Hide ended models' : `Show ${ended.length} that have ended`}
          </button>
        )}
        <OtherModel onAdd={toggle} />
      </div>
    </div>
  );
}

const PICTURE_COLUMNS = ['Model', 'Pictures in', 'Mask', 'Sizes', 'Per picture', 'Ends'] as const;
const TEXT_COLUMNS = ['Model', 'Takes besides text', 'JSON Schema', 'Per million tokens', 'Ends'] as const;

/** Models by provider; the provider and the models in `first` come first, all others in the catalogue's order. */
export function grouped(
  models: readonly CatalogueModel[],
  first: readonly ModelChoice[],
): readonly (readonly [Provider, readonly CatalogueModel[]])[] {
  const isFirst = (model: CatalogueModel) => first.some((choice) => sameModel(choice, choiceOf(model)));
  const sorted = models.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
  const providers = [...new Set(sorted.map((model) => model.provider))];
  return providers.map((provider) => [provider, sorted.filter((model) => model.provider === provider)]);
}

interface ModelLineProps {
  readonly model: CatalogueModel;
  readonly isChosen: boolean;
  readonly task: Task;
  onToggle(): void;
}

function ModelLine({ model, isChosen, task, onToggle }: ModelLineProps) {
  const now = useNow(false);
  return (
    <tr className={isChosen ? 'chosen' : undefined}>
      <td>
        <label className="check" title={model.id}>
          <input checked={isChosen} onChange={onToggle} type="checkbox" />
          <span className="clip">{model.label}</span>
        </label>
      </td>
      {task === 'text' ? <TextFacts model={model} /> : <PictureFacts model={model} />}
      <td className={isEnding(model, now) ? 'num ending' : 'num'}>{endOf(model)}</td>
    </tr>
  );
}

function PictureFacts({ model }: { readonly model: CatalogueModel }) {
  return (
    <>
      <td>{imagesIn(model)}</td>
      <td>{model.mask ? 'yes' : 'no'}</td>
      <td className="num" title={model.sizes.join(', ')}>
        {sizesOf(model)}
      </td>
      <td className="num">{priceOf(model)}</td>
    </>
  );
}

function TextFacts({ model }: { readonly model: CatalogueModel }) {
  return (
    <>
      <td>{takesWords(model)}</td>
      <td>{schemaWords(model)}</td>
      <td className="num" title="in / out">
        {tokenPriceWords(model)}
      </td>
    </>
  );
}

interface UnlistedProps {
  readonly choice: ModelChoice;
  /** Of the table. */
  readonly columns: number;
  onToggle(): void;
}

function UnlistedLine({ choice, columns, onToggle }: UnlistedProps) {
  return (
    <tr className="chosen">
      <td>
        <label className="check">
          <input checked onChange={onToggle} type="checkbox" />
          {choice.model}
        </label>
      </td>
      <td className="hint" colSpan={columns - 1}>
        {PROVIDER_LABELS[choice.provider]}, not in the catalogue; sent as it is
      </td>
    </tr>
  );
}

function EndedWarning({ models }: { readonly models: readonly CatalogueModel[] }) {
  return models
    .filter((model) => model.state === 'ended')
    .map((model) => (
      <Notice key={model.id} tone="warn">
        {model.label} has ended{model.endsOn === undefined ? '' : ` on ${model.endsOn}`}. It is sent as it is
        and will probably be refused
        {model.successor === undefined ? '.' : `; its successor is ${model.successor}.`}
      </Notice>
    ));
}

/** A model the catalogue does not know yet: its name is sent as it is. */
function OtherModel({ onAdd }: { onAdd(choice: ModelChoice): void }) {
  const [isOpen, setOpen] = useState(false);
  const [provider, setProvider] = useState<Provider>('google_genai');
  const [name, setName] = useState('');
  if (!isOpen) {
    return (
      <button className="link" onClick={() => setOpen(true)} type="button">
        Another model…
      </button>
    );
  }
  return (
    <form
      className="row other-model"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') {
          onAdd({ provider, model: name.trim() });
          setName('');
          setOpen(false);
        }
      }}
    >
      <TextField
        autoFocus
        label="Name of the model"
        onChange={(event) => setName(event.target.value)}
        value={name}
      />
      <ProviderSelect label="Provider" onChange={setProvider} value={provider} />
      <button className="btn" type="submit">
        Add
      </button>
    </form>
  );
}
