/** What a process did to its files, as strace saw it: one entry for each call that succeeded, in the order they ended. */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';

/**
 * @typedef {| { op: 'write', path: string, data: Buffer, at: number | null }
 *   | { op: 'open', path: string, truncate: boolean, create: boolean }
 *   | { op: 'truncate', path: string, length: number }
 *   | { op: 'sync' | 'unlink', path: string }
 *   | { op: 'rename', path: string, to: string }} FileCall `at` null: behind what was written last
 */

const CALLS =
  'openat,open,creat,write,writev,pwrite64,pwritev,ftruncate,truncate,fsync,fdatasync,rename,renameat,renameat2,' +
  'unlink,unlinkat,copy_file_range,sendfile,fallocate';

/** Arguments that make strace write down what traceOf() reads. @param {string} file */
export function tracing(file) {
  return ['strace', '-f', '-yy', '-qq', '-xx', '-s', '1000000', '-e', `trace=${CALLS}`, '-o', file];
}

/** A sentence when this machine cannot trace; null: it can. */
export function whyNoTracing() {
  const tried = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return tried.status === 0 ? null : 'strace is missing here, or may not trace: install it to run this test';
}

/**
 * @param {string} text what strace wrote
 * @param {(path: string) => boolean} isOurs
 * @returns {FileCall[]}
 */
export function traceOf(text, isOurs) {
  return [...wholeLines(text)].flatMap((line) => {
    const call = readCall(line);
    return call !== null && (isOurs(call.path) || (call.op === 'rename' && isOurs(call.to))) ? [call] : [];
  });
}

/**
 * A call that another thread's interrupted stands on two lines.
 * @param {string} text
 */
function* wholeLines(text) {
  /** @type {Map<string, string>} */
  const begun = new Map();
  for (const line of text.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    yield resumed === null ? rest : (begun.get(thread) ?? '') + resumed[1];
  }
}

/**
 * @param {string} line
 * @returns {FileCall | null} null: it failed, or does nothing to a file
 */
function readCall(line) {
  const [, name = '', given = '', result = ''] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(line) ?? [];
  if (name === '' || Number(result) < 0) {
    return null;
  }
  const path = bytes(/<((?:\\x[0-9a-f]{2})+)>/.exec(given)?.[1] ?? '').toString();
  const strings = [...given.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytes(hex));
  const numbers = given.split(', ').map(Number);
  switch (name) {
    case 'write':
    case 'writev':
      return { op: 'write', path, data: written(strings, result), at: null };
    case 'pwrite64':
    case 'pwritev':
      return { op: 'write', path, data: written(strings, result), at: numbers.at(-1) ?? 0 };
    case 'ftruncate':
      return { op: 'truncate', path, length: numbers.at(-1) ?? 0 };
    case 'fsync':
    case 'fdatasync':
      return { op: 'sync', path };
    case 'open':
    case 'openat':
      return opened(line, strings[0]);
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { op: 'rename', path: String(strings[0]), to: String(strings[1]) };
    case 'unlink':
    case 'unlinkat':
      return { op: 'unlink', path: String(strings[0]) };
    default:
      // What this reader does not follow must not pass unseen.
      return { op: 'write', path, data: Buffer.from(`unread call ${name}`), at: 0 };
  }
}

/**
 * @param {string} line
 * @param {Buffer | undefined} name
 * @returns {FileCall | null}
 */
function opened(line, name) {
  const [truncate, create] = [line.includes('O_TRUNC'), line.includes('O_CREAT')];
  return truncate || create ? { op: 'open', path: String(name), truncate, create } : null;
}

/**
 * @param {readonly Buffer[]} strings
 * @param {string} result
 */
function written(strings, result) {
  return Buffer.concat(strings).subarray(0, Number(result));
}

/** @param {string} escaped */
function bytes(escaped) {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
