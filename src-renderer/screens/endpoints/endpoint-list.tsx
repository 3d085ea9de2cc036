/** The endpoints with their state and share: choose one, or move it to another place. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { useLive, useModel } from '../../state/app-model';
import { show } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { formatPercent, plural } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { endpointReason, endpointState, isEndpointCounting, trafficShare } from './endpoint-words';
import { dragClass, useReorder } from '../../ui/reorder';
import type { Reordering } from '../../ui/reorder';
import { keyWords } from '../../ui/keys';

interface EndpointListProps {
  /** All of them, or those that were searched for. */
  readonly views: readonly EndpointView[];
  readonly shown: EndpointView | undefined;
  /** Shares with weights that are not saved yet; null: as it is now. */
  readonly preview: ReadonlyMap<string, number> | null;
  readonly action: Action;
}

export function EndpointList({ views, shown, preview, action }: EndpointListProps) {
  const { ui } = useModel();
  const all = useLive((state) => state.endpoints);
  const move = useMoveEndpoint(action);
  // Among a part of the list a place would mean nothing.
  const isWhole = views.length === all.length;
  const ids = isWhole ? views.map((view) => view.endpoint.id) : [];
  const reorder = useReorder(ids, (endpointId, place) => {
    const moved = views.find((view) => view.endpoint.id === endpointId);
    if (moved !== undefined) {
      move(moved, place);
    }
  });
  const now = useNow(views.some(isEndpointCounting));
  return (
    <ul aria-label="Endpoints" className={reorder.drag === null ? undefined : 'is-dragging'}>
      {views.map((view, at) => (
        <EndpointItem
          at={at}
          isMovable={isWhole}
          isShown={view.endpoint.id === shown?.endpoint.id}
          key={view.endpoint.id}
          now={now}
          onShow={() => show(ui, { kind: 'endpoints', endpointId: view.endpoint.id })}
          reorder={reorder}
          share={preview?.get(view.endpoint.id) ?? trafficShare(view, all)}
          view={view}
          {...(preview === null ? {} : { before: trafficShare(view, all) })}
        />
      ))}
    </ul>
  );
}

/** Moves an endpoint and shows it there at once; main's answer is the truth. */
export function useMoveEndpoint(action: Action): (view: EndpointView, place: number) => void {
  const { backend, accept, catchUp, live } = useModel();
  return (view, place) => {
    catchUp();
    const before = live.getState().endpoints;
    const others = before.filter((other) => other.endpoint.id !== view.endpoint.id);
    const endpoints = others.toSpliced(place, 0, view);
    accept({ kind: 'endpoints', endpoints });
    void action.run(async () => {
      try {
        await backend.client.endpoints.move({ endpointId: view.endpoint.id, place });
      } catch (error) {
        accept({ kind: 'endpoints', endpoints: [...before] });
        throw error;
      }
    });
  };
}

interface EndpointItemProps {
  readonly view: EndpointView;
  readonly at: number;
  readonly share: number;
  /** The share as it is now, where `share` is only previewed. */
  readonly before?: number;
  readonly isShown: boolean;
  readonly isMovable: boolean;
  readonly now: number;
  readonly reorder: Reordering;
  onShow(): void;
}

function EndpointItem({ view, at, isShown, isMovable, now, reorder, onShow, ...shares }: EndpointItemProps) {
  const { endpoint, keys } = view;
  const { word, tone } = endpointState(view, now);
  const state = [word, endpointReason(view)]
    .filter((part) => part !== '')
    .join('. ')
    .replace(/\.$/u, '');
  return (
    <li
      className={dragClass(reorder.drag, at)}
      onPointerCancel={reorder.onPointerCancel}
      onPointerDown={(event) => isMovable && reorder.onPointerDown(event, at)}
      onPointerMove={reorder.onPointerMove}
      onPointerUp={reorder.onPointerUp}
    >
      <button
        aria-current={isShown ? 'true' : undefined}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        className="item endpoint-item"
        onClick={() => !reorder.takeClick() && onShow()}
        onKeyDown={(event) => reorder.onKeyDown(event, at)}
        title={isMovable ? `${state}. Drag to move, or ${keyWords('Alt+↑')} and ${keyWords('Alt+↓')}` : state}
        type="button"
      >
        <Mark tone={tone} />
        <span className="clip">
          {endpoint.name}
          <span className="hint clip">
            {word === 'Healthy' ? aboutWords(view) : word}
            {word !== 'Healthy' && keys.length > 0 && `, ${plural(keys.length, 'key')}`}
          </span>
        </span>
        <ShareWords {...shares} />
        <span className="sr-only">{word}</span>
      </button>
    </li>
  );
}

function aboutWords({ endpoint, keys }: EndpointView): string {
  return endpoint.demo
    ? 'no key needed'
    : `${PROVIDER_LABELS[endpoint.provider]}, ${plural(keys.length, 'key')}`;
}

function ShareWords({ share, before }: { readonly share: number; readonly before?: number }) {
  if (before !== undefined && Math.round(before * 100) !== Math.round(share * 100)) {
    return (
      <small className="share-change">
        {formatPercent(before)} → <b>{formatPercent(share)}</b>
      </small>
    );
  }
  return <small>{share > 0 ? formatPercent(share) : ''}</small>;
}
