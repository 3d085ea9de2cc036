import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, type LogOptions, parseLogLevel } from './log';

const SECRET = 'AIzaSyA-known-secret-0001';
const redactor = { redact: (text: string) => text.replaceAll(SECRET, '[secret]') };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (more: Partial<LogOptions> = {}) =>
  createLog({
    dir: join(root, 'logs'),
    level: 'info',
    redactor,
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    ...more,
  });
const read = (name = 'brushfleet.log'): string => readFileSync(join(root, 'logs', name), 'utf8');

describe('createLog', () => {
  it('writes time, level, part and message', () => {
    const log = open();
    log.info('pool', 'endpoint added');
    log.warning('store', 'slow disk');
    log.close();
    expect(read()).toBe(
      '2026-01-02T03:04:05.678Z - INFO - [pool] - endpoint added\n' +
        '2026-01-02T03:04:05.678Z - WARNING - [store] - slow disk\n',
    );
  });

  it('leaves out what is below its level, which may change', () => {
    const log = open({ level: 'warning' });
    log.info('a', 'unseen');
    log.setLevel('debug');
    log.debug('a', 'seen');
    log.close();
    expect(read()).not.toContain('unseen');
    expect(read()).toContain('DEBUG - [a] - seen');
  });

  it('never shows a secret, in message or part', () => {
    const log = open();
    log.error(SECRET, `refused: ${SECRET}`);
    log.close();
    expect(read()).not.toContain(SECRET);
    expect(read()).toContain('[[secret]] - refused: [secret]');
  });

  it('writes an error at once', () => {
    const log = open();
    log.error('app', 'about to crash');
    expect(read()).toContain('about to crash');
    log.close();
  });

  it('a message with line breaks cannot forge a line', () => {
    const log = open();
    log.info('provider', 'first\r\n2026-01-02T03:04:05.678Z - ERROR - [app] - forged');
    log.close();
    expect(
      read()
        .split('\n')
        .filter((line) => line.startsWith('2026')),
    ).toHaveLength(1);
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner alone', () => {
    const log = open();
    log.info('a', 'b');
    log.close();
    expect(statSync(join(root, 'logs', 'brushfleet.log')).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'logs')).mode & 0o777).toBe(0o700);
  });

  it('rotates by size and keeps no more than its files, the newest lines last', () => {
    const log = open({ maxBytes: 1000, maxFiles: 3 });
    for (let n = 0; n < 100; n += 1) {
      log.info('count', String(n).padStart(4, '0'));
    }
    log.close();
    expect(readdirSync(join(root, 'logs')).sort()).toEqual([
      'brushfleet.log',
      'brushfleet.log.1',
      'brushfleet.log.2',
    ]);
    const kept = ['.2', '.1', ''].map((end) => read(`brushfleet.log${end}`));
    expect(kept.every((text) => Buffer.byteLength(text) <= 1000)).toBe(true);
    const numbers = [...kept.join('').matchAll(/- (\d{4})$/gm)].map((match) => Number(match[1]));
    expect(numbers.at(-1)).toBe(99);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => 100 - numbers.length + at));
  });

  it('goes on in the same file after a restart, and counts what is there', () => {
    const first = open({ maxBytes: 100 });
    first.info('a', 'x'.repeat(40));
    first.close();
    const second = open({ maxBytes: 100 });
    second.info('a', 'second');
    second.close();
    expect(read()).toContain('second');
    expect(read('brushfleet.log.1')).toContain('x'.repeat(40));
  });
});

describe('parseLogLevel', () => {
  it.each([
    [undefined, {}, 'info'],
    ['DEBUG', {}, 'debug'],
    ['warn', {}, 'warning'],
    [undefined, { BRUSHFLEET_LOG_LEVEL: 'error' }, 'error'],
    ['debug', { BRUSHFLEET_LOG_LEVEL: 'error' }, 'debug'],
    ['loud', {}, null],
  ])('%s with %j is %s', (flag, env, level) => expect(parseLogLevel(flag, env)).toBe(level));
});
