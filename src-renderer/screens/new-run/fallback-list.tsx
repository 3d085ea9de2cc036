/** Where rows go when all endpoints of the run are out: pairs of endpoint and model, in order. */
import { DEMO_MODEL, DEMO_TEXT_MODEL } from '@shared/demo';
import type { EndpointView } from '@shared/contract';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Fallback } from '@shared/model/run';
import { defaultModel } from '@shared/resolve-model';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useId } from 'react';
import { useLive } from '../../state/app-model';
import { makesPictures, modelsFor } from '../../state/model-tasks';
import type { ActionError } from '../../state/use-action';
import { SelectField, TextField } from '../../ui/field';
import { ableEndpoints } from './able-endpoints';
import type { DraftView } from './use-draft';

/** The border takes this many. */
const MOST = 20;

interface FallbackListProps {
  readonly view: DraftView;
  readonly refused: ActionError | null;
}

export function FallbackList({ view, refused }: FallbackListProps) {
  const { draft, change } = view;
  const endpoints = useLive((state) => state.endpoints);
  const catalogue = useLive((state) => state.models);
  const models = modelsFor(catalogue, draft.task);
  const set = (fallback: readonly Fallback[]) => change({ fallback });
  const list = draft.fallback;
  const serving = draft.endpointIds ?? ableEndpoints(endpoints, draft.models).map((one) => one.endpoint.id);
  const next = newFallback(endpoints, models, new Set([...serving, ...list.map((one) => one.endpointId)]));
  return (
    <fieldset className="plain">
      <legend className="legend">When all of these are out of quota or failing</legend>
      {list.length > 0 && (
        <ol className="fallbacks">
          {list.map((fallback, at) => (
            <FallbackRow
              at={at}
              count={list.length}
              fallback={fallback}
              // Two rows may be equal for a moment while they are chosen.
              key={at}
              onChange={(changed) => set(list.with(at, changed))}
              onMove={(to) => set(moved(list, at, to))}
              models={models}
              onRemove={() => set(list.toSpliced(at, 1))}
            />
          ))}
        </ol>
      )}
      <div className="row">
        <button
          className="btn small"
          disabled={next === null || list.length >= MOST}
          onClick={() => next !== null && set([...list, next])}
          type="button"
        >
          {list.length === 0 ? 'Add a fallback' : 'Add another'}
        </button>
        <span className={refused?.field === 'fallback' ? 'field-error' : 'hint'}>
          {refused?.field === 'fallback'
            ? refused.sentence
            : list.length === 0
              ? 'The run waits until one of them can send again.'
              : 'Tried from the top; the run goes back to its own endpoints as soon as one can send.'}
        </span>
      </div>
    </fieldset>
  );
}

function moved(list: readonly Fallback[], from: number, to: number): readonly Fallback[] {
  const item = list[from];
  return item === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, item);
}

/** The first endpoint that the run does not use yet, with the model its provider is mostly asked for. */
function newFallback(
  endpoints: readonly EndpointView[],
  models: readonly CatalogueModel[],
  used: ReadonlySet<string>,
): Fallback | null {
  const real = endpoints.filter((view) => !view.endpoint.demo);
  const view = real.find((one) => !used.has(one.endpoint.id)) ?? real[0] ?? endpoints[0];
  return view === undefined ? null : { endpointId: view.endpoint.id, model: modelFor(view, models) };
}

/** `models`: those of one task. */
function modelFor({ endpoint }: EndpointView, models: readonly CatalogueModel[]): string {
  const results = models.some(makesPictures) ? 'pictures' : 'text';
  const demo = results === 'text' ? DEMO_TEXT_MODEL : DEMO_MODEL;
  return endpoint.demo
    ? demo.model
    : (defaultModel(models, endpoint.provider, results)?.id ?? models[0]?.id ?? demo.model);
}

interface FallbackRowProps {
  readonly fallback: Fallback;
  readonly at: number;
  readonly count: number;
  /** Those of the run's task. */
  readonly models: readonly CatalogueModel[];
  onChange(fallback: Fallback): void;
  onMove(to: number): void;
  onRemove(): void;
}

function FallbackRow(props: FallbackRowProps) {
  const { fallback, at, models, onChange } = props;
  const endpoints = useLive((state) => state.endpoints);
  const options = useId();
  const chosen = endpoints.find((view) => view.endpoint.id === fallback.endpointId);
  const offered = models.filter(
    (model) => model.provider === chosen?.endpoint.provider && model.state !== 'ended',
  );
  const choose = (endpointId: string) => {
    const view = endpoints.find((one) => one.endpoint.id === endpointId);
    if (view !== undefined) {
      const isSame = view.endpoint.provider === chosen?.endpoint.provider && !view.endpoint.demo;
      onChange({ endpointId, model: isSame ? fallback.model : modelFor(view, models) });
    }
  };
  return (
    <li className="fallback">
      <span className="num hint">{at + 1}</span>
      <SelectField
        label={`Fallback ${at + 1}: endpoint`}
        onChange={(event) => choose(event.target.value)}
        value={fallback.endpointId}
      >
        {endpoints.map((view) => (
          <option key={view.endpoint.id} value={view.endpoint.id}>
            {view.endpoint.name}
          </option>
        ))}
      </SelectField>
      <TextField
        error={fallback.model.trim() === '' ? 'Name a model.' : undefined}
        label="Model"
        list={options}
        maxLength={200}
        onChange={(event) => onChange({ ...fallback, model: event.target.value })}
        value={fallback.model}
      />
      <datalist id={options}>
        {offered.map((model) => (
          <option key={model.id} value={model.id}>
            {model.label}
          </option>
        ))}
      </datalist>
      <FallbackActions {...props} />
    </li>
  );
}

function FallbackActions({ at, count, onMove, onRemove }: FallbackRowProps) {
  const buttons = [
    { name: `Move fallback ${at + 1} up`, Glyph: ArrowUp, isOff: at === 0, press: () => onMove(at - 1) },
    {
      name: `Move fallback ${at + 1} down`,
      Glyph: ArrowDown,
      isOff: at === count - 1,
      press: () => onMove(at + 1),
    },
    { name: `Remove fallback ${at + 1}`, Glyph: X, isOff: false, press: onRemove },
  ];
  return (
    <div className="row fallback-actions">
      {buttons.map(({ name, Glyph, isOff, press }) => (
        <button
          aria-label={name}
          className="btn ghost icon small"
          disabled={isOff}
          key={name}
          onClick={press}
          title={name}
          type="button"
        >
          <Glyph aria-hidden="true" size={14} />
        </button>
      ))}
    </div>
  );
}
