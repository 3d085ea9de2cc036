/** Models the user added to the catalogue: providers bring out new ones faster than we do. */
import { catalogueModelSchema } from '@shared/model/catalogue';
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Checkbox, NumberField, SelectField, TextField } from '../../ui/field';
import { ProviderSelect } from '../../ui/provider-select';
import { Notice } from '../../ui/notice';
import { AddButton } from './add-button';

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
          None yet. A model the catalogue does not know works by its name alone; add it here to give it sizes,
          prices and limits.
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
      <AddButton label="Add a model…" onAdd={() => setAdding(true)} />
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
  readonly answers: 'pictures' | 'text';
  /** US dollars per million tokens. */
  readonly textIn: number | undefined;
  readonly textOut: number | undefined;
}

const NEW_MODEL: ModelDraft = {
  id: '',
  label: '',
  provider: 'google_genai',
  maxInputImages: 1,
  mask: false,
  sizes: '',
  priceUsd: undefined,
  answers: 'pictures',
  textIn: undefined,
  textOut: undefined,
};

/** The catalogue entry of a draft, or why it cannot be one. */
export function modelOf(draft: ModelDraft): ReturnType<typeof catalogueModelSchema.safeParse> {
  return catalogueModelSchema.safeParse({
    id: draft.id.trim(),
    provider: draft.provider,
    label: draft.label.trim() === '' ? draft.id.trim() : draft.label.trim(),
    state: 'current',
    ratios: [],
    source: 'added by the user',
    own: true,
    ...(draft.answers === 'text' ? textFacts(draft) : pictureFacts(draft)),
  });
}

function pictureFacts({ maxInputImages, mask, sizes, priceUsd }: ModelDraft) {
  return {
    tasks: maxInputImages === 0 ? ['t2i'] : ['edit', 't2i'],
    ...(maxInputImages === undefined ? {} : { maxInputImages }),
    mask,
    sizes: sizes.split(/[\s,]+/).filter((size) => size !== ''),
    priceUsd: priceUsd === undefined ? {} : { '*': priceUsd },
  };
}

/** A request has a price only where both are known. */
function textFacts({ textIn, textOut }: ModelDraft) {
  return {
    tasks: ['text'],
    mask: false,
    sizes: [],
    priceUsd: {},
    ...(textIn === undefined || textOut === undefined ? {} : { tokenPriceUsd: { textIn, textOut } }),
  };
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
        <DialogFoot action="Add model" isDisabled={!model.success || action.isBusy} onCancel={onClose} />
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
      <SelectField
        className="span2"
        label="Answers with"
        onChange={(event) => onChange({ answers: event.target.value === 'text' ? 'text' : 'pictures' })}
        value={draft.answers}
      >
        <option value="pictures">Pictures</option>
        <option value="text">Text</option>
      </SelectField>
      {draft.answers === 'text' ? (
        <TextPriceFields draft={draft} onChange={onChange} />
      ) : (
        <PictureFields draft={draft} onChange={onChange} />
      )}
    </div>
  );
}

type PartProps = Omit<ModelFieldsProps, 'idError'>;

function TextPriceFields({ draft, onChange }: PartProps) {
  return (
    <>
      <NumberField
        label="Dollars per million tokens in"
        max={10_000}
        min={0}
        onChange={(textIn) => onChange({ textIn })}
        placeholder="not known"
        step={0.01}
        value={draft.textIn}
      />
      <NumberField
        label="Dollars per million tokens out"
        max={10_000}
        min={0}
        onChange={(textOut) => onChange({ textOut })}
        placeholder="not known"
        step={0.01}
        value={draft.textOut}
      />
    </>
  );
}

function PictureFields({ draft, onChange }: PartProps) {
  return (
    <>
      <NumberField
        hint="0: takes none"
        label="Input pictures, at most"
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
    </>
  );
}
