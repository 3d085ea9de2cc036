/** Left: the endpoints with their health and share of the traffic. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { Plus } from 'lucide-react';
import { useLive, useModel } from '../../state/app-model';
import { show } from '../../state/ui-store';
import { formatPercent } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { endpointState, trafficShare } from './endpoint-words';
import { ImportEnv } from './import-env';
import './endpoints.css';

export function shownEndpoint(views: readonly EndpointView[], id: string | null): EndpointView | undefined {
  return views.find((view) => view.endpoint.id === id) ?? views[0];
}

export function EndpointsPanel({ shownId }: { readonly shownId: string | null }) {
  const { ui } = useModel();
  const endpoints = useLive((state) => state.endpoints);
  const shown = shownEndpoint(endpoints, shownId);
  return (
    <>
      <div className="side-head">
        <h2>Endpoints</h2>
        <button
          aria-label="Add an endpoint"
          className="btn ghost icon small"
          onClick={() => ui.setState({ overlay: { kind: 'addEndpoint' } })}
          title="Add an endpoint"
          type="button"
        >
          <Plus aria-hidden="true" size={14} />
        </button>
      </div>
      <ul aria-label="Endpoints">
        {endpoints.map((view) => (
          <EndpointItem
            all={endpoints}
            isShown={view === shown}
            key={view.endpoint.id}
            onShow={() => show(ui, { kind: 'endpoints', endpointId: view.endpoint.id })}
            view={view}
          />
        ))}
      </ul>
      {(['google_genai', 'openai'] as const).map((provider) => (
        <TrafficBar endpoints={endpoints} key={provider} provider={provider} />
      ))}
      <ImportEnv />
    </>
  );
}

interface EndpointItemProps {
  readonly view: EndpointView;
  readonly all: readonly EndpointView[];
  readonly isShown: boolean;
  onShow(): void;
}

function EndpointItem({ view, all, isShown, onShow }: EndpointItemProps) {
  const { endpoint, keys } = view;
  const { word, tone } = endpointState(view);
  const share = trafficShare(view, all);
  return (
    <li>
      <button
        aria-current={isShown ? 'true' : undefined}
        className="item endpoint-item"
        onClick={onShow}
        type="button"
      >
        <Mark tone={tone} />
        <span className="clip">
          {endpoint.name}
          <span className="hint clip">
            {endpoint.demo
              ? 'no key needed'
              : `${PROVIDER_LABELS[endpoint.provider]}, ${keys.length === 1 ? '1 key' : `${keys.length} keys`}`}
          </span>
        </span>
        <small>{share > 0 ? formatPercent(share) : word === 'Healthy' ? '' : word}</small>
        <span className="sr-only">{word}</span>
      </button>
    </li>
  );
}

const SHARE_TONES = ['accent', 'info', 'ok', 'warn', 'idle'] as const;

function TrafficBar({
  endpoints,
  provider,
}: {
  readonly endpoints: readonly EndpointView[];
  readonly provider: Provider;
}) {
  const sharing = endpoints.filter(
    (view) => view.endpoint.provider === provider && trafficShare(view, endpoints) > 0,
  );
  if (sharing.length < 2) {
    return null;
  }
  const words = sharing.map(
    (view) => `${view.endpoint.name} ${formatPercent(trafficShare(view, endpoints))}`,
  );
  return (
    <>
      <div className="side-head">
        <h2>{PROVIDER_LABELS[provider]} traffic</h2>
      </div>
      <div className="traffic">
        <div aria-label={words.join(', ')} className="bar" role="img">
          {sharing.map((view, at) => (
            <b
              className={SHARE_TONES[at % SHARE_TONES.length]}
              key={view.endpoint.id}
              style={{ width: formatPercent(trafficShare(view, endpoints)) }}
            />
          ))}
        </div>
        <p className="hint">
          From weights {sharing.map((view) => view.endpoint.weight).join(' : ')}, less recent errors
        </p>
      </div>
    </>
  );
}
