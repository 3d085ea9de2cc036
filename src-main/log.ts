/**
 * The one log of a library: lines `time - LEVEL - [part] - message`, redacted, in a file only its owner can read, kept
 * small by rotation. Prompts belong to the user: they never go in.
 */
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const LEVELS = ['error', 'warning', 'info', 'debug'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Takes every known secret, and what looks like one, out of a text. */
export interface Redacts {
  redact(text: string): string;
}

export interface LogOptions {
  /** The folder of the log; made if missing. */
  readonly dir: string;
  readonly level: LogLevel;
  readonly redactor: Redacts;
  readonly now?: () => Date;
  readonly maxBytes?: number;
  /** The current file and its predecessors `.1`, `.2` ... */
  readonly maxFiles?: number;
}

export interface Log {
  /** The file being written. */
  readonly path: string;
  setLevel(level: LogLevel): void;
  error(part: string, message: string): void;
  warning(part: string, message: string): void;
  info(part: string, message: string): void;
  debug(part: string, message: string): void;
  /** Writes what waits, at once. Also right before a crash ends the process. */
  flush(): void;
  close(): void;
}

const FILE_NAME = 'brushfleet.log';
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_FILES = 3;
/** Lines gather this long, so that a fast run costs a few writes a second and not thousands. */
const GATHER_MS = 200;

/** Opens the log. Throws when its folder cannot be written. */
export function createLog(options: LogOptions): Log {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  return new RotatingLog(options);
}

/** The level by flag, else by `BRUSHFLEET_LOG_LEVEL`, else `info`; null for a word that is none. */
export function parseLogLevel(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): LogLevel | null {
  const word = (flag ?? env.BRUSHFLEET_LOG_LEVEL ?? '').trim().toLowerCase();
  if (word === '') {
    return 'info';
  }
  return LEVELS.find((level) => level === word || (level === 'warning' && word === 'warn')) ?? null;
}

export const LOG_LEVELS: readonly LogLevel[] = LEVELS;

class RotatingLog implements Log {
  readonly path: string;
  readonly #options: LogOptions;
  #level: LogLevel;
  #file: number | null = null;
  #size = 0;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#level = options.level;
    this.path = join(options.dir, FILE_NAME);
    this.#open();
  }

  setLevel(level: LogLevel): void {
    this.#level = level;
  }

  /** An error may be the last thing a process does: it is written at once. */
  error(part: string, message: string): void {
    this.#add('error', part, message);
    this.flush();
  }

  warning(part: string, message: string): void {
    this.#add('warning', part, message);
  }

  info(part: string, message: string): void {
    this.#add('info', part, message);
  }

  debug(part: string, message: string): void {
    this.#add('debug', part, message);
  }

  flush(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    const lines = this.#waiting;
    this.#waiting = [];
    try {
      this.#write(lines);
    } catch {
      // A log that cannot be written (disk full) must not take the work down with it.
    }
  }

  close(): void {
    this.flush();
    if (this.#file !== null) {
      closeSync(this.#file);
      this.#file = null;
    }
  }

  #add(level: LogLevel, part: string, message: string): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.#level) || this.#file === null) {
      return;
    }
    const time = (this.#options.now?.() ?? new Date()).toISOString();
    const text = this.#options.redactor.redact(`[${part}] - ${message}`);
    this.#waiting.push(`${time} - ${level.toUpperCase()} - ${oneEntry(text)}\n`);
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
  }

  #write(lines: readonly string[]): void {
    const maxBytes = this.#options.maxBytes ?? MAX_BYTES;
    let chunk = '';
    let chunkBytes = 0;
    for (const line of lines) {
      const bytes = Buffer.byteLength(line);
      if (this.#size + chunkBytes > 0 && this.#size + chunkBytes + bytes > maxBytes) {
        this.#append(chunk, chunkBytes);
        chunk = '';
        chunkBytes = 0;
        this.#rotate();
      }
      chunk += line;
      chunkBytes += bytes;
    }
    this.#append(chunk, chunkBytes);
  }

  #append(text: string, bytes: number): void {
    if (this.#file !== null && bytes > 0) {
      writeSync(this.#file, text);
      this.#size += bytes;
    }
  }

  #open(): void {
    this.#file = openSync(this.path, 'a', 0o600);
    chmodSync(this.path, 0o600);
    this.#size = fstatSync(this.#file).size;
  }

  #rotate(): void {
    if (this.#file !== null) {
      closeSync(this.#file);
      this.#file = null;
    }
    const last = (this.#options.maxFiles ?? MAX_FILES) - 1;
    rmSync(`${this.path}.${last}`, { force: true });
    for (let number = last; number >= 1; number -= 1) {
      const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
      try {
        renameSync(from, `${this.path}.${number}`);
      } catch {
        // It was never that many files, or another program removed one.
      }
    }
    this.#open();
  }
}

/** A message with line breaks stays one entry: what follows is indented, so nothing in it can pass for a line of ours. */
function oneEntry(text: string): string {
  return text.replaceAll(/\r\n|[\r\n\u2028\u2029]/g, '\n    ');
}
