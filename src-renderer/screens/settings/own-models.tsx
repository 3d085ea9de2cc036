/** Models the user added to the catalogue: providers bring out new ones faster than we do. */
import { catalogueModelSchema } from '@shared/model/catalogue';
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Checkbox, NumberField, TextField } from '../../ui/field';
import { ProviderSelect } from '../../ui/provider-select';
import { Notice } from '../../ui/notice';

export function OwnModels() {
  const { backend, live } = useModel();
  const action = useAction();
  const models = useLive((state) => state.models);
  const [isAdding, setAdding] = useState(false);
  const own = models.filter((model) => model.own === true);
  const remove = ({ provider, id }: CatalogueModel) =>
    void action.run(async () =>
      live.setState({ models: await backend.client.models.remove({ provider, id }) }),
    );
  return (
    <section aria-labelledby="own-models" className="settings-part">
      <h2 id="own-models">Models you added</h2>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {own.length === 0 ? (
        <p className="hint">
          None. A model the catalogue does not know can be used by its name; here it gets facts.
        </p>
      ) : (
        <ul className="own-models">
          {own.map((model) => (
            <li className="row" key={`${model.provider} ${model.id}`}>
              <span>{model.label}</span>
              <span className="hint grow clip">
                {PROVIDER_LABELS[model.provider]}, {model.id}
              </span>
              <button
                aria-label={`Remove ${model.label}`}
                className="btn small ghost"
                disabled={action.isBusy}
                onClick={() => remove(model)}
                type="button"
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <div>
        <button className="btn" onClick={() => setAdding(true)} type="button">
          Add a model…
        </button>
      </div>
      {isAdding && <AddModel onClose={() => setAdding(false)} />}
    </section>
  );
}

interface ModelDraft {
  readonly id: string;
  readonly label: string;
  readonly provider: Provider;
  readonly maxInputImages: number | undefined;
  readonly mask: boolean;
  readonly sizes: string;
  readonly priceUsd: number | undefined;
}

const NEW_MODEL: ModelDraft = {
  id: '',
  label: '',
  provider: 'google_genai',
  maxInputImages: 1,
  mask: false,
  sizes: '',
  priceUsd: undefined,
};

/** The catalogue entry of a draft, or why it cannot be one. */
export function modelOf(draft: ModelDraft): ReturnType<typeof catalogueModelSchema.safeParse> {
  const sizes = draft.sizes.split(/[\s,]+/).filter((size) => size !== '');
  return catalogueModelSchema.safeParse({
    id: draft.id.trim(),
    provider: draft.provider,
    label: draft.label.trim() === '' ? draft.id.trim() : draft.label.trim(),
    state: 'current',
    tasks: draft.maxInputImages === 0 ? ['t2i'] : ['edit', 't2i'],
    ...(draft.maxInputImages === undefined ? {} : { maxInputImages: draft.maxInputImages }),
    mask: draft.mask,
    sizes,
    ratios: [],
    priceUsd: draft.priceUsd === undefined ? {} : { '*': draft.priceUsd },
    source: 'added by the user',
    own: true,
  });
}

function AddModel({ onClose }: { onClose(): void }) {
  const { backend, live } = useModel();
  const action = useAction();
  const [draft, setDraft] = useState(NEW_MODEL);
  const model = modelOf(draft);
  const isAboutId = action.error?.field === 'id';
  return (
    <Dialog onClose={onClose} title="Add a model">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (model.success) {
            void action.run(async () => {
              live.setState({ models: await backend.client.models.add(model.data) });
              onClose();
            });
          }
        }}
      >
        <ModelFields
          draft={draft}
          idError={isAboutId ? action.error?.sentence : undefined}
          onChange={(part) => setDraft((old) => ({ ...old, ...part }))}
        />
        {action.error !== null && !isAboutId && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot action="Add the model" isDisabled={!model.success || action.isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

interface ModelFieldsProps {
  readonly draft: ModelDraft;
  readonly idError: string | undefined;
  onChange(part: Partial<ModelDraft>): void;
}

function ModelFields({ draft, idError, onChange }: ModelFieldsProps) {
  return (
    <div className="fields">
      <TextField
        autoFocus
        className="span2"
        error={idError}
        label="Model id, as the provider writes it"
        onChange={(event) => onChange({ id: event.target.value })}
        value={draft.id}
      />
      <TextField
        className="span2"
        label="Shown as"
        onChange={(event) => onChange({ label: event.target.value })}
        placeholder={draft.id}
        value={draft.label}
      />
      <ProviderSelect
        className="span2"
        label="Provider"
        onChange={(provider) => onChange({ provider })}
        value={draft.provider}
      />
      <NumberField
        hint="0: takes none"
        label="Input images, at most"
        max={100}
        min={0}
        onChange={(maxInputImages) => onChange({ maxInputImages })}
        placeholder="not known"
        value={draft.maxInputImages}
      />
      <NumberField
        label="Dollars per picture"
        max={100}
        min={0}
        onChange={(priceUsd) => onChange({ priceUsd })}
        placeholder="not known"
        step={0.001}
        value={draft.priceUsd}
      />
      <TextField
        className="span2"
        hint="Such as 1K, 2K; the first is the default"
        label="Sizes"
        onChange={(event) => onChange({ sizes: event.target.value })}
        value={draft.sizes}
      />
      <div className="field span2">
        <span className="legend">Mask</span>
        <Checkbox
          checked={draft.mask}
          label="Takes a mask"
          onChange={(event) => onChange({ mask: event.target.checked })}
        />
      </div>
    </div>
  );
}
