/** The endpoint lab: one request, sent to several endpoints at once, and what each made of it. */
import type { EndpointView } from '@shared/contract';
import { DEMO_MODEL, mayServe } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint, KeyInfo } from '@shared/model/endpoint';
import { PROVIDER_LABELS, providerSchema } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { defaultModel } from '@shared/resolve-model';
import { useState } from 'react';
import { isVaultLocked, useLive } from '../../state/app-model';
import { makesPictures } from '../../state/model-tasks';
import { Dialog } from '../../ui/dialog';
import { Checkbox, Field, SelectField } from '../../ui/field';
import { formatUsd, plural } from '../../ui/format';
import { LockedKeys } from '../../ui/locked-keys';
import { LabTable } from './lab-table';
import { useProbes } from './use-probes';
import './lab.css';

const FIRST_PROMPT = 'A red paper boat on a calm lake at dawn';

export function LabDialog({ onClose }: { onClose(): void }) {
  const endpoints = useLive((state) => state.endpoints);
  const catalogue = useLive((state) => state.models);
  const models = catalogue.filter(makesPictures);
  const probes = useProbes();
  const [model, setModel] = useState<ModelChoice>(() => firstModel(endpoints, models));
  const [prompt, setPrompt] = useState(FIRST_PROMPT);
  const [imageSize, setImageSize] = useState('');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const facts = models.find((one) => one.provider === model.provider && one.id === model.model);
  const able = endpoints.filter(({ endpoint }) => mayServe(endpoint, model));
  const chosen = able.filter((view) => canProbe(view) && !left.has(view.endpoint.id));
  const canStart = chosen.length > 0 && prompt.trim() !== '' && !probes.isRunning;
  const start = () =>
    probes.start(
      chosen.map((view) => view.endpoint),
      { model: model.model, prompt: prompt.trim(), ...(imageSize === '' ? {} : { imageSize }) },
    );
  return (
    <Dialog className="lab" onClose={onClose} title="Endpoint lab">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <div className="fields">
          <ModelSelect
            models={models}
            onChange={(next) => {
              setModel(next);
              setImageSize('');
            }}
            value={model}
          />
          <SizeSelect model={facts} onChange={setImageSize} value={imageSize} />
          <Field className="span4" label="Prompt">
            {(wiring) => (
              <textarea
                autoFocus
                className="input"
                maxLength={10_000}
                onChange={(event) => setPrompt(event.target.value)}
                rows={2}
                value={prompt}
                {...wiring}
              />
            )}
          </Field>
        </div>
        <EndpointChoice able={able} left={left} onChange={setLeft} />
        <div className="row">
          <p className="hint grow">{costWords(facts, imageSize, chosen.length)}</p>
          <button className="btn" onClick={onClose} type="button">
            Close
          </button>
          <button className="btn primary" disabled={!canStart} type="submit">
            {probes.isRunning ? 'Asking…' : `Probe ${plural(chosen.length, 'endpoint')}`}
          </button>
        </div>
      </form>
      {probes.list.length > 0 && <LabTable asked={imageSize} probes={probes} />}
    </Dialog>
  );
}

interface SizeSelectProps {
  readonly model: CatalogueModel | undefined;
  readonly value: string;
  onChange(size: string): void;
}

function SizeSelect({ model, value, onChange }: SizeSelectProps) {
  const sizes = model?.sizes ?? [];
  return (
    <SelectField label="Size" onChange={(event) => onChange(event.target.value)} value={value}>
      <option value="">{sizes.length === 0 ? 'Auto' : 'Default'}</option>
      {sizes.map((size) => (
        <option key={size} value={size}>
          {size}
        </option>
      ))}
    </SelectField>
  );
}

function canProbe(view: EndpointView): boolean {
  return view.endpoint.demo ? view.endpoint.enabled : couldProbe(view) && view.keys.some(isUsable);
}

const isUsable = (key: KeyInfo) => !key.paused && key.readable;

/** With its keys unlocked, where they are locked. */
function couldProbe({ endpoint, keys }: EndpointView): boolean {
  return endpoint.enabled && keys.some((key) => !key.paused);
}

/** The model that most of the endpoints can be asked for. */
function firstModel(endpoints: readonly EndpointView[], models: readonly CatalogueModel[]): ModelChoice {
  const real = endpoints.filter((view) => !view.endpoint.demo && couldProbe(view));
  const [provider] = providerSchema.options
    .map((one) => ({ one, count: real.filter((view) => view.endpoint.provider === one).length }))
    .toSorted((a, b) => b.count - a.count);
  const model = real.length === 0 ? undefined : defaultModel(models, provider?.one ?? 'google_genai');
  return model === undefined ? DEMO_MODEL : { provider: model.provider, model: model.id };
}

interface ModelSelectProps {
  readonly value: ModelChoice;
  readonly models: readonly CatalogueModel[];
  onChange(model: ModelChoice): void;
}

function ModelSelect({ value, models, onChange }: ModelSelectProps) {
  const usable = models.filter((model) => model.state !== 'ended' && model.tasks.includes('t2i'));
  return (
    <SelectField
      className="span2"
      label="Model"
      onChange={(event) => {
        const found = usable.find((model) => keyOf(model.provider, model.id) === event.target.value);
        if (found !== undefined) {
          onChange({ provider: found.provider, model: found.id });
        }
      }}
      value={keyOf(value.provider, value.model)}
    >
      {providerSchema.options.map((provider) => (
        <optgroup key={provider} label={PROVIDER_LABELS[provider]}>
          {usable
            .filter((model) => model.provider === provider)
            .map((model) => (
              <option key={model.id} value={keyOf(provider, model.id)}>
                {model.label}
              </option>
            ))}
        </optgroup>
      ))}
    </SelectField>
  );
}

const keyOf = (provider: string, model: string) => `${provider} ${model}`;

interface EndpointChoiceProps {
  readonly able: readonly EndpointView[];
  /** Those that were left out. */
  readonly left: ReadonlySet<string>;
  onChange(left: ReadonlySet<string>): void;
}

function EndpointChoice({ able, left, onChange }: EndpointChoiceProps) {
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const toggle = ({ id }: Endpoint) => {
    const next = new Set(left);
    if (!next.delete(id)) {
      next.add(id);
    }
    onChange(next);
  };
  return (
    <fieldset className="plain lab-endpoints">
      <legend className="legend">Endpoints that speak the model’s protocol</legend>
      <LockedKeys>Your keys are locked. Enter your passphrase to probe with them.</LockedKeys>
      {able.length === 0 && <p className="hint">None. Add one, or choose another model.</p>}
      {able.map((view) => (
        <Checkbox
          checked={canProbe(view) && !left.has(view.endpoint.id)}
          disabled={!canProbe(view)}
          key={view.endpoint.id}
          label={
            <>
              {view.endpoint.name} {!canProbe(view) && <span className="hint">{whyNot(view, isLocked)}</span>}
            </>
          }
          onChange={() => toggle(view.endpoint)}
        />
      ))}
    </fieldset>
  );
}

function whyNot(view: EndpointView, isLocked: boolean): string {
  if (!view.endpoint.enabled) {
    return 'is paused';
  }
  return isLocked && couldProbe(view) ? 'has its keys locked' : 'has no key to use';
}

/** Each probe is a real request, so its price is said before. */
function costWords(model: CatalogueModel | undefined, size: string, count: number): string {
  const price = model === undefined ? undefined : (model.priceUsd[size] ?? Object.values(model.priceUsd)[0]);
  const each = 'Each probe is one real request with a key of that endpoint, within its limits.';
  if (price === undefined || count === 0) {
    return each;
  }
  return price === 0 ? `${each} Free.` : `${each} About ${formatUsd(price * count)} in all.`;
}
