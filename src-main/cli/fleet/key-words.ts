/** What is said of keys to a person. */
import type { Gauge, KeyInfo } from '@shared/model/endpoint';

/** It can serve, now or when it has cooled. */
export function isHealthy(key: KeyInfo): boolean {
  return key.readable && !key.paused && (key.state.status === 'AVAILABLE' || key.state.status === 'COOLDOWN');
}

/** `…a1b2 studio`: a key in a sentence. */
export function keyName({ tail, label }: Pick<KeyInfo, 'tail' | 'label'>): string {
  return (
    [tail === '' ? '' : `…${tail}`, label].filter((part) => part !== '').join(' ') || 'a key without a label'
  );
}

/** `AVAILABLE`, `TEMPORARILY_EXHAUSTED until 14:05:10 (quota_minute)`, `AVAILABLE, paused` */
export function stateWords(key: KeyInfo, wallNow: number): string {
  const { status, until, reason } = key.state;
  const words = [
    status,
    until === undefined || !Number.isFinite(until) ? '' : ` until ${moment(until, wallNow)}`,
    reason === undefined ? '' : ` (${reason.kind})`,
    key.paused ? ', paused' : '',
    key.readable ? '' : ', secret not readable',
  ];
  return words.join('');
}

/** `3/60`, `3` where there is no limit. */
export function gaugeWords(gauge: Gauge | undefined): string {
  if (gauge === undefined) {
    return '-';
  }
  const used = Math.round(gauge.used);
  return gauge.limit === undefined ? `${used}` : `${used}/${gauge.limit}`;
}

/** `14:05:10`, or with its date when that is not today; local time. */
export function moment(wallMs: number, wallNow: number): string {
  const at = new Date(wallMs);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return dayName(wallMs) === dayName(wallNow) ? time : `${dayName(wallMs)} ${time}`;
}

/** `2026-11-23`, local time. */
export function dayName(wallMs: number): string {
  const date = new Date(wallMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
