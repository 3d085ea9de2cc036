/** What the store refuses or cannot do: a code to act on, one sentence to show. */

export type StoreErrorCode =
  /** Another connection holds the database. */
  | 'LOCKED'
  /** The file is no database of ours, or is damaged. */
  | 'CORRUPT'
  /** A later version of the program made it. */
  | 'NEWER_SCHEMA'
  /** The database does not promise what the journal relies on. */
  | 'NOT_DURABLE'
  | 'DISK_FULL'
  | 'DISK_ERROR'
  /** The call does not fit the state the database is in, e.g. an attempt that ended already. */
  | 'UNEXPECTED_STATE'
  | 'NOT_FOUND'
  | 'NO_DRIVER'
  | 'CLOSED'
  | 'WORKER_DIED'
  | 'DATABASE';

/** A StoreError as it crosses from the worker. */
export interface StoreFailure {
  readonly code: StoreErrorCode;
  readonly message: string;
}

export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

const DAMAGED: StoreFailure = {
  code: 'CORRUPT',
  message: 'The database of the library is damaged: keep the file and restore its backup.',
};

/** SQLite's primary result codes (sqlite.org/rescode.html) that a user can do something about. */
const SENTENCES: Readonly<Record<number, StoreFailure>> = {
  5: {
    code: 'LOCKED',
    message: 'The database of the library is in use by another program: close it and try again.',
  },
  8: {
    code: 'DISK_ERROR',
    message: 'The database of the library cannot be written: check the permissions of its folder.',
  },
  10: {
    code: 'DISK_ERROR',
    message: 'The disk of the library reports an error: check it, then start again.',
  },
  11: DAMAGED,
  13: { code: 'DISK_FULL', message: 'The disk of the library is full: free some space, then continue.' },
  14: {
    code: 'DISK_ERROR',
    message: 'The database of the library cannot be opened: check its folder and permissions.',
  },
  26: DAMAGED,
};

/** A statement makes no sense for the schema that it finds. */
const SQLITE_ERROR = 1;

/**
 * What SQLite says of a statement that does not fit the schema, or of a cell that is not what its column holds. It has
 * no code of its own for either. Our statements fit the schema that our steps make: so it is the file that changed.
 */
const CONTRADICTIONS: readonly RegExp[] = [
  /^foreign key mismatch\b/,
  /^malformed (?:database schema|JSON)\b/,
  /^no such (?:table|column|index|view|trigger|module|function|collation sequence)\b/,
  /^unknown (?:function|datatype)\b/,
  /^wrong number of arguments to function\b/,
  /^table .* (?:has no column named|has \d+ columns? but)\b/,
  /^error in (?:table|index|view|trigger)\b/,
  /^ON CONFLICT clause does not match\b/,
  /^cannot (?:INSERT into|UPDATE) generated column\b/,
  /^unsupported file format$/,
  /^vtable constructor failed\b/,
];

/** Names what a driver threw. `node:sqlite` carries SQLite's code as `errcode`, libsql as `rawCode`. */
export function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const code = sqliteCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const known =
    isMisfit(error) && CONTRADICTIONS.some((one) => one.test(text)) ? DAMAGED : SENTENCES[code & 0xff];
  if (known !== undefined) {
    return new StoreError(known.code, known.message, { cause: error });
  }
  const sentence = code === 0 ? text : `The database of the library cannot do this: ${text}.`;
  return new StoreError('DATABASE', sentence, { cause: error });
}

/** The same while the library is opened: all that is asked of the file then is tested on every library of ours. */
export function asOpeningError(error: unknown): StoreError {
  return isMisfit(error)
    ? new StoreError(DAMAGED.code, DAMAGED.message, { cause: error })
    : asStoreError(error);
}

function isMisfit(error: unknown): boolean {
  return (sqliteCode(error) & 0xff) === SQLITE_ERROR;
}

export function asFailure(error: unknown): StoreFailure {
  const { code, message } = asStoreError(error);
  return { code, message };
}

function sqliteCode(error: unknown): number {
  if (typeof error !== 'object' || error === null) {
    return 0;
  }
  const code = 'errcode' in error ? error.errcode : 'rawCode' in error ? error.rawCode : 0;
  return typeof code === 'number' ? code : 0;
}
