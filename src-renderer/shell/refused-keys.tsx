/**
 * Keys that were refused, or ran out of credit, while nobody was looking: said above any screen until they are seen to,
 * or somebody has read it. Endpoints shows it of itself.
 */
import type { FleetEvent, KeyInfo } from '@shared/model/endpoint';
import type { EndpointView } from '@shared/contract';
import { X } from 'lucide-react';
import { useState } from 'react';
import { isRefused } from '../screens/endpoints/endpoint-words';
import { useLive, useModel, useUi } from '../state/app-model';
import { show } from '../state/ui-store';
import { plural } from '../ui/format';
import { Notice } from '../ui/notice';

/** A key that is out now, and the event that put it out. */
interface Refused {
  readonly key: KeyInfo;
  readonly endpointId: string;
  readonly event: FleetEvent & { readonly kind: 'keyState' };
}

export function RefusedKeys() {
  const { ui } = useModel();
  const isAtEndpoints = useUi(({ view }) => view.kind === 'endpoints');
  const endpoints = useLive((state) => state.endpoints);
  const events = useLive((state) => state.fleetEvents);
  const newest = events[0]?.id ?? 0;
  // What happened before this page was opened is no news.
  const [heard, setHeard] = useState(newest);
  if (isAtEndpoints && heard !== newest) {
    setHeard(newest);
  }
  const refused = refusedSince(events, heard, endpoints);
  const [first] = refused;
  if (first === undefined || isAtEndpoints) {
    return null;
  }
  return (
    <div className="refused-keys">
      <Notice
        action={
          <>
            <button
              className="btn small"
              onClick={() =>
                show(ui, {
                  kind: 'endpoints',
                  endpointId: first.endpointId,
                  tab: 'keys',
                  keyId: first.key.id,
                })
              }
              type="button"
            >
              {refused.length === 1 ? 'Show key' : 'Show keys'}
            </button>
            <button
              aria-label="Close this notice"
              className="btn ghost icon small"
              onClick={() => setHeard(newest)}
              type="button"
            >
              <X aria-hidden="true" size={14} />
            </button>
          </>
        }
        tone="bad"
      >
        {refused.length === 1 ? oneWords(first) : manyWords(refused)}
      </Notice>
    </div>
  );
}

/** Newest first, each key once. */
function refusedSince(
  events: readonly FleetEvent[],
  heard: number,
  endpoints: readonly EndpointView[],
): readonly Refused[] {
  const found = new Map<string, Refused>();
  for (const event of events) {
    if (event.id <= heard) {
      break;
    }
    if (event.kind === 'keyState' && event.to === 'FAILED_INIT' && !found.has(event.keyId)) {
      const view = endpoints.find(({ keys }) => keys.some(({ id }) => id === event.keyId));
      const key = view?.keys.find(({ id }) => id === event.keyId);
      if (view !== undefined && key !== undefined && isRefused(key)) {
        found.set(key.id, { key, endpointId: view.endpoint.id, event });
      }
    }
  }
  return [...found.values()];
}

const nameOf = ({ key }: Refused) => `${key.label} …${key.tail}`;

function oneWords(one: Refused): string {
  const { reason, endpointName } = one.event;
  const what = reason?.kind === 'no_credit' ? 'is out of credit' : 'was refused';
  const where = endpointName === undefined ? '' : ` at ${endpointName}`;
  return `Key ${nameOf(one)} ${what}${where}. ${reason?.message ?? ''}`.trim();
}

const NAMED = 3;

function manyWords(refused: readonly Refused[]): string {
  const more = refused.length - NAMED;
  const names = refused.slice(0, NAMED).map(nameOf);
  const all = new Intl.ListFormat('en').format(more > 0 ? [...names, `${more} more`] : names);
  return `${plural(refused.length, 'key')} were refused or ran out of credit: ${all}.`;
}
