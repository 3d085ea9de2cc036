/** Rate limits as providers count them: by their own clock, and hidden from us. */

/** Asked at each arrival. Accepts it and answers 0, or answers how long until it would have, milliseconds. */
export type ServerLimit = (now: number) => number;

const MINUTE_MS = 60_000;

/** A bucket that holds `size` requests and fills evenly. */
export function bucketLimit(perMinute: number, size: number): ServerLimit {
  let held = size;
  let heldAt = 0;
  return (now) => {
    held = Math.min(size, held + ((now - heldAt) / MINUTE_MS) * perMinute);
    heldAt = now;
    if (held < 1) {
      return ((1 - held) / perMinute) * MINUTE_MS;
    }
    held -= 1;
    return 0;
  };
}

/** No more than `perMinute` in any minute. */
export function slidingLimit(perMinute: number): ServerLimit {
  const accepted: number[] = [];
  return (now) => {
    while (accepted[0] !== undefined && accepted[0] <= now - MINUTE_MS) {
      accepted.shift();
    }
    const [first] = accepted;
    if (first !== undefined && accepted.length >= perMinute) {
      return first + MINUTE_MS - now;
    }
    accepted.push(now);
    return 0;
  };
}

/** No more than `perMinute` in any minute of the server's clock. */
export function fixedMinuteLimit(perMinute: number): ServerLimit {
  let minute = -1;
  let accepted = 0;
  return (now) => {
    const current = Math.floor(now / MINUTE_MS);
    if (current !== minute) {
      minute = current;
      accepted = 0;
    }
    if (accepted >= perMinute) {
      return (current + 1) * MINUTE_MS - now;
    }
    accepted += 1;
    return 0;
  };
}
