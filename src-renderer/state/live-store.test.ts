import type { Dataset, Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { fakeFleetEvents, STUDIO_GROUP } from '../testing/fake-fleet-data';
import { datasetsNewestFirst, KEPT_FLEET_EVENTS, NOTHING_YET, withEvent } from './live-store';

const [first] = fakeFleetEvents(0);
if (first === undefined) {
  throw new Error('no event');
}

describe('a run', () => {
  const placeAfter = (...looks: readonly { look: number; place: number }[]) =>
    looks
      .map((part) => ({ kind: 'run' as const, run: { id: 7, ...part } as Run }))
      .reduce(withEvent, NOTHING_YET)
      .runs.get(7)?.place;

  it('is as it was seen last, whatever waited for its frame longer than an answer took', () => {
    expect(placeAfter({ look: 4, place: 1 }, { look: 6, place: 0 }, { look: 5, place: 1 })).toBe(0);
    expect(placeAfter({ look: 4, place: 1 }, { look: 5, place: 1 }, { look: 6, place: 0 })).toBe(0);
  });
});

it('lists datasets newest first, in whatever order they came', () => {
  const datasets = new Map([5, 2, 9].map((id) => [id, { id } as Dataset]));
  expect(datasetsNewestFirst(datasets).map(({ id }) => id)).toEqual([9, 5, 2]);
});

describe('the event log', () => {
  it('puts the newest on top and lists none twice', () => {
    const events = [3, 5, 4, 5].map((id) => ({ ...first, id }));
    const state = events.reduce((old, event) => withEvent(old, { kind: 'fleetEvent', event }), NOTHING_YET);
    expect(state.fleetEvents.map((event) => event.id)).toEqual([5, 4, 3]);
  });

  it('does not grow for ever', () => {
    const full = Array.from({ length: KEPT_FLEET_EVENTS }, (_, at) => ({
      ...first,
      id: at + 1,
    })).toReversed();
    const event = { ...first, id: KEPT_FLEET_EVENTS + 1 };
    const state = withEvent({ ...NOTHING_YET, fleetEvents: full }, { kind: 'fleetEvent', event });
    expect(state.fleetEvents).toHaveLength(KEPT_FLEET_EVENTS);
    expect(state.fleetEvents.at(-1)?.id).toBe(2);
  });
});

describe('quota groups', () => {
  it('stand in the order of their names', () => {
    const groups = [STUDIO_GROUP, { ...STUDIO_GROUP, id: 'a', name: 'archive' }];
    const state = withEvent(NOTHING_YET, { kind: 'groups', groups });
    expect(state.groups.map((group) => group.name)).toEqual(['archive', 'studio-project']);
  });
});
