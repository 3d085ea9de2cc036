/** Lines of the event log in words. Pure. */
import type { EndpointView } from '@shared/contract';
import type { EndpointRest, FleetEvent } from '@shared/model/endpoint';
import { assertNever } from '@shared/assert-never';
import { FAILURE_NOTES } from '../../jobs/job-words';
import { formatTimeExact } from '../../ui/format';
import type { Tone } from '../../ui/pill';
import { KEY_STANDINGS, OF_STATUS } from './endpoint-words';

export interface EventWords {
  /** Whom it happened to. */
  readonly who: string;
  /** `Waiting for quota`: the new state. */
  readonly what: string;
  readonly tone: Tone;
  /** `minute quota reached · until 14:05:10`; blank: nothing to add. */
  readonly details: string;
  /** The sentence of the failure, where there is one. */
  readonly message: string;
}

const REST_NOTES: Readonly<Record<EndpointRest['reason'], string>> = {
  failing: 'failed many times in a row',
  ban: 'looks like a ban',
};

export function eventWords(event: FleetEvent, now: number): EventWords {
  switch (event.kind) {
    case 'keyState': {
      const { word, tone } = KEY_STANDINGS[OF_STATUS[event.to]];
      const details = [
        event.reason === undefined ? undefined : FAILURE_NOTES[event.reason.kind],
        event.until === undefined ? undefined : untilWords(event.until, now),
      ];
      return {
        who: keyName(event),
        what: word,
        tone,
        details: details.filter((part) => part !== undefined).join(' · '),
        message: event.reason?.message ?? '',
      };
    }
    case 'endpointRest':
      return {
        who: event.endpointName,
        what: event.rest === undefined ? 'Sends again' : 'Resting',
        tone: event.rest === undefined ? 'ok' : 'warn',
        details:
          event.rest === undefined
            ? ''
            : `${REST_NOTES[event.rest.reason]} · ${untilWords(event.rest.until, now)}`,
        message: '',
      };
    case 'rateLearned':
      return {
        who: keyName(event),
        what: `Takes ${Math.round(event.perMinute)} a minute`,
        tone: 'info',
        details: `found from refusals · ${event.model}`,
        message: '',
      };
    default:
      return assertNever(event);
  }
}

function keyName({ keyLabel, keyTail }: { readonly keyLabel: string; readonly keyTail: string }): string {
  return keyTail === '' ? keyLabel : `${keyLabel} …${keyTail}`;
}

const DAY_MS = 86_400_000;

/** `until 14:05:10`, with the day where it is another. */
export function untilWords(until: number, now: number): string {
  const isNear = Math.abs(until - now) < DAY_MS && new Date(until).getDate() === new Date(now).getDate();
  const day = isNear
    ? ''
    : `${new Date(until).toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short' })} `;
  return `until ${day}${formatTimeExact(until)}`;
}

/** The events of an endpoint and of its keys. */
export function eventsOf(
  events: readonly FleetEvent[],
  { endpoint, keys }: EndpointView,
): readonly FleetEvent[] {
  const own = new Set(keys.map((key) => key.id));
  return events.filter((event) =>
    event.kind === 'endpointRest'
      ? event.endpointId === endpoint.id
      : own.has(event.keyId) && (event.endpointName === undefined || event.endpointName === endpoint.name),
  );
}
