/** When a daily quota comes back: the next midnight of a time zone, through changes to and from summer time. */

const DAY_MS = 86_400_000;

/** A provider's clock may be behind ours: what asks right at its midnight may still be of the old day. */
export const RESET_GUARD_MS = 30_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The first midnight in `zone` (an IANA name) after `wallMs`, both in milliseconds since 1970. */
export function nextDailyReset(wallMs: number, zone: string): number {
  const local = wallMs + offsetMs(wallMs, zone);
  const nextMidnight = (Math.floor(local / DAY_MS) + 1) * DAY_MS;
  // The offset at that midnight may differ from today's; asking once more at the first guess settles it.
  const guess = nextMidnight - offsetMs(wallMs, zone);
  return nextMidnight - offsetMs(guess, zone);
}

/** What has to be added to UTC to read the zone's clock. */
function offsetMs(wallMs: number, zone: string): number {
  const part = new Map(
    formatOf(zone)
      .formatToParts(wallMs)
      .map(({ type, value }) => [type, Number(value)] as const),
  );
  const get = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? 0;
  const seconds = Math.floor(wallMs / 1000) * 1000;
  return (
    Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second')) - seconds
  );
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) {
    return known;
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
