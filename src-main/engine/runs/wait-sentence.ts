/** What a run that cannot send now says of itself. */
import type { Wait, WaitReason } from '../pool/pool';

const WAITING_FOR: Readonly<Record<WaitReason, string>> = {
  quota: 'waiting for quota',
  cooldown: 'waiting for keys to cool',
  rate: 'waiting for the rate limit',
  concurrency: 'waiting for a free place',
  minInterval: 'waiting for the interval between requests',
};

/** Below this the seconds matter. */
const SECONDS_BELOW_MS = 120_000;
const MINUTE_MS = 60_000;

export interface WallMoment {
  readonly wallNow: number;
  /** IANA name; absent: the machine's. */
  readonly timeZone: string | undefined;
}

/** `waiting for quota until 14:05 (3 keys)` */
export function waitSentence(wait: Wait, untilWall: number, moment: WallMoment): string {
  const keys = wait.keys === 0 ? '' : ` (${keyCount(wait.keys)})`;
  return `${WAITING_FOR[wait.reason]} until ${clockTime(untilWall, moment)}${keys}`;
}

export function retrySentence(untilWall: number, moment: WallMoment): string {
  return `waiting until ${clockTime(untilWall, moment)} to try again what failed`;
}

/** For a run that shall not wait for another day. */
export function dayOutSentence(wait: Wait, untilWall: number, moment: WallMoment): string {
  const who = wait.keys === 1 ? 'The only key left is' : `All ${keyCount(wait.keys)} left are`;
  return `${who} out for today, until ${clockTime(untilWall, moment)}: continue then, or add a key of another account.`;
}

/** `14:05`, rounded up to the minute; with seconds when it is close, with the day when it is not today. */
function clockTime(untilWall: number, { wallNow, timeZone }: WallMoment): string {
  const isClose = untilWall - wallNow < SECONDS_BELOW_MS;
  const shown = isClose ? untilWall : Math.ceil(untilWall / MINUTE_MS) * MINUTE_MS;
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...zone });
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(isClose ? { second: '2-digit' } : {}),
    ...zone,
  });
  const isToday = day.format(shown) === day.format(wallNow);
  return isToday ? time.format(shown) : `${day.format(shown)} ${time.format(shown)}`;
}

function keyCount(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`;
}
