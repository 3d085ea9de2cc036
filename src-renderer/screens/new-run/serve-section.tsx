/** Which endpoints may serve the run, and where its rows go when all of them are out. */
import type { EndpointView } from '@shared/contract';
import { useLive } from '../../state/app-model';
import { Mark } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { endpointState } from '../endpoints/endpoint-words';
import type { ActionError } from '../../state/use-action';
import { ableEndpoints } from './able-endpoints';
import { FallbackList } from './fallback-list';
import type { DraftView } from './use-draft';

interface ServeSectionProps {
  readonly view: DraftView;
  readonly refused: ActionError | null;
}

export function ServeSection({ view, refused }: ServeSectionProps) {
  const endpoints = useLive((state) => state.endpoints);
  const able = ableEndpoints(endpoints, view.draft.models);
  return (
    <>
      <MayServe able={able} refused={refused} view={view} />
      <FallbackList refused={refused} view={view} />
    </>
  );
}

interface MayServeProps extends ServeSectionProps {
  readonly able: readonly EndpointView[];
}

function MayServe({ view, able, refused }: MayServeProps) {
  const { draft, change } = view;
  const now = useNow(false);
  if (able.length < 2 && draft.endpointIds === null) {
    return null;
  }
  const chosen = draft.endpointIds;
  const toggle = (id: string) => {
    const before = chosen ?? able.map((one) => one.endpoint.id);
    const next = before.includes(id) ? before.filter((one) => one !== id) : [...before, id];
    const isAll = able.every((one) => next.includes(one.endpoint.id));
    change({ endpointIds: isAll ? null : next });
  };
  return (
    <fieldset className="plain">
      <legend className="legend">Endpoints that may serve it</legend>
      <div className="chips serve-chips">
        <button
          aria-pressed={chosen === null}
          className="chip"
          onClick={() => change({ endpointIds: chosen === null ? [] : null })}
          type="button"
        >
          All
        </button>
        {able.map((one) => {
          const { word, tone } = endpointState(one, now);
          return (
            <button
              aria-pressed={chosen === null || chosen.includes(one.endpoint.id)}
              className="chip"
              key={one.endpoint.id}
              onClick={() => toggle(one.endpoint.id)}
              title={word}
              type="button"
            >
              <Mark tone={tone} />
              {one.endpoint.name}
              <span className="sr-only">, {word}</span>
            </button>
          );
        })}
      </div>
      {refused?.field === 'endpointIds' ? (
        <p className="field-error">{refused.sentence}</p>
      ) : (
        <p className="hint">
          {chosen === null
            ? 'All that speak the model’s protocol, by their weights.'
            : 'Only the selected endpoints; the others get no requests of this run.'}
        </p>
      )}
    </fieldset>
  );
}
