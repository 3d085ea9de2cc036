/** Limits that hold for one model of a key or a group: some providers limit each model by itself. */
import type { KeyLimits, Limits } from '@shared/model/endpoint';
import { X } from 'lucide-react';
import { useId, useState } from 'react';
import { useLive } from '../../state/app-model';
import { TextField } from '../../ui/field';
import { LimitsFields } from './limits-fields';

interface ModelLimitsProps {
  readonly limits: KeyLimits;
  onChange(limits: KeyLimits): void;
}

export function ModelLimits({ limits, onChange }: ModelLimitsProps) {
  const models = limits.models ?? {};
  const put = (model: string, next: Limits) => onChange({ ...limits, models: { ...models, [model]: next } });
  const remove = (model: string) => {
    const { [model]: _, ...others } = models;
    const { models: __, ...rest } = limits;
    onChange(Object.keys(others).length === 0 ? rest : { ...rest, models: others });
  };
  return (
    <div className="stack">
      {Object.entries(models).map(([model, of]) => (
        <fieldset className="plain model-limits" key={model}>
          <legend className="row">
            <code>{model}</code>
            <button
              aria-label={`Remove the limits of ${model}`}
              className="btn ghost icon small"
              onClick={() => remove(model)}
              type="button"
            >
              <X aria-hidden="true" size={14} />
            </button>
          </legend>
          <div className="fields">
            <LimitsFields limits={of} onChange={(next) => put(model, next)} tells="typed" />
          </div>
        </fieldset>
      ))}
      <AddModel known={Object.keys(models)} onAdd={(model) => put(model, {})} />
    </div>
  );
}

function AddModel({ known, onAdd }: { readonly known: readonly string[]; onAdd(model: string): void }) {
  const catalogue = useLive((state) => state.models);
  const list = useId();
  const [model, setModel] = useState('');
  const isNew = model.trim() !== '' && !known.includes(model.trim());
  const add = () => {
    if (isNew) {
      onAdd(model.trim());
      setModel('');
    }
  };
  return (
    <div className="row add-model">
      <TextField
        className="grow"
        label="Limits for one model"
        list={list}
        onChange={(event) => setModel(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            add();
          }
        }}
        placeholder="model id"
        value={model}
      />
      <datalist id={list}>
        {catalogue.map(({ provider, id }) => (
          <option key={`${provider} ${id}`} value={id} />
        ))}
      </datalist>
      <button className="btn" disabled={!isNew} onClick={add} type="button">
        Add
      </button>
    </div>
  );
}
