/** Where a text stops being JSON, and why: engines say it each in their own words, and mostly without a place. */

export interface JsonFault {
  /** One clause, `a value is missing`. */
  readonly reason: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Deeper texts are nobody's schema. */
const DEEPEST = 1000;

class Fault extends Error {
  constructor(
    readonly reason: string,
    readonly at: number,
  ) {
    super(reason);
  }
}

/** Null: it is JSON. */
export function jsonFault(text: string): JsonFault | null {
  try {
    const end = afterSpace(text, afterValue(text, afterSpace(text, 0), 0));
    if (end < text.length) {
      throw new Fault('there is text after its end', end);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { reason: error.reason, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

const SPACE = /[ \t\n\r]*/y;
const WORD = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Those below the space JSON wants escaped. */
const PLAIN = /(?:[^"\\\p{Cc}]|[\u007f-\u009f])*/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The place behind what `pattern` finds right here; the same place: nothing. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const afterSpace = (text: string, at: number): number => after(SPACE, text, at);

function afterValue(text: string, at: number, depth: number): number {
  if (depth > DEEPEST) {
    throw new Fault('it is nested too deeply', at);
  }
  const first = text[at] ?? '';
  switch (first) {
    case '{':
      return afterItems(text, at, { close: '}', item: (from) => afterMember(text, from, depth) });
    case '[':
      return afterItems(text, at, { close: ']', item: (from) => afterValue(text, from, depth + 1) });
    case '"':
      return afterString(text, at);
    default: {
      const end = Math.max(after(WORD, text, at), after(NUMBER, text, at));
      if (end === at) {
        throw new Fault(first === '' ? 'it ends too early' : 'a value is missing', at);
      }
      return end;
    }
  }
}

interface Items {
  readonly close: string;
  item(at: number): number;
}

function afterItems(text: string, open: number, { close, item }: Items): number {
  let at = afterSpace(text, open + 1);
  if (text[at] === close) {
    return at + 1;
  }
  for (;;) {
    at = afterSpace(text, item(at));
    if (text[at] === close) {
      return at + 1;
    }
    if (text[at] !== ',') {
      throw new Fault(
        text[at] === undefined ? `its last "${close}" is missing` : `a comma or "${close}" is missing`,
        at,
      );
    }
    at = afterSpace(text, at + 1);
  }
}

function afterMember(text: string, at: number, depth: number): number {
  if (text[at] !== '"') {
    throw new Fault(text[at] === undefined ? 'it ends too early' : 'a name in double quotes is missing', at);
  }
  const colon = afterSpace(text, afterString(text, at));
  if (text[colon] !== ':') {
    throw new Fault('a colon is missing', colon);
  }
  return afterValue(text, afterSpace(text, colon + 1), depth + 1);
}

function afterString(text: string, open: number): number {
  for (let at = open + 1; ; ) {
    at = after(PLAIN, text, at);
    if (text[at] === '"') {
      return at + 1;
    }
    if (text[at] !== '\\') {
      throw new Fault(
        text[at] === undefined
          ? 'a text has no closing quote'
          : 'a text has a line break or control character',
        text[at] === undefined ? open : at,
      );
    }
    const next = after(ESCAPE, text, at);
    if (next === at) {
      throw new Fault('a backslash is before a character that must not have one', at);
    }
    at = next;
  }
}
