import { describe, expect, it } from 'vitest';
import { failureKindSchema } from '@shared/model/failure';
import { fakeEndpoints, fakeFleetEvents } from '../../testing/fake-fleet-data';
import { eventsOf, eventWords, untilWords } from './fleet-event-words';

const at = (hour: number, minute: number, second: number) =>
  new Date(2026, 10, 21, hour, minute, second).getTime();
const NOW = at(14, 4, 28);

describe('lines of the event log', () => {
  it('name the key, its new state, the kind of the failure and the end', () => {
    const words = eventWords(
      {
        kind: 'keyState',
        id: 1,
        at: NOW,
        keyId: 'k',
        keyTail: 'a1b2',
        keyLabel: 'team',
        endpointName: 'Google official',
        from: 'AVAILABLE',
        to: 'TEMPORARILY_EXHAUSTED',
        reason: { kind: 'quota_minute', message: 'Over 60 a minute.' },
        until: at(14, 5, 10),
      },
      NOW,
    );
    expect(words).toEqual({
      who: 'team …a1b2',
      what: 'Waiting for quota',
      tone: 'warn',
      details: 'minute quota reached · until 14:05:10',
      message: 'Over 60 a minute.',
    });
  });

  it('name no failure by its code', () => {
    for (const kind of failureKindSchema.options) {
      const { details } = eventWords(
        {
          kind: 'keyState',
          id: 1,
          at: NOW,
          keyId: 'k',
          keyTail: '',
          keyLabel: 'team',
          from: 'AVAILABLE',
          to: 'TEMPORARILY_EXHAUSTED',
          reason: { kind, message: '' },
        },
        NOW,
      );
      expect(details).toMatch(/^[^_]+$/);
    }
  });

  it('add the day where the end is on another', () => {
    expect(untilWords(NOW + 12 * 3_600_000, NOW)).toMatch(/^until \S.* 02:04:28$/);
    expect(untilWords(NOW + 3_600_000, NOW)).toBe('until 15:04:28');
  });

  it('tell rests and learned rates', () => {
    const [, , learned, back, rest] = fakeFleetEvents(NOW).map((event) => eventWords(event, NOW));
    expect(learned).toMatchObject({ who: 'team-c …m31a', what: 'Takes 44 a minute' });
    expect(back).toMatchObject({ who: 'Relay Frankfurt', what: 'Sends again', details: '' });
    expect(rest?.details).toMatch(/^failed many times in a row · until 13:33:28$/);
  });

  it('belong to the endpoint they happened at, and to a key’s endpoint where a wait just ended', () => {
    const [google, relay] = fakeEndpoints(NOW);
    const events = fakeFleetEvents(NOW);
    if (google === undefined || relay === undefined) {
      throw new Error('no endpoints');
    }
    expect(eventsOf(events, google).map((event) => event.kind)).toEqual([
      'keyState',
      'keyState',
      'rateLearned',
      'keyState',
      'keyState',
    ]);
    expect(eventsOf(events, relay).map((event) => event.kind)).toEqual(['endpointRest', 'endpointRest']);
  });
});
