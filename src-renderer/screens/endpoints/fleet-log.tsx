/** What happened to an endpoint and its keys, newest first: each change of state with its reason and its end. */
import type { EndpointView } from '@shared/contract';
import type { FleetEvent } from '@shared/model/endpoint';
import { useState } from 'react';
import { useLive } from '../../state/app-model';
import { formatCount, formatTimeExact } from '../../ui/format';
import { Mark } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { eventsOf, eventWords } from './fleet-event-words';
import { ScopeChips } from './scope-chips';

const PAGE = 200;

export function FleetLog({ view }: { readonly view: EndpointView }) {
  const events = useLive((state) => state.fleetEvents);
  const [isOfAll, setOfAll] = useState(false);
  const [count, setCount] = useState(PAGE);
  const now = useNow(true, 60_000);
  const listed = isOfAll ? events : eventsOf(events, view);
  const shown = listed.slice(0, count);
  return (
    <section aria-label="Event log" className="fleet-log">
      <div className="row toolbar">
        <ScopeChips isOfAll={isOfAll} legend="Whose events" onChange={setOfAll} />
      </div>
      {listed.length === 0 ? (
        <p className="hint log-empty">
          Nothing yet. When a key waits for quota, cools, is refused or comes back, it says so here.
        </p>
      ) : (
        <ol>
          {shown.map((event) => (
            <LogLine event={event} key={event.id} now={now} />
          ))}
        </ol>
      )}
      {listed.length > shown.length && (
        <button className="btn small" onClick={() => setCount(count + PAGE)} type="button">
          Show older ({formatCount(listed.length - shown.length)})
        </button>
      )}
    </section>
  );
}

function LogLine({ event, now }: { readonly event: FleetEvent; readonly now: number }) {
  const { who, what, tone, details, message } = eventWords(event, now);
  const isToday = new Date(event.at).toDateString() === new Date(now).toDateString();
  return (
    <li className="log-line">
      <time className="num hint" dateTime={new Date(event.at).toISOString()}>
        {isToday ? '' : `${new Date(event.at).toLocaleDateString([], { day: 'numeric', month: 'short' })} `}
        {formatTimeExact(event.at)}
      </time>
      <Mark tone={tone} />
      <span className="clip log-words">
        {event.kind === 'endpointRest' ? '' : 'key '}
        <b>{who}</b>: {what}
        {details !== '' && <span className="log-details"> · {details}</span>}
      </span>
      <span className="hint clip" title={message}>
        {message}
      </span>
    </li>
  );
}
