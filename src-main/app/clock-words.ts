/** Moments as people read them, in the time of this machine. */

/** `14:05:10`, with the day when it is not today. */
export function timeWords(wall: number, wallNow: number): string {
  const time = new Date(wall).toLocaleTimeString('en-GB', { hour12: false });
  const day = dayOf(wall);
  return day === dayOf(wallNow) ? time : `${day} ${time}`;
}

function dayOf(wall: number): string {
  return new Date(wall).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}

const UNITS = [
  { ms: 86_400_000, one: 'day', many: 'days' },
  { ms: 3_600_000, one: 'hour', many: 'hours' },
  { ms: 60_000, one: 'minute', many: 'minutes' },
  { ms: 1_000, one: 's', many: 's' },
] as const;

/** `7 days`, `1 hour`, `90 s`, `5 ms`: in the largest unit that it is a whole number of. */
export function durationWords(ms: number): string {
  const unit = UNITS.find((one) => ms >= one.ms && ms % one.ms === 0);
  if (unit === undefined) {
    return `${ms} ms`;
  }
  const count = ms / unit.ms;
  return `${count} ${count === 1 ? unit.one : unit.many}`;
}
