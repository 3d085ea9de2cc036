import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../testing/fleet-samples';
import { EndpointRest } from './endpoint-rest';

const START = 5_000;
const PAUSE_MS = 300_000;

function scene(random: () => number = () => 0) {
  const rest = new EndpointRest(random);
  const room = (now: number): readonly number[] => {
    const turns: number[] = [];
    while (rest.readyAt(now) <= now && turns.length < 100) {
      turns.push(rest.taken(now));
    }
    return turns;
  };
  return {
    rest,
    /** Takes every lease that it grants at once; answers their turns. */
    room,
    take: (now: number): number => rest.taken(now),
    fail(now: number, turn = rest.taken(now)): void {
      rest.ended(turn);
      rest.failed(now, turn);
    },
    succeed(turn: number): void {
      rest.ended(turn);
      rest.succeeded(turn);
    },
    /** Fails until it rests; answers until when. */
    breakDown(now: number): number {
      for (let failure = 0; failure < 8; failure += 1) {
        this.fail(now);
      }
      return rest.readyAt(now);
    },
  };
}

type Scene = ReturnType<typeof scene>;

/** The one turn that it grants at this moment. */
function oneTurn(one: Scene, now: number): number {
  const turns = one.room(now);
  expect(turns).toHaveLength(1);
  return turns[0] ?? 0;
}

describe('an endpoint that fails', () => {
  it('rests after eight failures in a row', () => {
    const one = scene();
    for (let failure = 0; failure < 7; failure += 1) {
      one.fail(START);
    }
    expect(one.rest.readyAt(START)).toBeLessThanOrEqual(START);
    expect(one.rest.current()).toBeNull();
    one.fail(START);
    expect(one.rest.readyAt(START)).toBe(START + 5_000);
    expect(one.rest.current()).toEqual({ reason: 'failing', readyAt: START + 5_000 });
  });

  it('does not rest when a success comes between', () => {
    const one = scene();
    for (let failure = 0; failure < 21; failure += 1) {
      one.fail(START);
      if (failure % 7 === 6) {
        one.succeed(one.take(START));
      }
    }
    expect(one.rest.current()).toBeNull();
  });

  it('does not rest for outcomes that say nothing of it, and counts on after them', () => {
    const one = scene();
    for (let failure = 0; failure < 7; failure += 1) {
      one.fail(START);
      one.rest.ended(one.take(START));
    }
    expect(one.rest.current()).toBeNull();
    one.fail(START);
    expect(one.rest.current()?.reason).toBe('failing');
  });

  it('does not rest when failures are told sooner than successes', () => {
    const one = scene();
    const turns = Array.from({ length: 64 }, () => one.take(START));
    for (const turn of turns.filter((_, place) => place % 2 === 0)) {
      one.fail(START + 300, turn);
    }
    expect(one.rest.current()).toBeNull();
    for (const turn of turns.filter((_, place) => place % 2 === 1)) {
      one.succeed(turn);
    }
    expect(one.room(START + 8_000)).toHaveLength(100);
  });

  it('is suspect after eight failures told in a row: few more may be out until a success', () => {
    const one = scene();
    const turns = Array.from({ length: 16 }, () => one.take(START));
    for (const turn of turns.filter((_, place) => place % 2 === 0)) {
      one.fail(START + 300, turn);
    }
    const more = one.room(START + 301);
    expect(more).toHaveLength(4);
    expect(one.rest.current()).toBeNull();
    one.rest.ended(more[0] ?? 0);
    expect(one.room(START + 302)).toHaveLength(1);
    one.succeed(turns[1] ?? 0);
    expect(one.room(START + 303)).toHaveLength(100);
  });

  it('hears a row in the order of its leases, whatever the order of their outcomes', () => {
    const one = scene();
    const turns = Array.from({ length: 8 }, () => one.take(START));
    for (const place of [7, 0, 3, 5, 1, 6, 2]) {
      one.fail(START, turns[place]);
    }
    expect(one.rest.current()).toBeNull();
    one.fail(START, turns[4]);
    expect(one.rest.current()?.reason).toBe('failing');
  });

  it('is whole at once when a person says so', () => {
    const one = scene();
    one.breakDown(START);
    one.rest.reset();
    expect(one.rest.current()).toBeNull();
    expect(one.room(START)).toHaveLength(100);
    expect(one.breakDown(START + 1) - START - 1).toBe(5_000);
  });
});

describe('an endpoint whose rest is over', () => {
  it('is tried by one request', () => {
    const one = scene();
    const readyAt = one.breakDown(START);
    expect(one.room(readyAt - 1)).toEqual([]);
    expect(one.room(readyAt)).toHaveLength(1);
    expect(one.rest.readyAt(readyAt)).toBe(readyAt + 8_000);
    expect(one.rest.current()?.reason).toBe('failing');
  });

  it('doubles the room with every round of successes, and is whole after seven', () => {
    const one = scene();
    const now = one.breakDown(START);
    const rooms: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const turns = one.room(now);
      rooms.push(turns.length);
      turns.forEach((turn) => one.succeed(turn));
    }
    expect(rooms).toEqual([1, 2, 4]);
    expect(one.room(now)).toHaveLength(100);
    expect(one.rest.current()).toBeNull();
  });

  it.each([
    [0, [5_000, 10_000, 20_000, 20_000, 20_000]],
    [1, [6_000, 12_000, 24_000, 24_000, 24_000]],
  ])('rests longer with every trial that fails, 24 s at most (jitter %i)', (jitter, rests) => {
    const one = scene(() => jitter);
    let now = START;
    let readyAt = one.breakDown(now);
    const seen: number[] = [];
    for (let trial = 0; trial < rests.length; trial += 1) {
      seen.push(readyAt - now);
      now = readyAt;
      one.fail(now, oneTurn(one, now));
      readyAt = one.rest.readyAt(now);
    }
    expect(seen).toEqual(rests);
  });

  it('is tried by another one every 8 s while the first is not answered, by four at most', () => {
    const one = scene();
    const readyAt = one.breakDown(START);
    const turns = [oneTurn(one, readyAt)];
    for (const waitMs of [8_000, 16_000, 24_000]) {
      expect(one.room(readyAt + waitMs - 1)).toEqual([]);
      turns.push(oneTurn(one, readyAt + waitMs));
    }
    expect(one.rest.readyAt(readyAt + 24_000)).toBe(Number.POSITIVE_INFINITY);
    turns.slice(0, 3).forEach((turn) => one.succeed(turn));
    expect(one.room(readyAt + 25_000)).toHaveLength(3);
  });

  it('bears three failures between successes while it is tried, and rests at the fourth', () => {
    const one = scene();
    const now = one.breakDown(START);
    one.succeed(one.take(now));
    for (let failure = 0; failure < 3; failure += 1) {
      one.fail(now);
    }
    one.succeed(one.take(now));
    expect(one.rest.current()).toBeNull();
    for (let failure = 0; failure < 4; failure += 1) {
      one.fail(now);
    }
    expect(one.rest.readyAt(now) - now).toBe(5_000);
    expect(one.room(now + 5_000)).toHaveLength(1);
  });

  it('hears nothing of requests from before its rest', () => {
    const one = scene();
    const old = Array.from({ length: 60 }, () => one.take(START - 100));
    const readyAt = one.breakDown(START);
    old.slice(0, 40).forEach((turn) => one.fail(readyAt - 1_000, turn));
    expect(one.rest.readyAt(readyAt - 1_000)).toBe(readyAt);
    one.succeed(old[41] ?? 0);
    expect(one.rest.current()?.readyAt).toBe(readyAt);
    const trial = oneTurn(one, readyAt);
    // While one tries it, the old ones neither make room nor condemn it.
    one.fail(readyAt + 10, old[42]);
    one.succeed(old[43] ?? 0);
    expect(one.room(readyAt + 20)).toEqual([]);
    one.succeed(trial);
    expect(one.room(readyAt + 30)).toHaveLength(2);
  });

  it('has room again when a request that tried it says nothing', () => {
    const one = scene();
    const readyAt = one.breakDown(START);
    one.rest.ended(oneTurn(one, readyAt));
    expect(one.room(readyAt + 1)).toHaveLength(1);
  });
});

describe('refusals that name nothing', () => {
  const refuse = ({ rest }: Scene, keyIds: string, now = START): void => {
    keyIds.split('').forEach((keyId) => rest.refusedUnnamed(now, keyId, PAUSE_MS));
  };

  it('rest the endpoint when three keys in a row have them', () => {
    const one = scene();
    refuse(one, 'abb');
    expect(one.rest.current()).toBeNull();
    refuse(one, 'c');
    expect(one.rest.current()).toEqual({ reason: 'ban', readyAt: START + PAUSE_MS });
  });

  it('are counted anew after anything else', () => {
    const one = scene();
    refuse(one, 'ab');
    one.rest.anythingElse();
    refuse(one, 'c');
    expect(one.rest.current()).toBeNull();
  });

  it('do not prolong a pause, nor does a failure shorten it', () => {
    const one = scene();
    const old = Array.from({ length: 8 }, () => one.take(START));
    refuse(one, 'abc');
    refuse(one, 'def', START + 10);
    old.forEach((turn) => one.fail(START + 20, turn));
    expect(one.rest.current()).toEqual({ reason: 'ban', readyAt: START + PAUSE_MS });
    expect(one.room(START + PAUSE_MS)).toHaveLength(1);
  });

  it('mean nothing where the pause is set to nothing', () => {
    const one = scene();
    ['a', 'b', 'c'].forEach((keyId) => one.rest.refusedUnnamed(START, keyId, 0));
    expect(one.room(START)).toHaveLength(100);
  });
});

it('always lets a request through within half a minute while none is out', () => {
  const moves = fc.array(fc.record({ waitMs: fc.nat(8_000), fails: fc.boolean(), pick: fc.nat(60) }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(moves, fc.integer(), (played, seed) => {
      const one = scene(seeded(seed));
      let now = START;
      const out: number[] = [];
      for (const { waitMs, fails, pick } of played) {
        now += waitMs;
        if (one.rest.readyAt(now) <= now && pick % 3 > 0) {
          out.push(one.take(now));
        } else if (out.length > 0) {
          const [turn = 0] = out.splice(pick % out.length, 1);
          if (fails) {
            one.fail(now, turn);
          } else {
            one.succeed(turn);
          }
        }
      }
      out.forEach((turn) => one.rest.ended(turn));
      expect(one.rest.readyAt(now)).toBeLessThanOrEqual(now + 30_000);
    }),
  );
});
