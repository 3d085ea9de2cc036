/** What a run that cannot send now says of itself. */
import type { Failure } from '@shared/model/failure';
import type { Wait, WaitReason } from '../pool/pool';

const WAITING_FOR: Readonly<Record<Exclude<WaitReason, 'failing' | 'ban'>, string>> = {
  quota: 'waiting for quota',
  cooldown: 'waiting for keys to cool',
  rate: 'waiting for the rate limit',
  tokens: 'waiting for the limit of tokens per minute',
  day: 'out for today by your own limit',
  concurrency: 'waiting for a free slot',
  minInterval: 'waiting for the interval between requests',
  retryBudget: 'holding retries back to spare the provider',
};

/** Below this the seconds matter. */
const SECONDS_BELOW_MS = 120_000;
const MINUTE_MS = 60_000;

export interface WallMoment {
  readonly wallNow: number;
  /** IANA name; absent: the machine's. */
  readonly timeZone: string | undefined;
}

/** `waiting for quota until 14:05 (3 keys)`, `Relay A fails; tried again at 14:05:10: Connection refused.` */
export function waitSentence(wait: Wait, untilWall: number, moment: WallMoment): string {
  const time = clockTime(untilWall, moment);
  const { reason } = wait;
  if (reason === 'failing' || reason === 'ban') {
    const name = wait.endpointName ?? 'The endpoint';
    const what = reason === 'failing' ? 'fails' : 'refuses one key after the other';
    return `${name} ${what}; tried again at ${time}${because(wait.failure)}`;
  }
  const keys = wait.keys === 0 ? '' : ` (${keyCount(wait.keys)})`;
  return `${WAITING_FOR[reason]} until ${time}${keys}`;
}

/** `failure`: what a job waits out before it goes again. */
export function retrySentence(failure: Failure | undefined, untilWall: number, moment: WallMoment): string {
  return `waiting until ${clockTime(untilWall, moment)} to try again what failed${because(failure)}`;
}

/** For a run that shall not wait for its quota. */
export function pauseSentence(wait: Wait, untilWall: number, moment: WallMoment): string {
  const time = clockTime(untilWall, moment);
  if (wait.dayOutUntil === null) {
    return `${keysLeft(wait.keys)} out of quota until ${time}: resume then, or let the run wait for quota.`;
  }
  if (wait.reason === 'day') {
    return `Your own daily limit is reached until ${time}: resume then, or raise it under Endpoints.`;
  }
  return `${keysLeft(wait.keys)} out for today, until ${time}: resume then, or add a key of another account.`;
}

function because(failure: Failure | undefined): string {
  return failure === undefined ? '' : `: ${failure.message}`;
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

function keysLeft(keys: number): string {
  switch (keys) {
    case 0:
      return 'All remaining keys are';
    case 1:
      return 'The only remaining key is';
    default:
      return `All ${keyCount(keys)} that remain are`;
  }
}

function keyCount(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`;
}
